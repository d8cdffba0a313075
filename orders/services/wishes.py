"""Changing what a sender wished for with an order, as long as it is not being shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from orders.models import Order
from orders.rules.addresses import check_address
from orders.rules.states import OrderState
from orders.rules.validation import address_errors, warnings_of
from orders.services.cancellation import GONE
from orders.services.progress import note_event
from orders.services.replacement import InParts
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen


class AlreadyShipping(Conflict):
    """What was asked for went into a booking already."""

    code = "order.already_shipping"
    title = "The order is being shipped already"


def change_wishes(
    *, order_id: int, values: Mapping[str, Any], actor: str, faults: Sequence[FieldError] = ()
) -> Order:
    """Write `values` by column; the next routing goes by them, and nothing is routed by this.

    `faults` of form that the reader found are told with all others. Raises InvalidInput, and
    Conflict for an order that is gone, in parts, or has a live shipment.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        hold_to_seen(order)
        changed = {name: v for name, v in values.items() if getattr(order, name) != v}
        carrier = changed.get("requested_carrier", order.requested_carrier)
        findings, more = _findings_with(order, carrier)
        if found := [*faults, *more]:
            raise InvalidInput(errors=found)
        _require_unbooked(order)
        if not changed:
            return order
        for name, value in changed.items():
            setattr(order, name, value)
        order.findings = findings
        order.save()
        message = f"Changed: {', '.join(sorted(changed)).replace('_', ' ')}."
        note_event(order, kind="order.changed", message=message, actor=actor)
        return order


def _findings_with(order: Order, carrier: str) -> tuple[list[dict[str, str]], list[FieldError]]:
    """What is doubted with another carrier, and what stands against it."""
    if carrier == order.requested_carrier:
        return order.findings, []
    before = warnings_of(check_address(order.address, carrier=order.requested_carrier))
    checked = check_address(order.address, carrier=carrier)
    kept = [doubt for doubt in order.findings if doubt not in before]
    return [*kept, *warnings_of(checked)], address_errors(checked)


def _require_unbooked(order: Order) -> None:
    if order.part_count:
        raise InParts(f"Order {order.number} is in parts: {', '.join(order.part_numbers)}.")
    if order.shipments.live().exists():
        raise AlreadyShipping(
            f"Order {order.number} has a shipment; cancel or re-route it to ship it otherwise."
        )
    if OrderState(order.state) in GONE or order.cancel_requested_at:
        raise Conflict(f"Order {order.number} is {order.get_state_display().lower()}.")
