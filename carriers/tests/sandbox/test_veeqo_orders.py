"""Orders at Veeqo: made, found, changed, cancelled."""

from __future__ import annotations

from typing import Any

import pytest

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin


def numbers(twin: RunningTwin, query: str = "") -> list[str]:
    return [order["number"] for order in twin.veeqo("GET", f"/orders{query}").json()]


def test_create_answers_the_whole_order(twin: RunningTwin) -> None:
    answer = twin.veeqo("POST", "/orders", {"order": steps.order(twin)})

    order = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/orders/{order['id']}")
    assert (order["number"], order["sales_record_number"]) == ("SHOP-10482", "SHOP-10482")
    assert (order["subtotal_price"], order["total_price"]) == (37.0, 41.95)
    assert order["delivery_method"] == {"id": 88120, "cost": 4.95, "name": "Standard"}
    assert order["deliver_to"]["zip"] == "83702"
    assert order["customer"]["email"] == "buyer@example.com"
    assert order["customer_note"]["text"] == "Leave with the porter"
    assert order["international"] is False
    assert order["line_items"][0]["sellable"]["sku_code"] == "TRM-GRN"


def test_an_order_abroad_is_international(twin: RunningTwin) -> None:
    abroad = steps.address(country="GB", state="", city="London", zip="E6 7FB")

    order = steps.made(twin, deliver_to_attributes=abroad)

    assert order["international"] is True


def test_a_due_day_is_told_as_a_time(twin: RunningTwin) -> None:
    order = steps.made(twin, due_date="31/01/2027")

    assert order["due_date"] == "2027-01-31T00:00:00.000Z"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"channel_id": 1}, ["Channel must exist"]),
        ({"channel_id": None}, ["Channel must exist"]),
        ({"customer_attributes": None}, ["Customer can't be blank"]),
        ({"customer_attributes": "Ines"}, ["Customer can't be blank"]),
        ({"customer_id": 7}, ["Customer must exist"]),
        ({"deliver_to_attributes": {}}, ["Deliver to can't be blank"]),
        ({"deliver_to_id": 7}, ["Deliver to must exist"]),
        ({"line_items_attributes": []}, ["Line items can't be blank"]),
        ({"line_items_attributes": {"0": {}}}, ["Line items can't be blank"]),
        ({"line_items_attributes": ["TRM-GRN"]}, ["Line items can't be blank"]),
        (
            {"line_items_attributes": [{"sellable_id": 1, "quantity": 0.5}]},
            ["Sellable 1 must exist", "Quantity must be greater than 0"],
        ),
    ],
)
def test_a_faulty_order_is_refused_with_every_fault(
    twin: RunningTwin, changes: dict[str, Any], told: list[str]
) -> None:
    answer = twin.veeqo("POST", "/orders", {"order": steps.order(twin, **changes)})

    assert answer.status_code == 400
    assert answer.json() == {"error_messages": told}
    assert twin.report()["bookings"] == []


@pytest.mark.parametrize("price", ["abc", "NaN", "1e999", None, {}])
def test_a_price_that_is_no_number_counts_as_nothing(twin: RunningTwin, price: Any) -> None:
    line = steps.line(twin, price_per_unit=price)

    order = steps.made(twin, line_items_attributes=[line])

    assert order["subtotal_price"] == 0.0


def test_a_saved_address_and_customer_may_be_named(twin: RunningTwin) -> None:
    first = steps.made(twin)

    second = steps.made(
        twin,
        deliver_to_attributes=None,
        deliver_to_id=first["deliver_to"]["id"],
        customer_attributes=None,
        customer_id=first["customer"]["id"],
    )

    assert second["deliver_to"] == first["deliver_to"]
    assert second["customer"]["email"] == "buyer@example.com"


def test_filters_narrow_the_list(twin: RunningTwin) -> None:
    first = steps.made(twin, "SHOP-1")
    twin.advance(3 * 86400)
    second = steps.made(twin, "SHOP-2", due_date="2027-03-01")
    since = second["created_at"]

    assert numbers(twin, f"?since_id={first['id']}") == ["SHOP-2"]
    assert numbers(twin, f"?created_at_min={since}") == ["SHOP-2"]
    assert numbers(twin, f"?created[before]={first['created_at'][:10]}") == ["SHOP-1"]
    assert numbers(twin, "?due[after]=2027-01-01") == ["SHOP-2"]
    assert numbers(twin, "?channel_ids[]=40233") == ["SHOP-2", "SHOP-1"]
    assert numbers(twin, "?channel_ids[]=1") == []
    assert numbers(twin, "?allocated_at=31007") == ["SHOP-2", "SHOP-1"]
    assert numbers(twin, "?allocated_at=31008") == []


def test_updated_since_sees_a_changed_order(twin: RunningTwin) -> None:
    order = steps.made(twin)
    twin.advance(3600)
    steps.made(twin, "SHOP-2")
    twin.veeqo("PUT", f"/orders/{order['id']}", {"order": {"due_date": "2027-03-01"}})
    changed = steps.read(twin, order["id"])["updated_at"]

    assert numbers(twin, f"?updated_at_min={changed}") == ["SHOP-10482"]


def test_update_adds_lines_and_keeps_those_left_out(twin: RunningTwin) -> None:
    pk = steps.made(twin)["id"]
    lines = [steps.line(twin, 1, "KET-12", price_per_unit="39.00")]

    answer = twin.veeqo("PUT", f"/orders/{pk}", {"order": {"line_items_attributes": lines}})

    order = answer.json()
    assert [line["quantity"] for line in order["line_items"]] == [2, 1]
    assert order["status"] == "awaiting_stock"
    assert order["subtotal_price"] == 76.0


def test_an_order_has_no_returns_of_its_own(twin: RunningTwin) -> None:
    pk = steps.made(twin)["id"]

    assert twin.veeqo("GET", f"/orders/{pk}/returns").json() == []


def test_a_list_is_the_same_however_it_is_found(twin: RunningTwin) -> None:
    """Plain questions are asked of the store; with one more each order is looked at."""
    moments = []
    for number in range(3):
        moments.append(steps.made(twin, f"SHOP-{number}")["updated_at"])
        twin.advance(60)
    gone = steps.made(twin, "SHOP-GONE")["id"]
    twin.veeqo("PUT", f"/orders/{gone}/cancel", {})
    finer = moments[1].replace("Z", "400Z")

    for asked in ("", f"updated_at_min={moments[1]}", f"updated_at_min={finer}"):
        for status in ("", "&status=cancelled", "&status=awaiting_fulfillment"):
            found = numbers(twin, f"?{asked}{status}")
            assert found == numbers(twin, f"?{asked}{status}&since_id=0")
    assert numbers(twin, f"?updated_at_min={moments[1]}") == ["SHOP-2", "SHOP-1"]
    assert numbers(twin, f"?updated_at_min={finer}") == ["SHOP-2"]
