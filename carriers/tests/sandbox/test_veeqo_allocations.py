"""How Veeqo gives orders to warehouses, and what that does to stock and status."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NEVADA, CALIFORNIA = 31007, 31008


def allocate(twin: RunningTwin, order: Any, warehouse_id: int, quantity: int) -> Any:
    sellable_id = order["line_items"][0]["sellable"]["id"]
    lines = [{"sellable_id": sellable_id, "quantity": quantity}]
    body = {"allocation": {"warehouse_id": warehouse_id, "line_items_attributes": lines}}
    return twin.veeqo("POST", f"/orders/{order['id']}/allocations", body)


def test_a_paid_order_is_allocated_at_once_to_the_stores_warehouse(twin: RunningTwin) -> None:
    order = steps.made(twin)

    [allocation] = order["allocations"]
    assert allocation["warehouse"]["id"] == NEVADA
    assert allocation["line_items"][0]["quantity"] == 2
    assert allocation["shipment"] is None
    assert order["status"] == "awaiting_fulfillment"
    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 2, 58)


def test_two_lines_of_one_sellable_share_its_stock(twin: RunningTwin) -> None:
    lines = [steps.line(twin, 40), steps.line(twin, 40)]

    order = steps.made(twin, line_items_attributes=lines)

    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 60, 0)
    assert order["status"] == "awaiting_stock"


def test_an_unpaid_order_waits_for_its_payment(twin: RunningTwin) -> None:
    order = steps.made(twin, payment_attributes=None)
    paid = {"payment_type": "cash", "order_id": order["id"], "reference_number": "r"}

    answer = twin.veeqo("POST", "/payments", {"payment_attributes": paid, "amount": 42})

    assert (order["status"], order["allocations"]) == ("awaiting_payment", [])
    assert answer.status_code == 204
    after = steps.read(twin, order["id"])
    assert after["status"] == "awaiting_fulfillment"
    assert len(after["allocations"]) == 1


def test_what_is_short_leaves_the_order_waiting_for_stock(twin: RunningTwin) -> None:
    order = steps.made(twin, line_items_attributes=[steps.line(twin, 61)])

    assert order["status"] == "awaiting_stock"
    assert order["allocated_completely"] is False
    assert order["allocations"][0]["line_items"][0]["quantity"] == 60


def test_asynchronous_allocation_comes_later_and_once(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="async", veeqo_allocation_delay_s=60.0)
    order = steps.made(twin)
    at_first = steps.read(twin, order["id"])
    twin.advance(61)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: steps.read(twin, order["id"]), range(8)))

    assert (at_first["status"], at_first["allocations"]) == ("awaiting_stock", [])
    assert {len(after["allocations"]) for after in found} == {1}
    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 2, 58)


def test_asynchronous_allocation_shows_in_the_list_too(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="async", veeqo_allocation_delay_s=60.0)
    steps.made(twin)
    twin.advance(61)

    [order] = twin.veeqo("GET", "/orders?query=SHOP-10482").json()

    assert len(order["allocations"]) == 1


def test_a_cancelled_order_is_not_allocated_later(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="async", veeqo_allocation_delay_s=60.0)
    order = steps.made(twin)
    twin.veeqo("PUT", f"/orders/{order['id']}/cancel", {})
    twin.advance(61)

    after = steps.read(twin, order["id"])

    assert (after["status"], after["allocations"]) == ("cancelled", [])
    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 0, 60)


def test_what_was_allocated_by_hand_is_not_allocated_again(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="async", veeqo_allocation_delay_s=60.0)
    order = steps.made(twin)
    allocate(twin, order, CALIFORNIA, 2)
    twin.advance(61)

    after = steps.read(twin, order["id"])

    assert [a["warehouse"]["id"] for a in after["allocations"]] == [CALIFORNIA]


def test_without_auto_allocation_it_is_done_by_hand(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="off")
    order = steps.made(twin)

    answer = allocate(twin, order, CALIFORNIA, 2)

    assert order["allocations"] == []
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/orders/{order['id']}")
    assert answer.json()["status"] == "awaiting_fulfillment"
    assert steps.levels(steps.stock(twin, "TRM-GRN", CALIFORNIA)) == (50, 2, 48)


def test_no_more_is_allocated_than_was_ordered(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="off")
    order = steps.made(twin)

    answer = allocate(twin, order, CALIFORNIA, 3)

    assert answer.status_code == 400
    assert steps.read(twin, order["id"])["allocations"] == []
    assert steps.levels(steps.stock(twin, "TRM-GRN", CALIFORNIA)) == (50, 0, 50)


def test_delete_takes_all_allocations_away(twin: RunningTwin) -> None:
    order = steps.made(twin)
    path = f"/orders/{order['id']}/allocations/{order['allocations'][0]['id']}"

    answer = twin.veeqo("DELETE", path)

    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["allocations"]) == ("awaiting_stock", [])
    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 0, 60)


def test_the_allocation_of_another_order_is_not_found(twin: RunningTwin) -> None:
    first, second = steps.made(twin), steps.made(twin, "SHOP-2")
    path = f"/orders/{first['id']}/allocations/{second['allocations'][0]['id']}"

    answer = twin.veeqo("DELETE", path)

    assert answer.status_code == 404
    assert len(steps.read(twin, first["id"])["allocations"]) == 1


def test_update_moves_an_allocation_to_another_warehouse(twin: RunningTwin) -> None:
    order = steps.made(twin)
    pk = order["allocations"][0]["id"]

    answer = twin.veeqo(
        "PUT", f"/orders/{order['id']}/allocations/{pk}", {"warehouse_id": CALIFORNIA}
    )

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["warehouse"]["id"]) == (pk, CALIFORNIA)
    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 0, 60)
    assert steps.levels(steps.stock(twin, "TRM-GRN", CALIFORNIA)) == (50, 2, 48)


def test_the_package_is_told_with_a_text_id_and_attributes(twin: RunningTwin) -> None:
    pk = steps.made(twin)["allocations"][0]["id"]
    package = {"weight": 26.5, "weight_unit": "oz", "width": 9, "height": 6, "depth": 12}

    answer = twin.veeqo(
        "PUT", f"/allocations/{pk}/allocation_package", {"allocation_package": package}
    )

    body = answer.json()
    assert answer.status_code == 200
    assert (type(body["id"]), body["type"]) == (str, "allocation_package")
    assert body["attributes"]["weight"] == 26.5
    assert body["attributes"]["allocation_id"] == pk


@pytest.mark.parametrize(
    "fault", [{"weight": "heavy"}, {"width": -1}, {"weight_unit": "stone"}, {"height": None}]
)
def test_an_impossible_package_is_a_422(twin: RunningTwin, fault: dict[str, Any]) -> None:
    order = steps.made(twin)
    allocation = order["allocations"][0]
    path = f"/allocations/{allocation['id']}/allocation_package"

    answer = twin.veeqo("PUT", path, {"allocation_package": fault})

    assert answer.status_code == 422
    after = steps.read(twin, order["id"])["allocations"][0]
    assert after["allocation_package"] == allocation["allocation_package"]
