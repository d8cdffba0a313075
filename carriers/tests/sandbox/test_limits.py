"""The limits of both platforms, and the presets that set them."""

from __future__ import annotations

import pytest
import requests

from carriers.tests.sandbox.running import RunningTwin

SECOND_KEY = "vk-test-0002"


def statuses(twin: RunningTwin, count: int) -> list[int]:
    return [twin.easyship("GET", "/account").status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("preset", "limits"),
    [
        ("production", (True, 56, 10, 60)),
        ("sandbox", (True, 56, 1, 6)),
        ("documented", (True, 100, 10, 60)),
        ("unlimited", (False, 56, 10, 60)),
    ],
)
def test_a_preset_sets_limits_together(
    twin: RunningTwin, preset: str, limits: tuple[bool, int, int, int]
) -> None:
    after = twin.control("PATCH", "options", {"preset": preset})

    names = ("enforce_limits", "veeqo_burst", "easyship_per_second", "easyship_per_minute")
    assert tuple(after[name] for name in names) == limits
    assert set(twin.control("GET", "presets")) == {
        "production", "sandbox", "documented", "unlimited",
    }  # fmt: skip


def test_a_limit_named_beside_a_preset_wins(twin: RunningTwin) -> None:
    after = twin.control("PATCH", "options", {"preset": "sandbox", "veeqo_burst": 3})

    assert (after["veeqo_burst"], after["easyship_per_second"]) == (3, 1)


def test_an_unknown_preset_is_refused(twin: RunningTwin) -> None:
    before = twin.control("GET", "options")

    answer = requests.patch(f"{twin.url}/__twin__/options", json={"preset": "fast"}, timeout=10)

    assert answer.status_code == 400
    assert twin.control("GET", "options") == before


def test_the_sandbox_host_takes_one_a_second(twin: RunningTwin) -> None:
    twin.options(preset="sandbox")

    assert statuses(twin, 2) == [200, 429]


def test_production_takes_ten_a_second(twin: RunningTwin) -> None:
    twin.options(preset="production")

    assert statuses(twin, 11) == [200] * 10 + [429]


def test_a_bucket_holds_what_was_observed(twin: RunningTwin) -> None:
    twin.options(preset="production")

    answers = [twin.veeqo("GET", "/tags").status_code for _ in range(150)]

    assert answers[:56] == [200] * 56
    assert 429 in answers


def test_a_preset_can_be_taken_back(twin: RunningTwin) -> None:
    twin.options(preset="sandbox")
    twin.options(preset="unlimited")

    assert statuses(twin, 20) == [200] * 20


def test_each_key_has_a_bucket_of_its_own(twin: RunningTwin) -> None:
    twin.server.world.veeqo_keys |= {SECOND_KEY}
    twin.options(enforce_limits=True, veeqo_burst=1)
    first = [twin.veeqo("GET", "/tags").status_code for _ in range(3)]

    other = twin.veeqo("GET", "/tags", headers={"x-api-key": SECOND_KEY})

    assert first[0] == 200
    assert first[-1] == 429
    assert other.status_code == 200


def test_a_wrong_key_fills_nobodys_bucket(twin: RunningTwin) -> None:
    twin.options(enforce_limits=True, veeqo_burst=1)
    for _ in range(5):
        twin.veeqo("GET", "/tags", headers={"x-api-key": "vk-wrong"})

    assert twin.veeqo("GET", "/tags").status_code == 200


def test_what_is_refused_has_no_effect(twin: RunningTwin) -> None:
    twin.options(enforce_limits=True, veeqo_burst=1)
    twin.veeqo("GET", "/tags")

    refused = twin.veeqo("POST", "/tags", {"name": "late", "colour": "#ff0000"})

    twin.options(preset="unlimited")
    assert refused.status_code == 429
    assert twin.veeqo("GET", "/tags").json() == []
