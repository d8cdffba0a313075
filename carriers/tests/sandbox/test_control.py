"""Control calls: what the twin was asked and holds, its options, its clock, its page."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from carriers.sandbox.option_texts import TEXTS
from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps, veeqo_steps
from carriers.tests.sandbox.running import VEEQO_KEY, RunningTwin, running_twin

TOKEN = "ct-0001"


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[RunningTwin]:
    with running_twin(tmp_path / "twin.sqlite3", control_token=TOKEN) as running:
        yield running


def ask(twin: RunningTwin, path: str, method: str = "GET", **more: Any) -> requests.Response:
    return requests.request(method, f"{twin.url}/__twin__/{path}", timeout=10, **more)


def test_the_report_lists_bookings_and_labels_of_both(twin: RunningTwin) -> None:
    order, label = veeqo_steps.bought(twin)
    shipment = easyship_steps.created(twin, bodies.bought_now())

    told = twin.report()

    assert [(row["platform"], row["reference"], row["id"]) for row in told["bookings"]] == [
        ("easyship", "KS-20931", shipment["easyship_shipment_id"]),
        ("veeqo", "SHOP-10482", str(order["id"])),
    ]
    assert [(row["platform"], row["shipment_id"], row["state"]) for row in told["labels"]] == [
        ("easyship", shipment["easyship_shipment_id"], "bought"),
        ("veeqo", str(label["id"]), "bought"),
    ]
    assert told["by_route"]["POST /shipping/shipments"] == 1
    assert told["by_route"]["POST /2024-09/shipments"] == 1
    assert told["requests"] == sum(told["by_route"].values())


def test_units_are_lost_on_a_shelf_without_an_order(twin: RunningTwin) -> None:
    item = veeqo_steps.sellable(twin)
    [before] = [
        entry
        for doc in twin.veeqo("GET", "/products?query=TRM-GRN&page_size=100").json()
        for row in doc["sellables"]
        for entry in row["stock_entries"]
        if row["id"] == item
    ][:1]
    place = before["warehouse_id"]

    told = twin.control("POST", "stock", {"sellable_id": item, "warehouse_id": place, "units": -2})

    entry = twin.veeqo("GET", f"/sellables/{item}/warehouses/{place}/stock_entry").json()
    assert told["physical"] == entry["physical_stock_level"]
    assert entry["physical_stock_level"] == before["physical_stock_level"] - 2
    assert (
        ask(
            twin, "stock", "POST", json={"sellable_id": 1, "warehouse_id": 1, "units": 1}
        ).status_code
        == 400
    )


def test_requests_are_kept_without_the_key(twin: RunningTwin) -> None:
    veeqo_steps.made(twin)

    rows = twin.control("GET", "requests?dialect=veeqo&path=/orders")["requests"]

    [row] = rows
    assert (row["method"], row["path"], row["status"], row["answered"]) == (
        "POST", "/orders", 201, 1,
    )  # fmt: skip
    assert row["key_end"] == VEEQO_KEY[-4:]
    assert VEEQO_KEY not in str(row)
    assert '"number": "SHOP-10482"' in row["body"]
    assert twin.control("GET", f"requests?since_id={row['id']}")["requests"] == []


def test_the_log_names_the_fault_that_a_call_met(twin: RunningTwin) -> None:
    twin.fault("GET", "/tags", "error_after", status=503)
    for _ in range(2):
        twin.veeqo("GET", "/tags")

    rows = twin.control("GET", "requests?path=/tags")["requests"]

    assert [(row["status"], row["effect"]) for row in rows] == [(200, "error_after"), (200, "")]


def test_a_file_of_an_older_twin_is_read_on(tmp_path: Path) -> None:
    path = tmp_path / "twin.sqlite3"
    with running_twin(path) as running:
        running.veeqo("GET", "/tags")
    with sqlite3.connect(path) as older:
        older.execute("ALTER TABLE requests DROP COLUMN effect")

    with running_twin(path) as running:
        running.veeqo("GET", "/tags")
        rows = running.control("GET", "requests")["requests"]

    assert [row["effect"] for row in rows] == ["", ""]


def test_control_calls_are_not_counted(twin: RunningTwin) -> None:
    for _ in range(3):
        twin.report()

    assert twin.report()["requests"] == 0


def test_options_are_changed_one_by_one(twin: RunningTwin) -> None:
    before = twin.control("GET", "options")

    after = twin.control("PATCH", "options", {"latency_ms": 5})

    assert after == before | {"latency_ms": 5}
    assert twin.control("GET", "options") == after


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"latency_ms": "5"},
        {"latency_ms": -1},
        {"enforce_limits": 1},
        {"veeqo_auto_allocation": "maybe"},
        {"veeqo_max_page_size": 0},
        {"easyship_label_seconds": float("inf")},
    ],
)
def test_options_without_sense_are_refused(twin: RunningTwin, changes: dict[str, Any]) -> None:
    before = twin.control("GET", "options")

    answer = ask(
        twin, "options", "PATCH", data=str(changes).replace("'", '"').replace("inf", "Infinity")
    )

    assert answer.status_code == 400
    assert twin.control("GET", "options") == before


def test_the_clock_moves_on(twin: RunningTwin) -> None:
    before = datetime.fromisoformat(twin.control("GET", "clock")["now"])

    after = twin.control("POST", "clock", {"advance_seconds": 3600})

    moved = datetime.fromisoformat(after["now"]) - before
    assert timedelta(hours=1) <= moved < timedelta(hours=1, seconds=20)
    assert after["offset_seconds"] == 3600


@pytest.mark.parametrize("seconds", [-1, 1e12, "soon", None])
def test_the_clock_does_not_go_back_or_away(twin: RunningTwin, seconds: Any) -> None:
    answer = ask(twin, "clock", "POST", json={"advance_seconds": seconds})

    assert answer.status_code == 400
    assert twin.control("GET", "clock")["offset_seconds"] == 0


@pytest.mark.parametrize(
    "fault", [{"times": "2"}, {"seconds": -1}, {"status": 200}, {"skip": True}, {"path": 7}]
)
def test_a_fault_without_sense_is_refused(twin: RunningTwin, fault: dict[str, Any]) -> None:
    given = {"method": "GET", "path": "/", "effect": "error_before"} | fault

    answer = ask(twin, "faults", "POST", json=given)

    assert answer.status_code == 400
    assert twin.control("GET", "faults")["faults"] == []


def test_easyship_can_charge_once_more_by_itself(twin: RunningTwin) -> None:
    pk = easyship_steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
    before = easyship_steps.balance(twin)
    charge = {"easyship_shipment_id": pk, "amount": 3.15, "adjustment_type": "Oversized Surcharge"}

    twin.control("POST", "charges", charge)

    records = twin.easyship("GET", f"/shipments/{pk}/transaction_records").json()
    [found] = [row for row in records["transaction_records"] if row["adjustment_type"]]
    assert (found["adjustment_type"], found["amount"]) == ("Oversized Surcharge", 3.15)
    assert easyship_steps.balance(twin) == pytest.approx(before - 3.15)


@pytest.mark.parametrize(
    "changes",
    [{"amount": "inf"}, {"amount": "nan"}, {"amount": None}, {"easyship_shipment_id": "ESUS1"}],
)
def test_a_charge_without_sense_moves_no_money(twin: RunningTwin, changes: dict[str, Any]) -> None:
    pk = easyship_steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
    before = easyship_steps.balance(twin)
    charge = {"easyship_shipment_id": pk, "amount": 3.15, "adjustment_type": "Others"} | changes

    answer = ask(twin, "charges", "POST", json=charge)

    assert answer.status_code == 400
    assert easyship_steps.balance(twin) == before


def test_an_unknown_control_call_is_a_404(twin: RunningTwin) -> None:
    assert ask(twin, "explode").status_code == 404


def test_the_page_shows_what_was_sold(twin: RunningTwin) -> None:
    _, label = veeqo_steps.bought(twin, "<b>SHOP</b>")
    twin.fault("GET", "/tags", "refuse")

    answer = ask(twin, "")

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "&lt;b&gt;SHOP&lt;/b&gt;" in answer.text
    assert "<b>SHOP" not in answer.text
    assert str(label["id"]) in answer.text
    assert "<strong>refuse</strong>" in answer.text


def test_every_option_has_its_text(twin: RunningTwin) -> None:
    assert set(TEXTS) == set(twin.control("GET", "options"))


def test_the_page_tells_of_every_option_and_effect(twin: RunningTwin) -> None:
    text = ask(twin, "").text

    options = set(re.findall(r'data-option="(\w+)"', text))
    effects = set(re.findall(r'<option value="(\w+)" data-needs', text))
    assert options == set(twin.control("GET", "options"))
    assert effects == set(twin.control("GET", "faults")["effects"])


def test_the_page_counts_orders_with_two_live_labels(twin: RunningTwin) -> None:
    twin.options(veeqo_second_purchase="allow")
    _, allocation_id, rate = veeqo_steps.ready(twin)
    for _ in range(2):
        twin.veeqo("POST", "/shipping/shipments", veeqo_steps.purchase(allocation_id, rate))

    assert "<dt>Orders with two live labels</dt><dd>1</dd>" in ask(twin, "").text


@pytest.mark.parametrize("path", ["", "report", "requests", "options", "clock", "faults"])
def test_a_token_guards_every_control_call(guarded: RunningTwin, path: str) -> None:
    wrong = ask(guarded, path, headers={"X-Twin-Token": "ct-0002"})
    right = ask(guarded, path, headers={"X-Twin-Token": TOKEN})

    assert (ask(guarded, path).status_code, wrong.status_code) == (401, 401)
    assert right.status_code == 200


def test_the_page_takes_its_token_from_the_address(guarded: RunningTwin) -> None:
    assert ask(guarded, f"?token={TOKEN}").status_code == 200
    assert ask(guarded, "?token=wrong").status_code == 401


def test_other_calls_do_not(guarded: RunningTwin) -> None:
    reading = ask(guarded, f"report?token={TOKEN}")
    writing = ask(guarded, f"clock?token={TOKEN}", "POST", json={"advance_seconds": 9})

    assert (reading.status_code, writing.status_code) == (401, 401)
    clock = ask(guarded, "clock", headers={"X-Twin-Token": TOKEN}).json()
    assert clock["offset_seconds"] == 0


def test_health_needs_no_token(guarded: RunningTwin) -> None:
    assert ask(guarded, "health").json() == {"ok": True}
