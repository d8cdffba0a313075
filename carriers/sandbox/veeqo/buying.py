"""Shipments of allocations: bought here, recorded from elsewhere, taken back."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.shipping import PricedService, tracking_number
from carriers.sandbox.veeqo import objects, stock
from carriers.sandbox.veeqo.allocating import package_grams, settle_status
from carriers.sandbox.veeqo.rating import PROVIDER, offer_for, rate_name
from carriers.sandbox.veeqo.values import (
    USER,
    keep,
    need,
    not_found,
    now,
    object_of,
    refusal,
    shaped,
    whole_of,
    wrapped,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

NEEDED = (
    "allocation_id", "remote_shipment_id", "service_type", "sub_carrier_id", "total_net_charge",
    "base_rate",
)  # fmt: skip
# Shipments that were made elsewhere and only recorded here.
OUTSIDE = "outside_shipment"
CARRIERS = {1: "Royal Mail", 2: "FedEx", 3: "Other", 4: "DPD", 5: "UPS", 7: "USPS", 9: "DHL"}
REFUSALS = {
    "no_funds": "There are not enough funds to buy this label.",
    "fail_label": "The carrier did not accept the shipment.",
}
Body = dict[str, Any]


def buy(world: World, request: Request) -> Response:
    """200 with the label. Everything the rate asked for must come back."""
    given = wrapped(request, "shipment")
    missing = [name for name in NEEDED if not given.get(name)]
    if request.json().get("carrier") != PROVIDER:
        missing.append("carrier")
    if missing:
        raise refusal(400, [f"{name} is missing" for name in missing])
    allocation = need("allocation", world, whole_of(given["allocation_id"]))
    order = need("order", world, allocation["order_id"])
    if allocation["shipment"] and world.options.veeqo_second_purchase == "allow":
        allocation["shipment"] = None
    offer = offer_for(world, allocation, order, request)
    if request.effect in REFUSALS:
        raise refusal(400, [REFUSALS[request.effect]])
    shipment = _ship(world, allocation, order, offer)
    settle_status(world, order)
    return json_response(200, _purchase_answer(world, shipment))


def _ship(world: World, allocation: Body, order: Body, offer: PricedService) -> Body:
    pk = world.store.next_number("veeqo.shipment", 7420001)
    number = tracking_number(offer.service.carrier, pk)
    at = now(world)
    shipment = shaped(
        "shipment",
        id=pk,
        created_at=at,
        updated_at=at,
        allocation_id=allocation["id"],
        order_id=order["id"],
        weight=round(package_grams(allocation["package"]), 2),
        service_type=rate_name(allocation, offer),
        service_name=offer.service.name,
        service_carrier_name=offer.service.carrier.lower(),
        sub_carrier_id=offer.service.carrier.upper(),
        tracking_url=f"https://tracking.example/{number}",
        label_url=f"/shipping/labels?shipment_ids[]={pk}",
        tracking_number={"id": pk + 23_000_000, "tracking_number": number, "status": "created"},
        outbound_label_charges={"unit": offer.currency, "value": float(offer.price)},
    )
    allocation["shipment"] = shipment
    keep("allocation", world, allocation)
    world.store.insert("veeqo.label", str(pk), _label(allocation, order, offer, shipment, number))
    _shift_stock(world, allocation, -1)
    return shipment


def _shift_stock(world: World, allocation: Body, sign: int) -> None:
    """Shipped units are neither there nor allocated any more; taken back they are both."""
    for line in allocation["lines"]:
        units = sign * line["quantity"]
        stock.shift(
            world, line["sellable_id"], allocation["warehouse_id"], allocated=units, physical=units
        )


def _label(
    allocation: Body, order: Body, offer: PricedService, shipment: Body, number: str
) -> Body:
    return {
        "id": shipment["id"],
        "reference": order["number"],
        "order_id": order["id"],
        "allocation_id": allocation["id"],
        "warehouse_id": allocation["warehouse_id"],
        "carrier": offer.service.carrier,
        "service": offer.service.name,
        "days": offer.days,
        "tracking_number": number,
        "cost": str(offer.price),
        "currency": offer.currency,
        "weight_g": shipment["weight"],
        "ship_to": order["deliver_to"],
        "bought_at": shipment["created_at"],
        "voided_at": None,
    }


def _purchase_answer(world: World, shipment: Body) -> Body:
    """Tracking number as object or text, label address sometimes left out, as seen live."""
    kept = ("id", "outbound_label_charges", "tracking_url", "label_url", "carrier_id")
    answer = {key: shipment[key] for key in (*kept, "allocation_id", "tracking_number")}
    mode = world.options.veeqo_tracking_number
    if mode == "string" or (mode == "alternate" and shipment["id"] % 2):
        answer["tracking_number"] = shipment["tracking_number"]["tracking_number"]
    if world.options.veeqo_label_url == "sometimes" and shipment["id"] % 2:
        del answer["label_url"]
    return answer


def void(world: World, request: Request) -> Response:
    """The shipment is gone and the order open again; 200 with the order, or 204."""
    label = _shipment(world, request.params["shipment_id"])
    allocation = need("allocation", world, label["allocation_id"])
    order = need("order", world, label["order_id"])
    allocation["shipment"] = None
    keep("allocation", world, allocation)
    if world.options.veeqo_void_stock == "return":
        _shift_stock(world, allocation, +1)
    else:
        # The units stay gone from the shelf, and are held for the order once more.
        for line in allocation["lines"]:
            stock.shift(
                world, line["sellable_id"], allocation["warehouse_id"], allocated=line["quantity"]
            )
    settle_status(world, order)
    if world.options.veeqo_void_status == 204:
        return Response(status=204)
    return json_response(200, objects.order(world, order))


def _shipment(world: World, pk: str) -> Body:
    """Marks it as taken back; 404 when it has been before."""
    for kind in ("label", OUTSIDE):
        found = world.store.get(f"veeqo.{kind}", pk)
        if found is not None and not found["voided_at"]:
            found["voided_at"] = now(world)
            keep(kind, world, found)
            return found
    raise not_found("shipment", world)


def record(world: World, request: Request) -> Response:
    """201 for a shipment that was made elsewhere; the order is shipped by it.

    The samples nest most keys in `shipment`, the table of fields does not: both are taken.
    """
    body = request.json()
    given = body | object_of(body.get("shipment"))
    allocation = need("allocation", world, whole_of(body.get("allocation_id")))
    order = need("order", world, whole_of(body.get("order_id")))
    if allocation["shipment"] or allocation["order_id"] != order["id"]:
        raise refusal(400, "This allocation is already shipped")
    pk = world.store.next_number("veeqo.shipment", 7420001)
    tracking = given.get("tracking_number_attributes")
    number = str(tracking.get("tracking_number", "")) if isinstance(tracking, dict) else ""
    carrier_id = whole_of(given.get("carrier_id"))
    at = now(world)
    told: Body = {
        "id": pk,
        "created_at": at,
        "allocation_id": allocation["id"],
        "carrier_id": carrier_id,
        "shipped_by_id": USER["id"],
        "weight": round(package_grams(allocation["package"]), 2),
        "notify_customer": bool(given.get("notify_customer")),
        "update_remote_order": given.get("update_remote_order"),
        "tracking_number": {"id": pk + 23_000_000, "tracking_number": number},
        "order_id": order["id"],
        "carrier": {"id": carrier_id, "name": CARRIERS.get(carrier_id, CARRIERS[3])},
        "outbound_label_charges": {"unit": None, "value": None},
    }
    allocation["shipment"] = shaped("shipment", **told, updated_at=at)
    keep("allocation", world, allocation)
    world.store.insert(f"veeqo.{OUTSIDE}", str(pk), told | {"voided_at": None})
    _shift_stock(world, allocation, -1)
    settle_status(world, order)
    return json_response(201, told)


ROUTES = (
    Route("POST", "/shipping/shipments", buy),
    Route("POST", "/shipments", record),
    Route("DELETE", "/shipments/{shipment_id}", void),
)
