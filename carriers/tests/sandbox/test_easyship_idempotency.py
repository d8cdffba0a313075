"""Posts with an Idempotency-Key: told again for a day, where the key is honoured."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import EASYSHIP_TOKEN, RunningTwin

DAY_S = 86400.0


def post(twin: RunningTwin, body: Any, key: str, version: str = "2024-09") -> requests.Response:
    headers = {"Authorization": f"Bearer {EASYSHIP_TOKEN}", "Idempotency-Key": key}
    url = f"{twin.url}/{version}/shipments"
    return requests.post(url, json=body, headers=headers, timeout=10)


def made(twin: RunningTwin) -> int:
    return len(twin.report()["bookings"])


@pytest.mark.parametrize(("honoured", "count"), [("old", 2), ("both", 1)])
def test_the_newer_version_honours_keys_when_told_so(
    twin: RunningTwin, honoured: str, count: int
) -> None:
    twin.options(easyship_idempotency=honoured)

    answers = [post(twin, bodies.shipment(), "k-1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    refs = {answer.json()["shipment"]["easyship_shipment_id"] for answer in answers}
    assert len(refs) == made(twin) == count
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 2


def test_the_older_version_honours_keys(twin: RunningTwin) -> None:
    for _ in range(2):
        post(twin, bodies.shipment(), "k-1", "2023-01")

    assert made(twin) == 1


def test_another_key_is_another_shipment(twin: RunningTwin) -> None:
    twin.options(easyship_idempotency="both")

    for key in ("k-1", "k-2", ""):
        post(twin, bodies.shipment(), key)

    assert made(twin) == 3


def test_a_key_is_forgotten_after_a_day(twin: RunningTwin) -> None:
    twin.options(easyship_idempotency="both")
    post(twin, bodies.shipment(), "k-1")
    twin.advance(DAY_S - 60)
    post(twin, bodies.shipment(), "k-1")
    before = made(twin)
    twin.advance(120)

    post(twin, bodies.shipment(), "k-1")

    assert (before, made(twin)) == (1, 2)


def test_a_refusal_is_told_again_though_its_cause_is_gone(twin: RunningTwin) -> None:
    twin.options(easyship_idempotency="both")
    twin.fault("POST", "/shipments", "no_funds")

    answers = [post(twin, bodies.bought_now(), "k-1") for _ in range(2)]
    fresh = post(twin, bodies.bought_now(), "k-2")

    assert [answer.status_code for answer in answers] == [402, 402]
    assert steps.details(answers[0], 402) == steps.details(answers[1], 402)
    assert fresh.status_code == 201
    assert len(twin.labels()) == 1


def test_an_answer_that_was_lost_is_there_to_be_had_again(twin: RunningTwin) -> None:
    twin.options(easyship_idempotency="both")
    twin.fault("POST", "/shipments", "drop_after")
    with pytest.raises(requests.exceptions.ConnectionError):
        post(twin, bodies.bought_now(), "k-1")

    answer = post(twin, bodies.bought_now(), "k-1")

    assert answer.status_code == 201
    assert len(twin.labels()) == made(twin) == 1
