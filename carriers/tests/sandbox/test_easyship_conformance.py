"""Every answer of the Easyship half is one that the platform's own document allows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import requests

from carriers.sandbox.easyship import EasyshipDialect
from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox.openapi import OpenApi
from carriers.tests.sandbox.running import RunningTwin

DOCUMENT = os.environ.get("EASYSHIP_OPENAPI", "")
# Addresses of documents lead to a path of another host, which the document does not describe.
UNDESCRIBED = {
    "/shipment/v1/shipments/{document_id}/shipping_documents/{category}",
    "/manifest/v1/manifests/{manifest_id}/document",
}
MISSING_UUID = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.skipif(
    not DOCUMENT, reason="EASYSHIP_OPENAPI does not say where the OpenAPI document is"
)


class Walk:
    """Asks, checks each answer, and remembers which routes have been seen."""

    def __init__(self, twin: RunningTwin) -> None:
        self.twin = twin
        self.openapi = OpenApi(Path(DOCUMENT))
        self.seen: set[tuple[str, str]] = set()
        self.faults: list[str] = []

    def __call__(
        self, method: str, template: str, wanted: int, body: Any = None, **params: str
    ) -> requests.Response:
        path = template.partition("?")[0]
        asked = template.format(**params)
        answer = self.twin.easyship(method, asked, body)
        self.seen.add((method, path))
        if answer.status_code != wanted:
            self.faults.append(f"{method} {asked}: {answer.status_code} {answer.text[:300]}")
        self.faults += [
            f"{method} {asked} {answer.status_code} {fault}"
            for fault in self.openapi.faults(method, path, answer)
        ]
        return answer


@pytest.fixture
def walk(twin: RunningTwin) -> Walk:
    return Walk(twin)


def routes() -> set[tuple[str, str]]:
    return {
        (route.method, route.pattern)
        for route in EasyshipDialect.routes
        if route.pattern not in UNDESCRIBED
    }


def test_every_route_is_one_of_the_document() -> None:
    openapi = OpenApi(Path(DOCUMENT))

    unknown = {pair for pair in routes() if openapi.operation(*pair) is None}

    assert unknown == set()


def test_every_answer_fits_the_document(walk: Walk) -> None:
    walk_shipments(walk)
    walk_refusals(walk)
    walk_resources(walk)
    walk_batches(walk)
    walk_webhooks(walk)
    walk_handover(walk)
    walk_knowledge(walk)
    walk_foreign(walk)

    assert "\n".join(walk.faults) == ""
    assert routes() - walk.seen == set()


def walk_shipments(walk: Walk) -> None:
    one = "/shipments/{easyship_shipment_id}"
    walk("POST", "/rates", 200, bodies.rate_request())
    london = bodies.destination(country_alpha2="GB", state="", city="London", postal_code="E6 7FB")
    walk("POST", "/rates", 200, bodies.rate_request(destination_address=london))
    made = walk("POST", "/shipments", 201, bodies.shipment()).json()["shipment"]
    pk = made["easyship_shipment_id"]
    changes = {"destination_address": bodies.destination(line_1="14 Harbour Row")}
    walk("PATCH", one, 200, changes, easyship_shipment_id=pk)
    bought = walk("POST", one + "/label", 201, {}, easyship_shipment_id=pk)
    service = bought.json()["shipment"]["courier_service"]
    walk("GET", one + "?format=PDF", 200, easyship_shipment_id=pk)
    walk("GET", one + "/documents?document_type=commercial_invoice", 200, easyship_shipment_id=pk)
    walk("GET", one + "/transaction_records", 200, easyship_shipment_id=pk)
    walk("GET", one + "/unavailable_couriers", 200, easyship_shipment_id=pk)
    walk.twin.advance(40 * 86400)
    walk("GET", "/shipments", 200)
    walk("GET", "/shipments/trackings?include_checkpoints=true", 200)
    walk("GET", "/shipments/trackings", 200)
    walk("POST", one + "/cancel", 422, {}, easyship_shipment_id=pk)
    for format_ in ("url", "pdf", "png", "zpl"):
        walk("POST", "/shipments", 201, bodies.bought_now(f"KS-{format_}", format_))
    later = walk("POST", "/shipments", 201, bodies.bought_later()).json()["shipment"]
    walk("POST", one + "/cancel", 200, {}, easyship_shipment_id=later["easyship_shipment_id"])
    spare = walk("POST", "/shipments", 201, bodies.shipment()).json()["shipment"]
    walk("DELETE", one, 200, easyship_shipment_id=spare["easyship_shipment_id"])
    assert service["umbrella_name"]


def walk_refusals(walk: Walk) -> None:
    refused = bodies.destination(contact_name="Label Refused")
    walk("POST", "/shipments", 202, bodies.bought_now(destination_address=refused))
    heavy = bodies.parcel(total_actual_weight=900)
    walk("POST", "/shipments", 202, bodies.shipment(parcels=[heavy]))
    walk("POST", "/rates", 422, bodies.rate_request(parcels=[heavy]))
    walk("POST", "/shipments", 422, bodies.shipment(parcels=[]))
    walk("POST", "/rates", 422, {"parcels": [bodies.parcel()]})
    for method, path in sorted(routes()):
        if path.startswith("/shipments/{"):
            walk(method, path, 404, {}, **dict.fromkeys(("easyship_shipment_id",), "ESUS9999999"))


def walk_resources(walk: Walk) -> None:
    walk("GET", "/account", 200)
    walk("GET", "/account/credit", 200)
    walk("GET", "/courier_services", 200)
    walk("GET", "/addresses", 200)
    address = walk("POST", "/addresses", 201, bodies.origin()).json()["address"]
    for action in ("deactivate", "activate"):
        walk("POST", "/addresses/{address_id}/" + action, 200, {}, address_id=address["id"])
    walk("GET", "/transaction_records", 200)
    walk("GET", "/transaction_records?from_date=never", 422)
    walk("POST", "/addresses", 422, {"line_1": "48 Cannery Row"})
    product = {"identifier": "KITE-01", "name": "Kite", "weight": 0.4, "selling_price": 39.0}
    made = walk("POST", "/products", 201, product).json()["product"]
    walk("POST", "/products", 422, {"name": "Kite"})
    walk("GET", "/products?sku=KITE-01", 200)
    one = "/products/{product_id}"
    walk("PATCH", one, 200, {"identifier": "KITE-01", "weight": 0.5}, product_id=made["id"])
    walk("DELETE", one, 200, product_id=made["id"])
    walk("DELETE", one, 404, product_id=made["id"])
    walk("PATCH", one, 404, {"identifier": "KITE-01"}, product_id=MISSING_UUID)


def walk_batches(walk: Walk) -> None:
    made = walk("POST", "/shipments", 201, bodies.shipment()).json()["shipment"]
    wanted = [made["easyship_shipment_id"], "ESUS9999999"]
    labels = {"shipments": [{"easyship_shipment_id": pk} for pk in wanted]}
    batch = walk("POST", "/batches/labels", 202, labels).json()["batch"]
    shipment = bodies.batch_shipment()
    walk("POST", "/batches/shipments", 202, {"shipments": [shipment]})
    walk.twin.advance(60)
    walk("GET", "/batches", 200)
    walk("GET", "/batches/{batch_id}", 200, batch_id=batch["id"])
    walk("GET", "/batches/{batch_id}/items", 200, batch_id=batch["id"])
    walk("GET", "/batches/{batch_id}", 404, batch_id=MISSING_UUID)
    walk("GET", "/batches/{batch_id}/items", 404, batch_id=MISSING_UUID)
    walk("POST", "/batches/labels", 422, {})
    walk("POST", "/batches/shipments", 422, {"shipments": []})


def walk_webhooks(walk: Walk) -> None:
    one = "/webhooks/{webhook_id}"
    given = {
        "endpoint": "http://127.0.0.1:9/hooks",
        "event_types": ["shipment_label_created"],
        "version": "2024-09",
    }
    pk = walk("POST", "/webhooks", 201, given).json()["webhook"]["id"]
    walk("POST", "/webhooks", 422, given | {"event_types": ["unsupported_event"]})
    walk("GET", "/webhooks", 200)
    walk("GET", one, 200, webhook_id=pk)
    walk("PATCH", one, 200, given, webhook_id=pk)
    for action in ("activate", "deactivate"):
        walk("POST", f"{one}/{action}", 200, {}, webhook_id=pk)
    event = {"event_type": "shipment_label_created", "version": "2024-09"}
    walk("POST", one + "/test", 400, event, webhook_id=pk)
    walk("DELETE", one, 200, webhook_id=pk)
    walk("GET", one, 404, webhook_id=pk)


def walk_handover(walk: Walk) -> None:
    bought = walk("POST", "/shipments", 201, bodies.bought_now()).json()["shipment"]
    pk, service = bought["easyship_shipment_id"], bought["courier_service"]
    slots = "/courier_services/{courier_service_id}/pickup_slots"
    days = walk("GET", slots, 200, courier_service_id=service["id"]).json()
    walk("GET", slots, 404, courier_service_id=MISSING_UUID)
    day = days["courier_service_handover_option"]["pickup_slots"][2]
    wanted = {
        "courier_service_id": service["id"],
        "selected_date": day["date"],
        "selected_from_time": "09:00",
        "selected_to_time": "13:00",
        "easyship_shipment_ids": [pk],
    }
    pickup = walk("POST", "/pickups", 201, wanted).json()["pickup"]["easyship_pickup_id"]
    walk("POST", "/pickups", 422, {})
    walk("GET", "/pickups", 200)
    walk("GET", "/pickups/{pickup_id}/shipments", 200, pickup_id=pickup)
    walk("GET", "/pickups/{pickup_id}/shipments", 404, pickup_id="PUS1")
    one = "/pickups/{easyship_pickup_id}"
    walk("GET", one, 200, easyship_pickup_id=pickup)
    walk("GET", one, 404, easyship_pickup_id="PUS0")
    walk("POST", one + "/cancel", 200, easyship_pickup_id=pickup)
    walk("POST", one + "/cancel", 422, easyship_pickup_id=pickup)
    closing = {"courier_id": service["courier_id"], "shipment_ids": [pk]}
    manifest = walk("POST", "/manifests", 201, closing).json()["manifest"]["id"]
    walk("POST", "/manifests", 422, {"courier_id": service["courier_id"]})
    walk("POST", "/manifests", 404, closing | {"courier_id": MISSING_UUID})
    walk("GET", "/manifests", 200)
    walk("GET", "/manifests/{manifest_id}", 200, manifest_id=manifest)
    walk("GET", "/manifests/{manifest_id}", 404, manifest_id=MISSING_UUID)
    sizes = {f"outer_{side}": 12 for side in ("length", "width", "height")}
    box = walk("POST", "/boxes", 201, {"name": "Kite tube", "weight": 2, **sizes}).json()["box"]
    walk("POST", "/boxes", 422, {})
    walk("GET", "/boxes", 200)
    for method, body in (("PATCH", {"is_active": True}), ("DELETE", None)):
        walk(method, "/boxes/{box_id}", 200, body, box_id=box["id"])
        walk(method, "/boxes/{box_id}", 404, body, box_id=MISSING_UUID)
    walk("POST", "/shipments/{easyship_shipment_id}/return", 201, {}, easyship_shipment_id=pk)


def walk_knowledge(walk: Walk) -> None:
    walk("GET", "/item_categories", 200)
    walk("GET", "/hs_codes?code=95&description=toys", 200)
    one = "/addresses/{address_id}"
    pk = walk("GET", "/addresses", 200).json()["addresses"][0]["id"]
    walk("PATCH", one, 200, bodies.origin(line_1="1500 Silver Ridge Way"), address_id=pk)
    walk("PATCH", one, 404, bodies.origin(), address_id=MISSING_UUID)
    walk("PATCH", one, 422, {"line_1": "48 Cannery Row"}, address_id=pk)
    question = {"line_1": "77 Marigold Lane", "city": "Denver", "country_alpha2": "US"}
    for postcode, more in (("80205", {}), ("8020", {"replace_with_validation_result": True})):
        told = question | {"state": "CO", "postal_code": postcode} | more
        walk("POST", "/addresses/validations", 200, told)
    walk("POST", "/addresses/validations", 422, {"postal_code": "80205"})
    at_home = {"line_1": "77 Marigold Lane", "city": "Denver", "state": "CO"}
    walk("POST", "/addresses/validations_domestic", 200, at_home | {"postal_code": "80205"})
    walk("POST", "/addresses/validations_domestic", 422, {"line_1": "77 Marigold Lane"})
    duties = bodies.duties()
    walk("POST", "/taxes_and_duties", 200, duties)
    walk("POST", "/taxes_and_duties", 422, duties | {"destination_country_alpha2": "ZW"})
    walk.twin.options(easyship_has_paid_plan=False)
    walk("POST", "/taxes_and_duties", 402, duties)
    walk.twin.options(easyship_has_paid_plan=True)


def walk_foreign(walk: Walk) -> None:
    one, moved = "/trackings/{tracking_id}", "/sandbox/trackings/{tracking_id}"
    service = walk("GET", "/courier_services", 200).json()["courier_services"][0]["id"]
    given = {"tracking_number": "1Z0000000000000017", "courier_service_id": service}
    pk = walk("POST", "/trackings", 201, given).json()["tracking"]["id"]
    walk("POST", "/trackings", 422, given | {"courier_service_id": ""})
    walk("GET", "/trackings?source=external", 200)
    walk("GET", one, 200, tracking_id=pk)
    walk("PATCH", moved, 200, {"status_slug": "delivered"}, tracking_id=pk)
    walk("PATCH", moved, 422, {"status_slug": "delivered"}, tracking_id=MISSING_UUID)
    walk("DELETE", one, 200, tracking_id=pk)
    walk("DELETE", one, 404, tracking_id=pk)
    walk("GET", one, 404, tracking_id=pk)
