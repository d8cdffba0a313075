"""Clients of Veeqo that were written elsewhere: their headers, pages, bodies and addresses."""

from __future__ import annotations

import base64
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
RATES = "/shipping/api/v1/rates"
PARCELS = "/shipping/api/v1/shipments"
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


def place(**changes: Any) -> Body:
    return {
        "name": "Ines Calder",
        "phone": "+12085550117",
        "line1": "912 Alder St",
        "town": "Boise",
        "county": "ID",
        "postcode": "83702",
        "country_code": "US",
    } | changes


def parcel_rates(**changes: Any) -> Body:
    box = {"weight": 24.7, "weight_unit": "oz", "dimension_unit": "in"}
    return {
        "from_address": place(name="Reno DC", town="Reno", county="NV", postcode="89502"),
        "to_address": place(),
        "parcels": [box | {"length": 12, "width": 9, "height": 6}],
        "customer_reference": "EB-123",
        "include_unavailable_quotes": False,
    } | changes


def quoted(twin: RunningTwin, carrier: str = "FEDEX", **changes: Any) -> tuple[str, Body]:
    """The id of what was asked for, and its cheapest quote of a carrier."""
    answer = ask(twin, "POST", RATES, json=parcel_rates(**changes))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    quote = next(row for row in told["quotes"] if row["carrier_id"] == carrier)
    return told["remote_shipment_id"], quote


def booked(twin: RunningTwin, pk: str, quote: Body, **more: Any) -> Body:
    one = {"remote_shipment_id": pk, "rate_id": quote["rate_id"]} | more
    answer = ask(twin, "POST", PARCELS, json={"label_format": "PDF", "shipments": [one]})
    assert answer.status_code == 200, answer.text
    told: Body = answer.json()
    return told


def test_a_parcel_without_an_order_is_quoted_bought_and_taken_back(twin: RunningTwin) -> None:
    pk, quote = quoted(twin)

    sold = booked(twin, pk, quote)["successful"][pk]
    read = ask(twin, "GET", f"{PARCELS}/{sold['tracking_number']}").json()
    file = ask(twin, "GET", f"{PARCELS}/{pk}/label.png")
    gone = ask(twin, "DELETE", f"{PARCELS}/{pk}")

    assert base64.b64decode(sold["label_content"]).startswith(b"%PDF-")
    assert sold["total_charge"] == {"value": float(quote["total_charge"]), "unit": "USD"}
    assert (read["tracking_number"], read["carrier_id"]) == (sold["tracking_number"], "FEDEX")
    assert file.content.startswith(b"\x89PNG")
    assert (gone.status_code, gone.content) == (204, b"")
    assert ask(twin, "DELETE", f"{PARCELS}/{pk}").status_code == 404
    [label] = twin.labels()
    assert (label["reference"], label["state"]) == ("EB-123", "voided")
    assert label["cost"] == quote["total_charge"]


def test_a_rate_with_extras_wants_them_back(twin: RunningTwin) -> None:
    pk, quote = quoted(twin, "USPS")
    [group, _] = quote["shipping_service_options"]

    refused = booked(twin, pk, quote)
    sold = booked(twin, pk, quote, **{group["key"]: group["values"][0]["value"]})

    assert "INVALID_VALUE_ADDED_SERVICES" in refused["failed"][pk]["error_messages"][0]
    assert list(sold["successful"]) == [pk]


def test_a_success_may_hold_a_failure(twin: RunningTwin) -> None:
    old_pk, old = quoted(twin)
    twin.advance(16 * 60)
    pk, quote = quoted(twin)
    booked(twin, pk, quote)

    told = [
        booked(twin, old_pk, old)["failed"][old_pk],
        booked(twin, pk, quote)["failed"][pk],
        booked(twin, "prb0", quote)["failed"]["prb0"],
    ]

    words = ["expired", "already booked", "not found"]
    assert all(word in row["error_messages"][0] for word, row in zip(words, told, strict=True))
    assert len(twin.labels()) == 1


@pytest.mark.parametrize(("effect", "sold"), [("no_funds", 0), ("price_changed", 1)])
def test_faults_of_purchases_meet_a_parcel_without_an_order(
    twin: RunningTwin, effect: str, sold: int
) -> None:
    pk, quote = quoted(twin)
    twin.fault("POST", "/shipping/", effect, reference="EB-123")

    told = booked(twin, pk, quote)

    assert (len(told["successful"]), len(twin.labels())) == (sold, sold)
    if sold:
        charge = told["successful"][pk]["total_charge"]["value"]
        assert charge == pytest.approx(float(quote["total_charge"]) * 1.07, abs=0.006)


def test_services_that_do_not_fit_say_why_when_asked(twin: RunningTwin) -> None:
    body = parcel_rates(include_unavailable_quotes=True)

    told = ask(twin, "POST", RATES, json=body).json()

    assert told["unavailable_quotes"]
    assert all(row["unavailable_reasons"][0]["message"] for row in told["unavailable_quotes"])


def test_weights_in_every_unit_cost_the_same(twin: RunningTwin) -> None:
    sides = {"length": 30, "width": 20, "height": 10, "dimension_unit": "cm"}
    weights = [(2000, "g"), (2, "kg"), (70.5479, "oz"), (4.40925, "lb")]

    charges = {
        quoted(twin, parcels=[sides | {"weight": weight, "weight_unit": unit}])[1]["total_charge"]
        for weight, unit in weights
    }

    assert len(charges) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"customer_reference": ""}, "customer_reference is missing"),
        ({"parcels": []}, "parcels must hold one parcel"),
        ({"parcels": [{}, {}]}, "parcels must hold one parcel"),
        ({"to_address": {"name": "x"}}, "to_address.line1 is missing"),
        (
            {"parcels": [{"weight": 0, "weight_unit": "t"}]},
            "parcels[0].weight must be greater than 0",
        ),
    ],
)
def test_a_request_for_rates_without_sense_is_refused(
    twin: RunningTwin, changes: Body, fault: str
) -> None:
    answer = ask(twin, "POST", RATES, json=parcel_rates(**changes))

    assert answer.status_code == 400
    assert fault in answer.json()["error_messages"]


def test_a_booking_that_names_no_shipments_buys_nothing(twin: RunningTwin) -> None:
    _, quote = quoted(twin)

    answer = ask(twin, "POST", PARCELS, json={"rate_id": quote["rate_id"], "label_format": "PDF"})

    assert answer.status_code == 400
    assert twin.labels() == []
