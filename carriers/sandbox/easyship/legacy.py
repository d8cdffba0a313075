"""The version before, 2023-01: the same shipments under other names, for clients that still use it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from carriers.sandbox.easyship import pickups, shipments
from carriers.sandbox.easyship.answers import CONTENT_TYPE, error, ok, refused
from carriers.sandbox.easyship.buying import balance, charge_of
from carriers.sandbox.easyship.dialect import EasyshipDialect
from carriers.sandbox.easyship.resources import courier_services
from carriers.sandbox.wire import Handler, Request, Response, Route, json_response
from carriers.sandbox.world import World

Body = dict[str, Any]
# Not there yet in that version, or under another path.
MISSING = frozenset(
    {
        "/shipments/{easyship_shipment_id}/label",
        "/batches/labels",
        "/sandbox/trackings/{tracking_id}",
        "/courier_services",
        "/courier_services/{courier_service_id}/pickup_slots",
    }
)
SELECTION = {
    "selected_courier_id": "courier_service_id",
    "allow_courier_fallback": "allow_fallback",
    "list_unavailable_couriers": "list_unavailable_services",
}
# Keys of a body by the path that they are sent to.
RENAMED = {
    "/pickups": {"courier_id": "courier_service_id"},
    "/manifests": {"courier_account_id": "courier_id"},
}
# Refused with another status than later, as is deleting a shipment in the wrong state.
BATCH = ("POST", "/batches/shipments")


def translated(route: Route) -> Handler:
    """The handler of today, asked and answering in the old names."""

    def handle(world: World, request: Request) -> Response:
        given = dict(request.json())
        for old, new in RENAMED.get(route.pattern, {}).items():
            if old in given:
                given[new] = given.pop(old)
        if isinstance(selection := given.pop("courier_selection", None), dict):
            given["courier_settings"] = {SELECTION.get(k, k): v for k, v in selection.items()}
        body = json.dumps(given).encode() if given else b""
        return route.handler(world, replace(request, body=body))

    return handle


def buy_labels(world: World, request: Request) -> Response:
    """201; the labels are made afterwards, whatever they wait for."""
    wanted = request.json().get("shipments")
    if not isinstance(wanted, list) or not wanted:
        raise refused("invalid_request", "shipments is missing")
    labels, total = [], 0.0
    for one in wanted:
        given = {"courier_service_id": one["courier_id"]} if one.get("courier_id") else {}
        pk = str(one.get("easyship_shipment_id", ""))
        shipment, _ = shipments.buy_for(world, pk, given, request, synchronous=False)
        total += float(charge_of(shipment))
        labels.append({"easyship_shipment_id": pk, "label_state": shipment["label_state"]})
    told = {"available_balance": float(balance(world)), "total_cost": round(total, 2)}
    return ok(201, "labels", labels, **told)


def couriers(world: World, request: Request) -> Response:
    told = json.loads(courier_services(world, request).body)
    return ok(200, "couriers", told["courier_services"], pagination=told["meta"]["pagination"])


def pickup_slots(world: World, request: Request) -> Response:
    told = json.loads(pickups.slots(world, request).body)
    return ok(200, "courier_handover_option", told["courier_service_handover_option"])


class LegacyDialect(EasyshipDialect):
    """Speaks for the same world; what happens there and what it holds the other one tells."""

    prefix = "/2023-01/"
    routes = (
        *(
            replace(route, handler=translated(route))
            for route in EasyshipDialect.routes
            if route.pattern not in MISSING
        ),
        Route("POST", "/labels", buy_labels),
        Route("GET", "/couriers", couriers),
        Route("GET", "/couriers/{courier_service_id}/pickup_slots", pickup_slots),
    )

    def honours_keys(self, world: World) -> bool:
        """Documented for this version."""
        return True

    def not_found(self, request: Request) -> Response:
        return error("invalid_endpoint")

    def finish(self, request: Request, response: Response) -> Response:
        """The answers in the old names, errors without links."""
        if "json" in response.headers.get("Content-Type", ""):
            status = self._status(request, response.status)
            told = _renamed(json.loads(response.body))
            told.get("error", {}).pop("links", None)
            response = json_response(status, told, response.headers, content_type=CONTENT_TYPE)
        return super().finish(request, response)

    def _status(self, request: Request, status: int) -> int:
        path = self.local(request)
        if request.method == "DELETE" and path.startswith("/shipments/") and status == 404:
            return 422
        if (request.method, path) == BATCH and status == 422:
            return 400
        return status

    def tick(self, world: World) -> None:
        """The newer dialect does it."""

    def bookings(self, world: World) -> list[Body]:
        return []

    def labels(self, world: World) -> list[Body]:
        return []

    def seed(self, world: World, facts: Body) -> None:
        """The newer dialect does it."""


def _renamed(value: Any) -> Any:
    """A rate names its service flatly; a shipment has a `courier`."""
    if isinstance(value, list):
        return [_renamed(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    told = {name: _renamed(entry) for name, entry in value.items()}
    if "courier_service" in value and "total_charge" in value:
        service = told.pop("courier_service")
        told |= {
            "courier_id": service["id"],
            "courier_name": service["name"],
            "courier_logo_url": service.get("logo"),
        }
    elif "courier_service" in value:
        service = told.pop("courier_service")
        told["courier"] = service and {"id": service["id"], "name": service.get("name")}
    return told
