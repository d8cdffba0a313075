"""A wrong start is stopped by one line for each problem."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage

from shipping_project.env import Environment
from shipping_project.kernel.checks import (
    debug_is_not_public,
    demo_stays_local,
    environment_is_complete,
    queue_cannot_redeliver_live_work,
)


def ids(messages: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in messages]


def test_each_problem_of_the_environment_is_one_line(settings: Any) -> None:
    settings.ENV = Environment({}, problems=["A is not set.", "B must be 1 or 0."])

    messages = environment_is_complete()

    assert [message.msg for message in messages] == ["A is not set.", "B must be 1 or 0."]


@pytest.mark.parametrize(
    ("demo", "url", "expected"),
    [
        (True, "http://127.0.0.1:8901", []),
        (True, "http://twin:8901", []),
        (True, "https://api.veeqo.com", ["ship.E002"]),
        (False, "https://api.veeqo.com", []),
        (False, "http://api.veeqo.com", ["ship.E003"]),
        (False, "http://127.0.0.1:8901", []),
    ],
)
def test_demo_keys_stay_at_the_twin_and_real_ones_on_tls(
    settings: Any, demo: bool, url: str, expected: list[str]
) -> None:
    settings.DEMO = demo
    settings.SANDBOX_URL = "http://twin:8901"
    settings.VEEQO_BASE_URL = url
    settings.EASYSHIP_BASE_URL = "http://127.0.0.1:8901"

    assert ids(demo_stays_local()) == expected


def test_the_queue_as_configured_is_sound() -> None:
    assert queue_cannot_redeliver_live_work() == []


def test_a_queue_that_hands_live_work_out_again_is_refused(settings: Any) -> None:
    queue: dict[str, Any] = settings.Q_CLUSTER
    settings.Q_CLUSTER = {**queue, "retry": queue["timeout"] + 1}

    assert ids(queue_cannot_redeliver_live_work()) == ["ship.E004"]


def test_a_queue_that_does_not_exist_is_named(settings: Any) -> None:
    settings.WORKER_QUEUES = ["orders", "letters"]

    messages = queue_cannot_redeliver_live_work()

    assert [message.msg for message in messages] == ["WORKER_QUEUES names unknown queues: letters."]


@pytest.mark.parametrize(
    ("debug", "hosts", "expected"),
    [
        (True, ["localhost", "[::1]"], []),
        (True, ["ship.example.com"], ["ship.W001"]),
        (False, ["ship.example.com"], []),
    ],
)
def test_debug_in_public_is_warned_of(
    settings: Any, debug: bool, hosts: list[str], expected: list[str]
) -> None:
    settings.DEBUG = debug
    settings.ALLOWED_HOSTS = hosts

    assert ids(debug_is_not_public()) == expected
