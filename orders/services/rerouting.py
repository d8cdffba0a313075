"""Routing chosen orders anew by the rules of now, tried first and then done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from orders.models import Order, RoutingDecision
from orders.rules.replay import Way, way_of
from orders.rules.states import SPLITTABLE, OrderState
from orders.services.dispatch import dispatch_held, route_now
from orders.services.restarts import give_up_unbooked, route_again
from shipping_project.kernel.errors import AppError, Conflict, FieldError

NOWHERE = Way(platform="", carrier="", service="", warehouse="", hold="", failure="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerouted:
    """The way of an order before and after; `refusal` is why it stays as it is."""

    number: str
    before: Way = NOWHERE
    after: Way = NOWHERE
    refusal: FieldError | None = None

    @property
    def is_changed(self) -> bool:
        return self.refusal is None and self.before != self.after


def preview_reroute(*, order_ids: Sequence[int]) -> dict[int, Rerouted]:
    """What routing each anew would change; nothing is written."""
    return {order_id: _tried(order_id) for order_id in order_ids}


def _tried(order_id: int) -> Rerouted:
    with transaction.atomic():
        order: Order = Order.objects.locked().get(pk=order_id)
        try:
            give_up_unbooked(_routable(order))
            return Rerouted(number=order.number, before=_way_before(order), after=_way_now(order))
        except AppError as exc:
            fault = FieldError(field="", code=exc.code, message=exc.detail)
            return Rerouted(number=order.number, refusal=fault)
        finally:
            transaction.set_rollback(True)


def reroute_order(*, order_id: int, actor: str) -> Rerouted:
    """Route an order anew where that changes its way. Raises Conflict once it is booked."""
    with transaction.atomic(durable=True):
        return reroute_held(Order.objects.locked().get(pk=order_id), actor=actor)


def reroute_held(order: Order, *, actor: str) -> Rerouted:
    """The same for an order that the caller holds, within its transaction."""
    with transaction.atomic():
        booking = give_up_unbooked(_routable(order))
        done = Rerouted(number=order.number, before=_way_before(order), after=_way_now(order))
        if not done.is_changed:
            # Not even its hold on stock is moved.
            transaction.set_rollback(True)
            return done
        route_again(order, booking, actor=actor, words="Routed anew by the rules of now.")
        if booking is None:
            dispatch_held(order, actor=actor)
        return done


def _routable(order: Order) -> Order:
    if OrderState(order.state) not in SPLITTABLE and not order.shipments.live().exists():
        raise Conflict(f"Order {order.number} is {order.get_state_display().lower()}.")
    return order


def _way_now(order: Order) -> Way:
    return way_of(route_now(order).route)


def _way_before(order: Order) -> Way:
    last: RoutingDecision | None = (
        order.decisions.select_related("warehouse").newest_first().first()
    )
    if last is None:
        return NOWHERE
    return Way(
        platform=last.platform,
        carrier=last.carrier,
        service="" if last.failure else last.wish.words,
        warehouse=last.warehouse.code if last.warehouse else "",
        hold="",
        failure=last.failure,
    )
