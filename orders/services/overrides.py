"""The way that a person picks for an order, kept beside what the rules chose."""

from __future__ import annotations

from django.db import transaction

from accounts.services.audit import record_audit
from carriers.contracts import Platform
from orders.models import Order, RoutingOverride, Shipment
from orders.rules.picked import PickedWay, choice_of, picked_route
from orders.rules.routing import NO_STOCK, RouteSnapshot, choose_route, missing_units
from orders.services.offers import with_prices
from orders.services.restarts import give_up_unbooked, route_again
from orders.services.rule_books import carrier_platforms, live_rule_set, rule_book
from orders.services.snapshots import route_snapshot
from shipping_project.kernel.errors import FieldError, InvalidInput

LONGEST_REASON = 200


def newest_override(order: Order) -> RoutingOverride | None:
    """What a person picked for the order; None while the rules have it."""
    newest: RoutingOverride | None = order.overrides.first()
    return newest if newest and newest.way else None


def override_route(*, order_id: int, picked: PickedWay, reason: str, actor: str) -> RoutingOverride:
    """Have the order go another way than the rules say, and note who wants that and why.

    Picking nothing gives it back to the rules. Raises InvalidInput naming every fault, and
    AlreadyBooked or Conflict where the order cannot go another way any more.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        booking = give_up_unbooked(order)
        snapshot = route_snapshot(order, rule_book(live_rule_set()))
        snapshot = with_prices(snapshot, order, picked)
        faults = _faults(picked, reason, snapshot, booking)
        if faults:
            raise InvalidInput(errors=faults)
        override: RoutingOverride = RoutingOverride.objects.create(
            order=order,
            actor=actor,
            reason=reason.strip(),
            picked=picked.as_dict(),
            machine=choice_of(choose_route(snapshot)),
        )
        record_audit(
            actor=actor,
            action="order.route_overridden",
            subject=order,
            before=override.machine,
            after={**picked.as_dict(), "reason": reason},
        )
        words = f"A person picked {picked.words}" if picked else "Given back to the rules"
        route_again(order, booking, actor=actor, words=f"{words}: {override.reason}")
        return override


def _faults(
    picked: PickedWay, reason: str, snapshot: RouteSnapshot, booking: Shipment | None
) -> list[FieldError]:
    faults = []
    if not reason.strip() or len(reason.strip()) > LONGEST_REASON:
        message = f"Say why, in at most {LONGEST_REASON} characters."
        faults.append(FieldError(field="reason", code="required", message=message))
    if picked.platform and picked.platform not in set(Platform):
        message = f"Give {' or '.join(Platform)}."
        faults.append(FieldError(field="platform", code="platform.unknown", message=message))
    if snapshot.booked_at and picked.platform not in ("", snapshot.booked_at):
        message = f"The order was taken from {snapshot.booked_at.capitalize()}, which has it."
        faults.append(FieldError(field="platform", code="platform.has_it", message=message))
    carriers = sorted(carrier_platforms())
    if picked.carrier and picked.carrier not in carriers:
        message = f"Give one that is active: {', '.join(carriers)}."
        faults.append(FieldError(field="carrier", code="carrier.unknown", message=message))
    if booking is None:
        # Until it is cancelled it holds stock that the order may have again.
        faults += _warehouse_faults(picked, snapshot)
    if not faults and picked:
        faults += _route_faults(picked, snapshot)
    return faults


def _warehouse_faults(picked: PickedWay, snapshot: RouteSnapshot) -> list[FieldError]:
    if not picked.warehouse:
        return []
    option = next((w for w in snapshot.warehouses if w.code == picked.warehouse), None)
    if option is None:
        message = f"There is no active warehouse {picked.warehouse}."
        return [FieldError(field="warehouse", code="warehouse.unknown", message=message)]
    gaps = missing_units(option, snapshot.needs)
    if not gaps:
        return []
    lacks = ", ".join(f"{units} × {sku}" for sku, units in gaps.items())
    message = f"{picked.warehouse} lacks {lacks}."
    return [FieldError(field="warehouse", code="stock.insufficient", message=message)]


def _route_faults(picked: PickedWay, snapshot: RouteSnapshot) -> list[FieldError]:
    """What the rules cannot fill in themselves."""
    route = picked_route(snapshot, picked)
    if route.is_routed or route.failure == NO_STOCK:
        return []
    return [
        FieldError(
            field="carrier", code=f"routing.{route.failure}", message=" ".join(route.sentences)
        )
    ]
