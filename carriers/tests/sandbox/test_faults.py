"""What can be made to go wrong, and that it does what it says upstream."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps, veeqo_steps
from carriers.tests.sandbox.running import EASYSHIP_TOKEN, RunningTwin

PURCHASE = "/shipping/shipments"


def buy(twin: RunningTwin, ready: Any, **more: Any) -> requests.Response:
    _, allocation_id, rate = ready
    return twin.veeqo("POST", PURCHASE, veeqo_steps.purchase(allocation_id, rate), **more)


@pytest.mark.parametrize(
    ("effect", "sold"),
    [("error_before", 0), ("error_after", 1), ("html_before", 0), ("html_after", 1)],
)
def test_an_error_is_without_or_with_effect(twin: RunningTwin, effect: str, sold: int) -> None:
    ready = veeqo_steps.ready(twin)
    twin.fault("POST", PURCHASE, effect, status=503)

    answer = buy(twin, ready)

    assert answer.status_code == 503
    assert len(twin.labels()) == sold


def test_an_error_page_is_html(twin: RunningTwin) -> None:
    twin.fault("GET", "/account", "html_before", status=522)

    answer = twin.easyship("GET", "/account")

    assert answer.status_code == 522
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("effect", ["drop_after", "reset_after"])
def test_a_lost_answer_was_carried_out_all_the_same(twin: RunningTwin, effect: str) -> None:
    ready = veeqo_steps.ready(twin)
    twin.fault("POST", PURCHASE, effect)

    with pytest.raises(requests.exceptions.RequestException):
        buy(twin, ready)

    assert len(twin.labels()) == 1
    assert veeqo_steps.read(twin, ready[0]["id"])["status"] == "shipped"


def test_a_lost_answer_is_noted_as_such(twin: RunningTwin) -> None:
    ready = veeqo_steps.ready(twin)
    twin.fault("POST", PURCHASE, "drop_after")

    with pytest.raises(requests.exceptions.ConnectionError):
        buy(twin, ready)

    asked = twin.control("GET", f"requests?path={PURCHASE}")["requests"]
    assert [(row["status"], row["answered"]) for row in asked] == [(200, 0)]


def test_a_held_answer_is_late_and_true(twin: RunningTwin) -> None:
    ready = veeqo_steps.ready(twin)
    twin.fault("POST", PURCHASE, "hold_after", seconds=1.0)

    with pytest.raises(requests.exceptions.ReadTimeout):
        buy(twin, ready, timeout=0.2)

    assert len(twin.labels()) == 1


def test_a_truncated_answer_is_no_json(twin: RunningTwin) -> None:
    twin.fault("POST", "/shipments", "truncate_after")

    answer = twin.easyship("POST", "/shipments", bodies.bought_now())

    assert answer.status_code == 201
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert len(twin.labels()) == 1


def test_an_answer_can_trickle(twin: RunningTwin) -> None:
    twin.fault("GET", "/account", "drip_after", seconds=0.4)
    begun = time.monotonic()

    answer = twin.easyship("GET", "/account")

    assert answer.json()["account"]["name"] == "Demo fulfilment"
    assert time.monotonic() - begun >= 0.4


def test_a_stale_page_lacks_the_newest(twin: RunningTwin) -> None:
    veeqo_steps.made(twin, "SHOP-1")
    veeqo_steps.made(twin, "SHOP-2")
    easyship_steps.created(twin)
    twin.fault("GET", "/orders", "stale")
    twin.fault("GET", "/shipments", "stale")

    orders = [[row["number"] for row in twin.veeqo("GET", "/orders").json()] for _ in range(2)]
    shipments = [len(twin.easyship("GET", "/shipments").json()["shipments"]) for _ in range(2)]

    assert orders == [["SHOP-1"], ["SHOP-2", "SHOP-1"]]
    assert shipments == [0, 1]


def test_one_object_is_never_stale(twin: RunningTwin) -> None:
    order, shipment = veeqo_steps.made(twin), easyship_steps.created(twin)
    twin.fault("GET", "/orders", "stale")
    twin.fault("GET", "/shipments", "stale")

    read = veeqo_steps.read(twin, order["id"])
    shown = easyship_steps.read(twin, shipment["easyship_shipment_id"])

    assert read["allocations"] == order["allocations"]
    assert read["line_items"] == order["line_items"]
    assert shown["rates"] == shipment["rates"]


def test_a_refusal_looks_like_the_platforms_own(twin: RunningTwin) -> None:
    twin.fault("*", "/", "refuse", times=2)

    veeqo, easyship = twin.veeqo("GET", "/orders"), twin.easyship("GET", "/account")

    assert (veeqo.status_code, veeqo.content) == (429, b"")
    assert easyship.status_code == 429
    assert easyship.json()["error"]["code"] == "too_many_requests"
    assert easyship.headers["X-Ratelimit-Remaining"] == "0"


@pytest.mark.parametrize("effect", ["no_funds", "fail_label"])
def test_a_refused_purchase_at_veeqo_sells_nothing(twin: RunningTwin, effect: str) -> None:
    ready = veeqo_steps.ready(twin)
    twin.fault("POST", PURCHASE, effect)

    refused, sold = buy(twin, ready), buy(twin, ready)

    assert (refused.status_code, sold.status_code) == (400, 200)
    assert len(twin.labels()) == 1


def test_a_price_can_rise_at_veeqo(twin: RunningTwin) -> None:
    ready = veeqo_steps.ready(twin)
    twin.fault("POST", PURCHASE, "price_changed")

    charge = buy(twin, ready).json()["outbound_label_charges"]["value"]

    assert charge == pytest.approx(float(ready[2]["total_net_charge"]) * 1.07, abs=0.006)


@pytest.mark.parametrize("effect", ["no_funds", "fail_label", "price_changed"])
def test_a_fault_of_purchases_waits_for_one(twin: RunningTwin, effect: str) -> None:
    twin.fault("*", "/", effect, times=1)

    veeqo_steps.ready(twin)
    easyship_steps.created(twin)
    twin.easyship("POST", "/rates", bodies.rate_request())

    [fault] = twin.control("GET", "faults")["faults"]
    assert (fault["seen"], fault["met"], fault["times"]) == (0, 0, 1)


def purchases(twin: RunningTwin) -> dict[str, Callable[[], requests.Response]]:
    """Every call that sells a label, ready to be made."""
    made = [easyship_steps.created(twin, bodies.shipment(name)) for name in ("A", "B", "C")]
    pks = [shipment["easyship_shipment_id"] for shipment in made]
    ready = veeqo_steps.ready(twin)
    batch = {"shipments": [{"easyship_shipment_id": pks[1]}]}
    legacy = {"shipments": [{"easyship_shipment_id": pks[2]}]}
    bearer = {"Authorization": f"Bearer {EASYSHIP_TOKEN}"}
    several = {
        "defaults": {"origin_address": bodies.origin(), "shipping_settings": {"buy_label": True}},
        "shipments": [bodies.batch_shipment("E")],
    }
    return {
        "at Veeqo": lambda: buy(twin, ready),
        "with the shipment": lambda: twin.easyship("POST", "/shipments", bodies.bought_now("D")),
        "afterwards": lambda: twin.easyship("POST", f"/shipments/{pks[0]}/label", {}),
        "in a batch of labels": lambda: twin.easyship("POST", "/batches/labels", batch),
        "in a batch of shipments": lambda: twin.easyship("POST", "/batches/shipments", several),
        "in the old version": lambda: requests.post(
            f"{twin.url}/2023-01/labels", json=legacy, headers=bearer, timeout=10
        ),
    }


def test_every_way_to_buy_meets_a_fault_of_purchases(twin: RunningTwin) -> None:
    ways = purchases(twin)
    twin.fault("POST", "/", "no_funds", times=-1)
    met = []
    for number, (name, ask) in enumerate(ways.items(), start=1):
        ask()
        [fault] = twin.control("GET", "faults")["faults"]
        met.append((name, fault["met"] == number))
    twin.advance(60)
    twin.easyship("GET", "/batches")

    assert met == [(name, True) for name in ways]
    assert twin.labels() == []


def statuses(twin: RunningTwin, count: int) -> list[int]:
    return [twin.veeqo("GET", "/tags").status_code for _ in range(count)]


def test_a_fault_is_used_up(twin: RunningTwin) -> None:
    twin.fault("GET", "/tags", "error_before", times=2)

    assert statuses(twin, 3) == [500, 500, 200]


def test_a_fault_can_last(twin: RunningTwin) -> None:
    twin.fault("GET", "/tags", "error_before", times=-1)

    assert statuses(twin, 5) == [500] * 5

    twin.control("DELETE", "faults")

    assert statuses(twin, 1) == [200]


def test_a_fault_can_wait_for_the_nth_call(twin: RunningTwin) -> None:
    twin.fault("GET", "/tags", "error_before", skip=2)

    assert statuses(twin, 4) == [200, 200, 500, 200]


def test_a_fault_by_probability_repeats_with_its_seed(twin: RunningTwin) -> None:
    rounds = []
    for seed in (7, 7, 8):
        twin.control("DELETE", "faults")
        twin.fault("GET", "/tags", "error_before", times=-1, probability=0.5, seed=seed)
        rounds.append(statuses(twin, 40))

    assert rounds[0] == rounds[1] != rounds[2]
    assert 10 <= rounds[0].count(500) <= 30


def test_a_fault_by_order_number_meets_only_that_order(twin: RunningTwin) -> None:
    first, second = veeqo_steps.ready(twin, "SHOP-1"), veeqo_steps.ready(twin, "SHOP-2")
    twin.fault("POST", PURCHASE, "error_before", reference="SHOP-2")
    twin.fault("POST", "/shipments", "error_before", reference="KS-2")

    veeqo = [buy(twin, ready).status_code for ready in (first, second)]
    easyship = [
        twin.easyship("POST", "/shipments", bodies.shipment(number)).status_code
        for number in ("KS-1", "KS-2")
    ]

    assert (veeqo, easyship) == ([200, 500], [201, 500])


def test_a_shipment_without_a_number_is_of_no_order(twin: RunningTwin) -> None:
    twin.fault("POST", "/shipments", "error_before", reference="None")
    unnumbered = bodies.shipment(order_data={"platform_name": "Own shop"})

    assert twin.easyship("POST", "/shipments", unnumbered).status_code == 201


@pytest.mark.parametrize(
    "fault",
    [
        {"method": "GET", "path": "/", "effect": "explode"},
        {"method": "GET", "path": "/", "effect": "refuse", "colour": "red"},
        {"path": "/"},
        {"method": "GET", "path": "/", "effect": "lose"},
        {"method": "WEBHOOK", "path": "", "effect": "refuse"},
        {"method": "GET", "path": "/", "effect": "hold_after"},
        {"method": "GET", "path": "/", "effect": "drip_after", "seconds": 0},
        {"method": "WEBHOOK", "path": "", "effect": "out_of_order"},
    ],
)
def test_an_unknown_fault_is_refused(twin: RunningTwin, fault: dict[str, str]) -> None:
    answer = requests.post(f"{twin.url}/__twin__/faults", json=fault, timeout=10)

    assert answer.status_code == 400
    assert twin.control("GET", "faults")["faults"] == []
