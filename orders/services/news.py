"""What partners are told of orders: what happened and where to ask for more, no addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from orders.models import Order, Package, Shipment
from orders.rules.states import OrderState
from shipping_project.hooks.rules.events import add_events
from shipping_project.hooks.services import announce, announce_all

FROM_RECEIVED = {"previous_state": OrderState.RECEIVED.value, "reason": ""}
LABELLED = "shipment.labelled"
SCANNED = "tracking.updated"

add_events(
    {
        f"order.{state.value}": f"An order became {state.value.replace('_', ' ')}."
        for state in OrderState
        # An order is told of once it was checked.
        if state is not OrderState.RECEIVED
    }
    | {
        LABELLED: "A label was bought; it can be printed a moment later.",
        SCANNED: "New scans of a parcel are known.",
    }
)


@dataclass(frozen=True, slots=True)
class NewOrder:
    order: str
    external_ref: str
    source: str
    state: str


def tell_of_order(order: Order, *, previous: str) -> None:
    data = _order(order) | {"previous_state": previous, "reason": order.attention_code}
    announce(organization_id=order.organization_id, event=f"order.{order.state}", data=data)


def tell_of_new_orders(*, organization_id: int, told: Iterable[NewOrder]) -> None:
    by_state: dict[str, list[NewOrder]] = {}
    for order in told:
        by_state.setdefault(order.state, []).append(order)
    for state, members in by_state.items():
        data = ({**asdict(order), **FROM_RECEIVED} for order in members)
        announce_all(organization_id=organization_id, event=f"order.{state}", data=data)


def tell_of_label(order: Order, shipment: Shipment, package: Package) -> None:
    data = (
        _order(order)
        | _parcel(package)
        | {
            "shipment": shipment.pk,
            "platform": shipment.platform,
            "carrier": shipment.carrier,
            "service": shipment.service_name,
        }
    )
    announce(organization_id=order.organization_id, event=LABELLED, data=data)


def tell_of_scans(order: Order, package: Package) -> None:
    data = _order(order) | _parcel(package) | {"tracking_status": package.tracking_status}
    announce(organization_id=order.organization_id, event=SCANNED, data=data)


def _order(order: Order) -> dict[str, Any]:
    return {
        "order": order.number,
        "external_ref": order.external_ref,
        "source": order.source,
        "state": order.state,
    }


def _parcel(package: Package) -> dict[str, Any]:
    return {
        "package": package.pk,
        "tracking_number": package.tracking_number,
        "tracking_url": package.tracking_url,
    }
