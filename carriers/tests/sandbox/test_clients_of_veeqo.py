"""Clients of Veeqo that were written elsewhere: their headers, pages, bodies and addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import TIMEOUT_S, VEEQO_KEY, RunningTwin

KEY = {"x-api-key": VEEQO_KEY}
# What a plugin of a shop sends with every call, reads included.
PLUGIN = KEY | {
    "x-api-request": "true",
    "Accept": "application/json",
    "Content-Type": "application/json",
    "User-Agent": "GuzzleHttp/7",
}
Body = dict[str, Any]


def ask(
    twin: RunningTwin, method: str, path: str, headers: dict[str, str] = PLUGIN, **more: Any
) -> requests.Response:
    return requests.request(method, twin.url + path, headers=headers, timeout=TIMEOUT_S, **more)


def placed(twin: RunningTwin, count: int) -> list[str]:
    return [steps.made(twin, f"SHOP-{number}")["number"] for number in range(count)]


def pages_by_header(twin: RunningTwin, **query: Any) -> list[str]:
    """On and on until the page that the header calls the last."""
    numbers, page, pages = [], 1, 1
    while page <= pages:
        answer = ask(twin, "GET", "/orders", params=query | {"page": page, "page_size": 2})
        pages = max(int(answer.headers["x-total-pages-count"]), 1)
        numbers += [order["number"] for order in answer.json()]
        page += 1
    return numbers


def test_orders_are_read_page_by_page_by_the_header(twin: RunningTwin) -> None:
    numbers = placed(twin, 5)
    yesterday = (datetime.now(UTC) - timedelta(hours=24)).isoformat(timespec="seconds")

    assert pages_by_header(twin, created_at_min=yesterday) == numbers[::-1]


def test_cancelled_orders_are_read_in_a_second_pass(twin: RunningTwin) -> None:
    placed(twin, 3)
    order = steps.made(twin, "SHOP-X")
    ask(twin, "PUT", f"/orders/{order['id']}/cancel", json={"send_veeqo_email": False})

    assert "SHOP-X" not in pages_by_header(twin)
    assert pages_by_header(twin, status="cancelled") == ["SHOP-X"]


def pages_until_short(twin: RunningTwin) -> Iterator[Body]:
    page, rows = 1, list[Body]([{}, {}])
    while len(rows) == 2:
        rows = ask(twin, "GET", f"/orders?page_size=2&page={page}", KEY).json()
        yield from rows
        page += 1


def test_orders_are_read_until_a_page_is_short(twin: RunningTwin) -> None:
    numbers = placed(twin, 4)

    assert [row["number"] for row in pages_until_short(twin)] == numbers[::-1]


@pytest.mark.parametrize(
    "query",
    [
        "?page=1&page_size=25&updated_at_min=2020-01-31&order_by=created_at&order_direction=desc",
        "?page=1&per_page=250&sort_direction=desc&status=awaiting_fulfillment",
        "?created_at_min=2019-06-12%2011%3A10%3A01&created_at_max=2099-01-01",
        "?page_size=5&since_id=0",
        "?",
    ],
)
def test_parameters_that_are_not_known_narrow_nothing(twin: RunningTwin, query: str) -> None:
    numbers = placed(twin, 3)

    answer = ask(twin, "GET", f"/orders{query}", KEY | {"accept": "application/json"})

    assert [row["number"] for row in answer.json()] == numbers[::-1]


def test_a_shop_keeps_its_goods_without_an_envelope(twin: RunningTwin) -> None:
    variant = {"sku_code": "KITE-RED", "title": "Red", "price": "42.00", "weight_grams": 450}
    picture = [{"src": "https://shop.example/kite.jpg", "display_position": "1"}]
    given = {"title": "Stunt kite", "product_variants_attributes": [variant]}

    made = ask(twin, "POST", "/products", json=given | {"images_attributes": picture}).json()
    [found] = ask(twin, "GET", "/products", params={"query": "KITE-RED", "page_size": 100}).json()
    pk = found["sellables"][0]["id"]
    cheaper = {"product_variants_attributes": [{"id": pk, "price": "39.00"}], "title": "Kite"}
    changed = ask(
        twin, "PUT", f"/products/{made['id']}", json=cheaper | {"images_attributes": picture}
    )
    sellable = ask(twin, "GET", f"/sellables/{pk}").json()

    assert changed.status_code == 200
    assert (sellable["price"], sellable["product"]["id"]) == (39.0, made["id"])
    assert sellable["deleted_at"] is None
    assert ask(twin, "GET", "/sellables/1").status_code == 404


def test_a_shop_places_an_order_for_a_customer_it_made(twin: RunningTwin) -> None:
    customer = {"email": "ines@example.com", "customer_type": "retail"}
    pk = ask(twin, "POST", "/customers", json={"customer": customer}).json()["id"]
    order = {
        "channel_id": steps.CHANNEL,
        "customer_id": pk,
        "number": "CRAFT-77",
        "deliver_to_attributes": steps.address(),
        "line_items_attributes": [
            {"sellable_id": steps.sellable(twin), "quantity": 1, "price_per_unit": "18.50"}
        ],
        "payment_attributes": {"payment_type": "none"},
    }

    answer = ask(twin, "POST", "/orders", json={"order": order})

    assert answer.status_code == 201
    assert (answer.json()["status"], answer.json()["number"]) == (
        "awaiting_fulfillment",
        "CRAFT-77",
    )
    found = ask(twin, "GET", "/orders", params={"query": "CRAFT-77"}).json()
    assert [row["id"] for row in found] == [answer.json()["id"]]


def test_a_shop_splits_an_order_between_parcels(twin: RunningTwin) -> None:
    order = steps.made(twin)
    path = f"/orders/{order['id']}/allocations"
    ask(twin, "DELETE", f"{path}/{order['allocations'][0]['id']}")
    [warehouse, *_] = ask(twin, "GET", "/warehouses").json()
    line = {"sellable_id": steps.sellable(twin), "quantity": 1}
    one = {"warehouse_id": warehouse["id"], "line_items_attributes": [line]}

    answers = [ask(twin, "POST", path, json=one) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 400]
    after = steps.read(twin, order["id"])
    assert [row["line_items"][0]["quantity"] for row in after["allocations"]] == [1, 1]
    assert after["status"] == "awaiting_fulfillment"


def test_a_line_takes_a_note_of_its_own(twin: RunningTwin) -> None:
    order = steps.made(
        twin, line_items_attributes=[steps.line(twin), steps.line(twin, 1, "TRM-NVY")]
    )
    pk = order["line_items"][1]["id"]

    noted = ask(twin, "PUT", f"/line_items/{pk}", KEY, json={"additional_options": "Engrave: I.C."})
    missing = ask(twin, "PUT", "/line_items/1", KEY, json={"additional_options": "x"})

    assert (noted.status_code, missing.status_code) == (200, 404)
    lines = steps.read(twin, order["id"])["line_items"]
    assert [line["additional_options"] for line in lines] == [None, "Engrave: I.C."]


def in_chunks(body: Body) -> Iterator[bytes]:
    """As clients send that write JSON into the stream and know no length."""
    text = json.dumps(body).encode()
    yield text[:50]
    yield text[50:]


def test_bodies_of_unknown_length_are_read(twin: RunningTwin) -> None:
    headers = KEY | {"Content-Type": "application/json; charset=utf-8"}
    order = {"order": steps.order(twin)}

    made = ask(twin, "POST", "/orders", headers, data=in_chunks(order))
    pk = made.json()["id"]
    noted = ask(
        twin, "POST", f"/orders/{pk}/notes", headers, data=in_chunks({"note": {"text": "x"}})
    )
    wrapped = {"request": {"id": pk, "cancel_reason": "by the buyer", "send_veeqo_email": True}}
    cancelled = ask(twin, "PUT", f"/orders/{pk}/cancel", headers, data=in_chunks(wrapped))

    assert [answer.status_code for answer in (made, noted, cancelled)] == [201, 201, 204]
    assert steps.read(twin, pk)["status"] == "cancelled"


def test_an_application_of_the_store_sends_a_token(twin: RunningTwin) -> None:
    statuses = [
        ask(twin, "GET", "/orders", {"Authorization": value}).status_code
        for value in (f"Bearer {VEEQO_KEY}", f"bearer {VEEQO_KEY}", "Bearer wrong", VEEQO_KEY)
    ]

    assert statuses == [200, 200, 401, 401]


@pytest.mark.parametrize("path", ["/suppliers", "/purchase_orders?page_size=25", "/suppliers/7"])
def test_what_needs_a_paid_plan_says_so(twin: RunningTwin, path: str) -> None:
    answer = ask(twin, "GET", path)

    assert answer.status_code == 403
    assert answer.json() == {"error_messages": "Feature not available on your current plan"}


def test_rates_are_also_at_their_older_address(twin: RunningTwin) -> None:
    _, allocation_id, rate = steps.ready(twin)
    query = {"allocation_id": allocation_id, "from_allocation_package": "true"}

    answer = ask(twin, "GET", "/shipping/quotes/amazon_shipping_v2", params=query)
    rates = answer.json()["available"]
    sold = ask(twin, "POST", "/shipping/shipments", json=steps.purchase(allocation_id, rates[0]))

    assert rates[0]["name"] == rate["name"]
    assert sold.status_code == 200
    assert ask(twin, "GET", "/shipping/quotes/amazon_shipping_v2").status_code == 404


@pytest.mark.parametrize(
    ("kind", "begins"),
    [("pdf", b"%PDF-"), ("png", b"\x89PNG"), ("jpeg", b"\xff\xd8\xff"), ("zpl", b"^XA")],
)
def test_a_label_is_read_in_both_ways_in_every_format(
    twin: RunningTwin, kind: str, begins: bytes
) -> None:
    _, label = steps.bought(twin)
    headers = KEY | {"Accept": "*/*"}
    query = {"shipment_ids[]": label["id"]}

    by_suffix = ask(twin, "GET", f"/shipping/labels.{kind}", headers, params=query)
    by_query = ask(twin, "GET", "/shipping/labels", headers, params=query | {"format": kind})

    assert by_suffix.content.startswith(begins)
    assert by_suffix.content == by_query.content


@pytest.mark.parametrize("is_flat", [True, False])
def test_a_label_from_elsewhere_is_recorded_flat_or_nested(
    twin: RunningTwin, is_flat: bool
) -> None:
    order = steps.made(twin)
    told = {
        "tracking_number_attributes": {"tracking_number": "1Z0000000000000017"},
        "carrier_id": 3,
        "notify_customer": False,
        "update_remote_order": True,
    }
    ids = {"order_id": order["id"], "allocation_id": order["allocations"][0]["id"]}

    answer = ask(twin, "POST", "/shipments", json=ids | (told if is_flat else {"shipment": told}))

    assert answer.status_code == 201
    assert answer.json()["tracking_number"]["tracking_number"] == "1Z0000000000000017"
    assert steps.read(twin, order["id"])["status"] == "shipped"
