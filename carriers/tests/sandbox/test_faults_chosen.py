"""Which calls each fault meets: the n-th, those of one order, a share that repeats."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import requests

from carriers.sandbox.faults import EFFECTS, OF_WEBHOOKS, TIMED
from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox.running import RunningTwin

ANSWERS = sorted(set(EFFECTS) - OF_WEBHOOKS)
# Nobody listens there.
NOWHERE = "http://127.0.0.1:9/hooks"


def needed(effect: str) -> dict[str, Any]:
    return {"seconds": 0.05} if effect in TIMED else {}


def buy(twin: RunningTwin, count: int) -> list[str]:
    """Buys so many labels; what met each call, as the log has it."""
    since = twin.control("GET", "requests?limit=5000")["requests"]
    for number in range(count):
        # Some faults leave no answer to read.
        with suppress(requests.exceptions.RequestException):
            twin.easyship("POST", "/shipments", bodies.bought_now(f"KS-{number}"))
    rows = twin.control("GET", "requests?limit=5000")["requests"]
    return [row["effect"] for row in rows[len(since) :]]


@pytest.mark.parametrize("effect", ANSWERS)
def test_each_fault_can_wait_for_the_nth_call(twin: RunningTwin, effect: str) -> None:
    twin.fault("POST", "/shipments", effect, skip=2, **needed(effect))

    assert buy(twin, 4) == ["", "", effect, ""]


@pytest.mark.parametrize("effect", ANSWERS)
def test_each_fault_can_be_of_one_order(twin: RunningTwin, effect: str) -> None:
    twin.fault("POST", "/shipments", effect, times=-1, reference="KS-1", **needed(effect))

    assert buy(twin, 3) == ["", effect, ""]


@pytest.mark.parametrize("effect", ANSWERS)
def test_each_fault_can_meet_a_share_that_repeats(twin: RunningTwin, effect: str) -> None:
    fault = {"method": "POST", "path": "/shipments", "effect": effect, "times": -1}
    fault |= {"probability": 0.5, **needed(effect)}
    plays = []
    for _ in range(2):
        twin.control("POST", "scenario", {"name": "coins", "seed": 5, "faults": [fault]})
        plays.append(buy(twin, 12))

    assert plays[0] == plays[1]
    assert set(plays[0]) == {"", effect}


@pytest.mark.parametrize("effect", sorted(OF_WEBHOOKS))
@pytest.mark.parametrize(
    ("chosen", "met"),
    [({"skip": 2, "times": 1}, 1), ({"reference": "KS-1"}, 1), ({"probability": 0.0}, 0)],
)
def test_each_fault_of_webhooks_can_be_chosen_too(
    twin: RunningTwin, effect: str, chosen: dict[str, Any], met: int
) -> None:
    given = {"endpoint": NOWHERE, "event_types": ["shipment_label_created"]}
    pk = twin.easyship("POST", "/webhooks", given).json()["webhook"]["id"]
    twin.easyship("POST", f"/webhooks/{pk}/activate")
    twin.fault("WEBHOOK", "label", effect, **({"times": -1} | chosen | needed(effect)))

    buy(twin, 4)

    [fault] = twin.control("GET", "faults")["faults"]
    assert fault["met"] == met
