"""Clients of Easyship that were written elsewhere: their headers, pages, bodies and versions."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import EASYSHIP_TOKEN, TIMEOUT_S, RunningTwin

NEW, OLD = "/2024-09", "/2023-01"
HEADERS = {
    "authorization": f"Bearer {EASYSHIP_TOKEN}",
    "accept": "application/json",
    "content-type": "application/json",
    "user-agent": "app/1.0",
}
Body = dict[str, Any]


def ask(twin: RunningTwin, method: str, path: str, **more: Any) -> requests.Response:
    headers = HEADERS | more.pop("headers", {})
    return requests.request(method, twin.url + path, headers=headers, timeout=TIMEOUT_S, **more)


def pages_by_next(twin: RunningTwin, version: str) -> Iterator[Body]:
    """Until `meta.pagination.next` is null."""
    page: int | None = 1
    while page is not None:
        query = {"page": page, "per_page": 2}
        told = ask(twin, "GET", f"{version}/shipments", params=query).json()
        yield from told["shipments"]
        page = told["meta"]["pagination"]["next"]


def pages_until_short(twin: RunningTwin, version: str) -> Iterator[Body]:
    page, rows = 1, list[Body]([{}, {}])
    while len(rows) == 2:
        answer = ask(twin, "GET", f"{version}/shipments?page={page}&per_page=2")
        rows = answer.json()["shipments"]
        yield from rows
        page += 1


@pytest.mark.parametrize("version", [NEW, OLD])
@pytest.mark.parametrize("pages", [pages_by_next, pages_until_short])
def test_shipments_are_read_page_by_page(twin: RunningTwin, version: str, pages: Any) -> None:
    wanted = [
        steps.created(twin, bodies.shipment(f"KS-{n}"))["easyship_shipment_id"] for n in range(4)
    ]

    found = [row["easyship_shipment_id"] for row in pages(twin, version)]

    assert found == wanted[::-1]


def bare(**changes: Any) -> Body:
    """Without what a client leaves out: dimensions of items, their weight, a second line."""
    item = {
        "description": "Wild mushrooms",
        "quantity": 2,
        "declared_currency": "USD",
        "declared_customs_value": 12.5,
        "hs_code": "0709.59",
        "origin_country_alpha2": "US",
    }
    box = {"length": 8, "width": 6, "height": 4}
    return {
        "origin_address": bodies.origin(),
        "destination_address": bodies.destination(),
        "incoterms": "DDU",
        "parcels": [{"total_actual_weight": 2.5, "box": box, "items": [item]}],
    } | changes


def bought(**changes: Any) -> Body:
    """Shipment and label in one call, in inches and pounds, with the file in the answer."""
    printing = {"format": "pdf", "label": "4x6", "packing_slip": "none"}
    settings = {
        "units": {"dimensions": "in", "weight": "lb"},
        "buy_label": True,
        "buy_label_synchronous": True,
        "printing_options": printing,
    }
    return bare(shipping_settings=settings, order_data={"platform_order_number": "S7"}) | changes


def file_of(shipment: Body) -> bytes:
    [label] = [doc for doc in shipment["shipping_documents"] if doc["category"] == "label"]
    assert label["format"].lower() == "pdf"
    return base64.b64decode(label["base64_encoded_strings"][0])


def test_rates_are_read_off_a_plain_request(twin: RunningTwin) -> None:
    told = ask(twin, "POST", f"{NEW}/rates", json=bare()).json()

    best = told["rates"][0]
    assert {row["courier_service"]["umbrella_name"] for row in told["rates"]} == {
        "USPS", "UPS", "FedEx", "DHL",
    }  # fmt: skip
    assert best["total_charge"] == min(row["total_charge"] for row in told["rates"])
    assert best["min_delivery_time"] <= best["max_delivery_time"]


def test_a_chosen_service_is_bought_read_followed_and_cancelled(twin: RunningTwin) -> None:
    rates = ask(twin, "POST", f"{NEW}/rates", json=bare()).json()["rates"]
    wanted = next(row for row in rates if row["courier_service"]["umbrella_name"] == "UPS")
    chosen = {"courier_service_id": wanted["courier_service"]["id"], "allow_fallback": False}

    sold = ask(twin, "POST", f"{NEW}/shipments", json=bought(courier_settings=chosen))
    shipment = sold.json()["shipment"]
    path = f"{NEW}/shipments/{shipment['easyship_shipment_id']}"
    read = ask(twin, "GET", path).json()["shipment"]
    number = ask(twin, "GET", f"{NEW}/shipments/trackings?platform_order_number=S7").json()
    # Without a body, as clients call it that have nothing to say.
    gone = ask(twin, "POST", f"{path}/cancel")

    assert sold.status_code == 201
    assert file_of(shipment).startswith(b"%PDF-")
    assert shipment["label_state"] == "generated"
    assert read["courier_service"]["umbrella_name"] == "UPS"
    assert read["trackings"][0]["tracking_number"].startswith("1ZTEST")
    assert len(number["shipments"]) == 1
    assert gone.json()["success"]["message"] == "Shipment successfully cancelled"
    assert [row["state"] for row in twin.labels()] == ["voided"]


def test_a_label_by_link_is_fetched_with_the_same_header(twin: RunningTwin) -> None:
    body = bought()
    body["shipping_settings"]["printing_options"] = {"format": "url", "label": "4x6"}
    shipment = ask(twin, "POST", f"{NEW}/shipments", json=body).json()["shipment"]
    [label] = [doc for doc in shipment["shipping_documents"] if doc["category"] == "label"]

    file = requests.get(label["url"], headers=HEADERS, timeout=TIMEOUT_S)

    assert file.headers["Content-Type"] == "application/pdf"
    assert file.content.startswith(b"%PDF-")


def test_a_label_is_waited_for(twin: RunningTwin) -> None:
    settings = {"buy_label": True, "printing_options": {"format": "pdf"}}
    made = ask(twin, "POST", f"{NEW}/shipments", json=bare(shipping_settings=settings))
    pk = made.json()["shipment"]["easyship_shipment_id"]

    states = []
    for _ in range(2):
        told = ask(twin, "GET", f"{NEW}/shipments/{pk}", params={"format": "PDF"}).json()
        states.append(told["shipment"]["label_state"])
        twin.advance(10)

    assert states == ["pending", "generated"]


def test_refusals_are_read_from_their_details(twin: RunningTwin) -> None:
    twin.fault("POST", "/2024-09/", "no_funds")
    nameless = bought(destination_address=bodies.destination(contact_name=""))

    answers = [
        ask(twin, "POST", f"{NEW}/shipments", json=bought()),
        ask(twin, "POST", f"{NEW}/shipments", json=nameless),
        ask(twin, "GET", f"{NEW}/account", headers={"authorization": "Bearer other"}),
    ]

    assert [answer.status_code for answer in answers] == [402, 422, 401]
    assert all(isinstance(answer.json()["error"]["details"], list) for answer in answers)
    assert answers[1].json()["error"]["details"] == [
        "destination_address.contact_name can't be blank"
    ]


def test_a_webhook_needs_no_version(twin: RunningTwin) -> None:
    given = {"endpoint": "https://hooks.example/easyship", "event_types": ["shipment_cancelled"]}

    pk = ask(twin, "POST", f"{NEW}/webhooks", json=given).json()["webhook"]["id"]
    on = ask(twin, "POST", f"{NEW}/webhooks/{pk}/activate")
    state = ask(twin, "GET", f"{NEW}/webhooks/{pk}").json()["webhook"]["state"]
    gone = ask(twin, "DELETE", f"{NEW}/webhooks/{pk}")

    assert (on.status_code, state, gone.status_code) == (200, "active", 200)


def older(courier_id: str, **changes: Any) -> Body:
    """As a connector of the version before sends it."""
    body = bought(sender_address=bodies.origin(), return_address=bodies.origin())
    body["courier_selection"] = {
        "list_unavailable_couriers": False,
        "selected_courier_id": courier_id,
    }
    body["insurance"] = {"is_insured": False}
    return body | {"metadata": {}, "set_as_residential": False} | changes


def test_the_version_before_rates_buys_reads_and_cancels(twin: RunningTwin) -> None:
    rates = ask(twin, "POST", f"{OLD}/rates", json=bare(insurance={"is_insured": False})).json()
    wanted = next(row for row in rates["rates"] if row["courier_name"] == "FedEx Ground")

    sold = ask(twin, "POST", f"{OLD}/shipments", json=older(wanted["courier_id"]))
    shipment = sold.json()["shipment"]
    path = f"{OLD}/shipments/{shipment['easyship_shipment_id']}"
    read = ask(twin, "GET", path).json()["shipment"]
    gone = ask(twin, "POST", f"{path}/cancel")

    assert sold.status_code == 201
    assert file_of(shipment).startswith(b"%PDF-")
    assert read["courier"] == {"id": wanted["courier_id"], "name": "FedEx Ground"}
    assert read["trackings"][0]["tracking_number"].startswith("TEST")
    assert gone.status_code == 200
    assert ask(twin, "POST", f"{path}/cancel").status_code == 422


def test_the_version_before_buys_labels_by_the_list(twin: RunningTwin) -> None:
    body = older("")
    del body["courier_selection"], body["shipping_settings"]
    pk = ask(twin, "POST", f"{OLD}/shipments", json=body).json()["shipment"]["easyship_shipment_id"]

    answer = ask(twin, "POST", f"{OLD}/labels", json={"shipments": [{"easyship_shipment_id": pk}]})
    twin.advance(10)
    read = ask(twin, "GET", f"{OLD}/shipments/{pk}").json()["shipment"]

    assert answer.status_code == 201
    assert answer.json()["labels"] == [{"easyship_shipment_id": pk, "label_state": "pending"}]
    assert read["label_state"] == "generated"


def test_the_version_before_orders_a_pickup(twin: RunningTwin) -> None:
    [courier] = [
        row
        for row in ask(twin, "GET", f"{OLD}/couriers?per_page=100").json()["couriers"]
        if row["name"] == "FedEx Ground"
    ]
    sold = ask(twin, "POST", f"{OLD}/shipments", json=older(courier["id"])).json()["shipment"]
    slots = ask(twin, "GET", f"{OLD}/couriers/{courier['id']}/pickup_slots").json()
    day = next(row for row in slots["courier_handover_option"]["pickup_slots"] if row["time_slots"])
    wanted = {
        "courier_id": courier["id"],
        "selected_date": day["date"],
        "time_slot_id": day["time_slots"][0]["time_slot_id"],
        "easyship_shipment_ids": [sold["easyship_shipment_id"]],
    }

    made = ask(twin, "POST", f"{OLD}/pickups", json=wanted)
    gone = ask(twin, "POST", f"{OLD}/pickups/{made.json()['pickup']['easyship_pickup_id']}/cancel")

    assert (made.status_code, gone.status_code) == (201, 200)
    assert "courier_service_handover_option" not in slots


@pytest.mark.parametrize("path", ["/rate/v1/rates", "/shipment/v1/shipments", "/v2/rates"])
def test_versions_older_than_that_are_not_spoken(twin: RunningTwin, path: str) -> None:
    """They are Veeqo's to answer, which does not know the token."""
    assert ask(twin, "POST", path, json=bare()).status_code == 401
    assert twin.labels() == []
