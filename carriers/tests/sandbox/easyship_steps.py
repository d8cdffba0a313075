"""Steps for the Easyship half, as a client takes them."""

from __future__ import annotations

from typing import Any

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox.running import RunningTwin

Body = dict[str, Any]


def created(twin: RunningTwin, body: Body | None = None) -> Body:
    answer = twin.easyship("POST", "/shipments", body or bodies.shipment())
    assert answer.status_code == 201, answer.text
    shipment: Body = answer.json()["shipment"]
    return shipment


def read(twin: RunningTwin, pk: str, query: str = "") -> Body:
    shipment: Body = twin.easyship("GET", f"/shipments/{pk}{query}").json()["shipment"]
    return shipment


def details(answer: Any, status: int = 422) -> list[str]:
    assert answer.status_code == status, answer.text
    found: list[str] = answer.json()["error"]["details"]
    return found


def balance(twin: RunningTwin) -> float:
    return float(twin.easyship("GET", "/account/credit").json()["credit"]["balance"])


def price(shipment: Body) -> float:
    wanted = shipment["courier_service"]["id"]
    return next(
        float(rate["total_charge"])
        for rate in shipment["rates"]
        if rate["courier_service"]["id"] == wanted
    )
