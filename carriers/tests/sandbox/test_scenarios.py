"""Scenarios: options and faults under one name and seed, saved, loaded and played again."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import requests

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps, veeqo_steps
from carriers.tests.sandbox.running import RunningTwin

NAMES = ["bad day", "lost answers", "out of funds", "slow platform"]


def load(twin: RunningTwin, **scenario: Any) -> Any:
    return twin.control("POST", "scenario", scenario)


def statuses(twin: RunningTwin, count: int) -> list[int]:
    return [twin.veeqo("GET", "/tags").status_code for _ in range(count)]


def coin(**changes: Any) -> dict[str, Any]:
    """A fault that meets about every second call."""
    fault = {"method": "GET", "path": "/tags", "effect": "error_before", "times": -1}
    return fault | {"probability": 0.5} | changes


def test_the_twin_comes_with_scenarios(twin: RunningTwin) -> None:
    found = twin.control("GET", "scenarios")["scenarios"]

    assert [scenario["name"] for scenario in found] == NAMES
    assert all(scenario["about"] and scenario["faults"] for scenario in found)


@pytest.mark.parametrize("name", NAMES)
def test_each_of_them_loads_by_its_name(twin: RunningTwin, name: str) -> None:
    shipped = {row["name"]: row for row in twin.control("GET", "scenarios")["scenarios"]}

    told = load(twin, name=name)

    faults, options = twin.control("GET", "faults")["faults"], twin.control("GET", "options")
    assert told["seed"] == shipped[name]["seed"]
    assert [(row["path"], row["effect"]) for row in faults] == [
        (row["path"], row["effect"]) for row in shipped[name]["faults"]
    ]
    wanted = shipped[name].get("options", {})
    assert {key: options[key] for key in wanted} == wanted


def test_out_of_funds_sells_five_labels_at_each_platform(twin: RunningTwin) -> None:
    ready = [veeqo_steps.ready(twin, f"SHOP-{number}") for number in range(7)]
    made = [easyship_steps.created(twin, bodies.shipment(f"KS-{n}")) for n in range(7)]
    load(twin, name="out of funds")

    veeqo = [
        twin.veeqo("POST", "/shipping/shipments", veeqo_steps.purchase(pk, rate)).status_code
        for _, pk, rate in ready
    ]
    easyship = [
        twin.easyship("POST", f"/shipments/{row['easyship_shipment_id']}/label", {}).status_code
        for row in made
    ]

    assert veeqo == [200] * 5 + [400] * 2
    assert easyship == [201] * 5 + [402] * 2


def test_out_of_funds_counts_labels_however_they_are_bought(twin: RunningTwin) -> None:
    load(twin, name="out of funds")

    answers = [
        twin.easyship("POST", "/shipments", bodies.bought_now(f"KS-{n}")).status_code
        for n in range(7)
    ]

    assert answers == [201] * 5 + [402] * 2
    assert len(twin.labels()) == 5


def test_a_slow_platform_makes_labels_and_allocations_late(twin: RunningTwin) -> None:
    load(twin, name="slow platform", faults=[], options=slow(twin) | {"latency_ms": 0})
    order = veeqo_steps.made(twin)
    pk = easyship_steps.created(twin, bodies.bought_later())["easyship_shipment_id"]

    told = []
    for _ in range(2):
        label = easyship_steps.read(twin, pk)["label_state"]
        told.append((label, len(veeqo_steps.read(twin, order["id"])["allocations"])))
        twin.advance(31)

    assert told == [("pending", 0), ("generated", 1)]


def slow(twin: RunningTwin) -> dict[str, Any]:
    shipped = twin.control("GET", "scenarios")["scenarios"]
    found: dict[str, Any] = next(row for row in shipped if row["name"] == "slow platform")[
        "options"
    ]
    return found


def test_a_bad_day_meets_some_calls_and_spares_most(twin: RunningTwin) -> None:
    load(twin, name="bad day")
    twin.options(latency_ms=0)
    for number in range(60):
        with suppress(requests.exceptions.RequestException):
            twin.easyship("POST", "/shipments", bodies.bought_now(f"KS-{number}"))
            twin.veeqo("GET", "/orders")

    met = sum(fault["met"] for fault in twin.control("GET", "faults")["faults"])
    calls = twin.report()["requests"]
    assert 1 <= met < calls / 2


def test_lost_answers_lose_no_effect(twin: RunningTwin) -> None:
    load(twin, name="lost answers")
    lost = 0
    for number in range(20):
        try:
            twin.veeqo("POST", "/tags", {"name": f"tag-{number}", "colour": "#ff0000"})
        except requests.exceptions.RequestException:
            lost += 1

    assert 2 <= lost <= 12
    assert len(twin.veeqo("GET", "/tags").json()) == 20


def test_a_scenario_takes_the_place_of_what_was_set(twin: RunningTwin) -> None:
    twin.options(latency_ms=9)
    twin.fault("GET", "/tags", "refuse")

    load(twin, name="mine", options={"veeqo_burst": 7}, faults=[])

    options = twin.control("GET", "options")
    assert (options["latency_ms"], options["veeqo_burst"]) == (0, 7)
    assert twin.control("GET", "faults")["faults"] == []


def test_what_is_held_and_the_clock_stay(twin: RunningTwin) -> None:
    veeqo_steps.made(twin)
    twin.advance(3600)

    load(twin, name="bad day")

    assert [row["reference"] for row in twin.report()["bookings"]] == ["SHOP-10482"]
    assert twin.control("GET", "clock")["offset_seconds"] == 3600


def test_one_seed_is_one_play(twin: RunningTwin) -> None:
    plays = []
    for seed in (7, 7, 8):
        load(twin, name="coins", seed=seed, faults=[coin()])
        plays.append(statuses(twin, 40))

    assert plays[0] == plays[1] != plays[2]


def test_a_shipped_scenario_plays_with_another_seed(twin: RunningTwin) -> None:
    told = load(twin, name="bad day", seed=41)

    assert told["seed"] == 41
    assert twin.control("GET", "faults")["faults"][0]["seed"] == 41 * 1009


def test_faults_of_one_scenario_do_not_strike_together(twin: RunningTwin) -> None:
    load(twin, name="coins", seed=3, faults=[coin(path="/"), coin(path="/")])
    faults = twin.control("GET", "faults")["faults"]

    assert faults[0]["seed"] != faults[1]["seed"]


def test_what_was_saved_plays_the_same_from_the_first_call(twin: RunningTwin) -> None:
    twin.fault("GET", "/elsewhere", "refuse")
    for seed in (0, 5):
        twin.fault(**coin(seed=seed))
    twin.options(veeqo_burst=9)
    saved = twin.control("GET", "scenario")
    first = statuses(twin, 40)

    load(twin, name="other", faults=[], options={})
    load(twin, **saved)

    assert statuses(twin, 40) == first
    assert twin.control("GET", "options")["veeqo_burst"] == 9


def test_a_used_fault_is_saved_whole(twin: RunningTwin) -> None:
    twin.fault("GET", "/tags", "error_before", times=2, skip=1)
    first = statuses(twin, 5)

    load(twin, **twin.control("GET", "scenario"))

    assert first == [200, 500, 500, 200, 200]
    assert statuses(twin, 5) == first


def test_limits_of_a_scenario_may_come_as_a_preset(twin: RunningTwin) -> None:
    load(twin, name="strict", options={"preset": "sandbox"}, faults=[])

    assert twin.control("GET", "options")["easyship_per_minute"] == 6


@pytest.mark.parametrize(
    "scenario",
    [
        {},
        {"name": "no such day"},
        {"name": "x", "colour": "red", "faults": []},
        {"name": "x", "faults": {}},
        {"name": "x", "faults": [7]},
        {"name": "x", "faults": [{"method": "GET", "path": "/", "effect": "explode"}]},
        {"name": "x", "options": {"colour": "red"}},
        {"name": "x", "options": []},
        {"name": "x", "seed": "7", "faults": []},
        {"name": "x", "seed": True, "faults": []},
    ],
)
def test_a_scenario_without_sense_changes_nothing(twin: RunningTwin, scenario: Any) -> None:
    twin.fault("GET", "/tags", "refuse")
    twin.options(latency_ms=1)
    before = twin.control("GET", "scenario")

    answer = requests.post(f"{twin.url}/__twin__/scenario", json=scenario, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert twin.control("GET", "scenario") == before
