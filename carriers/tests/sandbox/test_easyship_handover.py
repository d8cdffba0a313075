"""Pickups, manifests, boxes, returns and what is saved at Easyship."""

from __future__ import annotations

import io
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import EASYSHIP_TOKEN, RunningTwin

MISSING_UUID = "00000000-0000-4000-8000-000000000000"


def bought(twin: RunningTwin, number: str = "KS-20931", service: str = "") -> Any:
    if not service:
        return steps.created(twin, bodies.bought_now(number))
    wanted = next(
        row["id"]
        for row in twin.easyship("GET", "/courier_services?per_page=100").json()["courier_services"]
        if row["name"] == service
    )
    body = bodies.bought_now(number, courier_settings={"courier_service_id": wanted})
    return steps.created(twin, body)


def slot(twin: RunningTwin, service_id: str) -> tuple[str, Any]:
    path = f"/courier_services/{service_id}/pickup_slots"
    option = twin.easyship("GET", path).json()["courier_service_handover_option"]
    return next(
        (day["date"], day["time_slots"][0]) for day in option["pickup_slots"] if day["time_slots"]
    )


def order_pickup(twin: RunningTwin, *shipments: Any, **changes: Any) -> requests.Response:
    service_id = shipments[0]["courier_service"]["id"]
    day, hours = slot(twin, service_id)
    body = {
        "courier_service_id": service_id,
        "selected_date": day,
        "time_slot_id": hours["time_slot_id"],
        "easyship_shipment_ids": [row["easyship_shipment_id"] for row in shipments],
    }
    return twin.easyship("POST", "/pickups", body | changes)


def test_a_pickup_is_confirmed_a_little_later(twin: RunningTwin) -> None:
    shipment = bought(twin)
    pk = shipment["easyship_shipment_id"]
    day, hours = slot(twin, shipment["courier_service"]["id"])

    answer = order_pickup(twin, shipment)

    pickup, meta = answer.json()["pickup"], answer.json()["meta"]
    assert answer.status_code == 201
    assert pickup["easyship_pickup_id"].startswith("PUS")
    assert pickup["selected_from_time"] == f"{day}T{hours['from_time']}"
    assert (pickup["pickup_state"], pickup["shipments_count"]) == ("pending-confirmation", 1)
    assert (meta["easyship_shipment_ids"], meta["available_balance"]) == ([pk], steps.balance(twin))
    assert steps.read(twin, pk)["pickup_state"] == "pending_confirmation"
    twin.advance(61)
    after = twin.easyship("GET", f"/pickups/{pickup['easyship_pickup_id']}").json()["pickup"]
    assert after["pickup_state"] == "requested"
    assert after["pickup_reference_number"].startswith("TEST")
    assert steps.read(twin, pk)["pickup_state"] == "requested"


def test_a_pickup_lists_its_shipments_under_the_usual_filters(twin: RunningTwin) -> None:
    fetched, other = bought(twin), bought(twin, "KS-2")
    pk = order_pickup(twin, fetched).json()["pickup"]["easyship_pickup_id"]

    found = [
        twin.easyship("GET", f"/pickups/{pk}/shipments{query}").json()["shipments"]
        for query in ("", "?label_state[]=generated", "?label_state[]=voided")
    ]

    ids = [[row["easyship_shipment_id"] for row in rows] for rows in found]
    assert ids == [[fetched["easyship_shipment_id"]], [fetched["easyship_shipment_id"]], []]
    assert other["easyship_shipment_id"] not in ids[0]


def test_a_cancelled_pickup_is_not_confirmed(twin: RunningTwin) -> None:
    shipment = bought(twin)
    pk = order_pickup(twin, shipment).json()["pickup"]["easyship_pickup_id"]

    answer = twin.easyship("POST", f"/pickups/{pk}/cancel")
    twin.advance(61)

    assert answer.json()["success"] == {"message": "Pickup successfully cancelled"}
    assert twin.easyship("GET", f"/pickups/{pk}").json()["pickup"]["pickup_state"] == "cancelled"
    assert twin.easyship("POST", f"/pickups/{pk}/cancel").status_code == 422
    assert steps.read(twin, shipment["easyship_shipment_id"])["pickup_state"] == "cancelled"


def test_a_pickup_is_of_one_courier(twin: RunningTwin) -> None:
    first, second = bought(twin, "A", "UPS Ground"), bought(twin, "B", "FedEx Ground")

    answer = order_pickup(twin, first, second)

    assert steps.details(answer) == ["This Courier doesn't provide a Pickup service"]
    assert twin.easyship("GET", "/pickups").json()["pickups"] == []


@pytest.mark.parametrize(
    "changes", [{"time_slot_id": MISSING_UUID}, {"selected_date": "2020-01-01"}]
)
def test_a_time_that_is_not_on_offer_is_refused(twin: RunningTwin, changes: dict[str, Any]) -> None:
    answer = order_pickup(twin, bought(twin), **changes)

    assert steps.details(answer) == ["The selected time is not available"]


def test_a_manifest_lists_what_the_courier_takes_once(twin: RunningTwin) -> None:
    first, second = (bought(twin, number, "UPS Ground") for number in "AB")
    bought(twin, "C", "FedEx Ground")
    body = {"courier_id": first["courier_service"]["courier_id"]}

    manifest = twin.easyship("POST", "/manifests", body).json()["manifest"]
    again = twin.easyship("POST", "/manifests", body).json()["manifest"]

    assert (manifest["shipments_count"], again["shipments_count"]) == (2, 0)
    bearer = {"Authorization": f"Bearer {EASYSHIP_TOKEN}"}
    paper = requests.get(manifest["document"]["url"], headers=bearer, timeout=10)
    text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    for shipment in (first, second):
        assert shipment["trackings"][0]["tracking_number"] in text


def test_the_post_wants_its_shipments_named(twin: RunningTwin) -> None:
    shipment = bought(twin, "A", "USPS Priority Mail")
    courier = {"courier_id": shipment["courier_service"]["courier_id"]}
    ids = [shipment["easyship_shipment_id"], "ESUS9999999"]

    refused = twin.easyship("POST", "/manifests", courier)
    made = twin.easyship("POST", "/manifests", courier | {"shipment_ids": ids})

    told = "shipment_ids must be provided to generate a manifest for USPS."
    assert steps.details(refused) == [told]
    assert made.json()["manifest"]["shipments_count"] == 1


def test_a_saved_box_is_metric_and_measures_parcels(twin: RunningTwin) -> None:
    given = {
        "name": "Big Box 1",
        "outer_length": 14,
        "outer_width": 12,
        "outer_height": 12,
        "weight": 2,
    }

    box = twin.easyship("POST", "/boxes", given).json()["box"]

    assert box["outer_dimensions"] == {"length": 35.56, "width": 30.48, "height": 30.48}
    assert (box["weight"], box["slug"]) == (0.907, "big-box-1")
    by_slug = bodies.shipment(parcels=[bodies.parcel(box={"slug": "big-box-1"})])
    shipment = steps.created(twin, by_slug)
    assert shipment["parcels"][0]["box"]["outer_dimensions"] == box["outer_dimensions"]
    unknown = bodies.shipment(parcels=[bodies.parcel(box={"slug": "none"})])
    assert twin.easyship("POST", "/shipments", unknown).status_code == 422


def test_a_blank_box_misses_everything(twin: RunningTwin) -> None:
    told = steps.details(twin.easyship("POST", "/boxes", {}))

    assert len(told) == 13
    assert told[:3] == [
        "Name can't be blank", "Outer length can't be blank", "Outer length is not a number",
    ]  # fmt: skip


def test_a_return_is_a_new_shipment_the_other_way(twin: RunningTwin) -> None:
    there = bought(twin)
    item = there["parcels"][0]["items"][0]["id"]
    parcels = [{"total_actual_weight": 0.4, "items": [{"id": item, "quantity": 1}]}]

    answer = twin.easyship(
        "POST", f"/shipments/{there['easyship_shipment_id']}/return", {"parcels": parcels}
    )

    back = answer.json()["shipment"]
    assert answer.status_code == 201
    assert (back["return"], back["label_state"]) == (True, "not_created")
    assert back["origin_address"]["line_1"] == there["destination_address"]["line_1"]
    assert back["destination_address"]["line_1"] == there["return_address"]["line_1"]
    assert back["original_easyship_shipment_id"] == there["easyship_shipment_id"]
    assert back["parcels"][0]["items"][0]["quantity"] == 1
    path = f"/shipments/{back['easyship_shipment_id']}/label"
    assert twin.easyship("POST", path, {}).status_code == 201
    assert len(twin.labels()) == 2


def test_addresses_are_saved_and_switched(twin: RunningTwin) -> None:
    answer = twin.easyship("POST", "/addresses", bodies.origin(line_1="48 Cannery Row"))

    pk = answer.json()["address"]["id"]
    assert answer.status_code == 201
    assert len(twin.easyship("GET", "/addresses").json()["addresses"]) == 5
    twin.easyship("POST", f"/addresses/{pk}/deactivate")
    assert len(twin.easyship("GET", "/addresses").json()["addresses"]) == 4
    [off] = twin.easyship("GET", "/addresses?status=inactive").json()["addresses"]
    assert off["line_1"] == "48 Cannery Row"


def test_an_address_misses_keys_by_name(twin: RunningTwin) -> None:
    answer = twin.easyship("POST", "/addresses", {"line_1": "48 Cannery Row"})

    assert steps.details(answer)[1] == (
        "#/components/schemas/AddressCreate missing required parameters: city, company_name, "
        "contact_email, contact_name, contact_phone, country_alpha2"
    )


def test_products_are_kept_found_changed_and_deleted(twin: RunningTwin) -> None:
    given = {"identifier": "KITE-01", "name": "Kite", "weight": 0.45, "item_category_id": 12}

    product = twin.easyship("POST", "/products", given).json()["product"]

    path = f"/products/{product['id']}"
    changed = twin.easyship("PATCH", path, {"weight": 0.5, "identifier": "KITE-02"}).json()[
        "product"
    ]
    assert (changed["weight"], changed["name"], changed["item_category"]) == (
        0.5,
        "Kite",
        {"id": 12},
    )
    [found] = twin.easyship("GET", "/products?sku=KITE-02").json()["products"]
    assert found == changed
    deleted = twin.easyship("DELETE", path)
    assert deleted.json()["success"] == {"message": "Product successfully deleted"}
    assert steps.details(twin.easyship("DELETE", path), 404) == ["The Product was not found"]


def test_the_merchants_products_are_there_with_their_sizes(twin: RunningTwin) -> None:
    (found,) = twin.easyship("GET", "/products?sku=TRM-GRN").json()["products"]

    assert (found["name"], found["weight"], found["length"]) == ("Trail Mug Green", 0.28, 11.0)
    assert (found["hs_code"], found["origin_country_alpha2"]) == ("732393", "CN")


def test_a_product_without_an_identifier_is_refused(twin: RunningTwin) -> None:
    answer = twin.easyship("POST", "/products", {"name": "Kite"})

    assert steps.details(answer) == ["Identifier can't be blank"]
    kept = twin.easyship("GET", "/products?per_page=100").json()["products"]
    assert "Kite" not in {row["name"] for row in kept}


def test_courier_services_are_filtered(twin: RunningTwin) -> None:
    def names(query: str) -> list[str]:
        found = twin.easyship("GET", f"/courier_services?{query}").json()["courier_services"]
        return [row["name"] for row in found]

    assert names("umbrella_name=DHL") == ["DHL Ground", "DHL Express Worldwide"]
    assert names("umbrella_name=DHL&international=true") == ["DHL Express Worldwide"]
    assert names("country_alpha2=GB") == []


def test_the_account_says_its_credit(twin: RunningTwin) -> None:
    account = twin.easyship("GET", "/account").json()["account"]

    assert account["name"] == "Demo fulfilment"
    assert account["easyship_company_id"].startswith("CUS")
    assert account["credit"] == {"balance": 5000.0, "available_balance": 5000.0, "currency": "USD"}
