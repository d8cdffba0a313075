"""The only writer of an order's state: compare, swap, and tell the story."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from orders.models import Order, OrderEvent
from orders.rules.states import OrderState, may_move
from orders.services.news import tell_of_order
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, StateChanged
from shipping_project.kernel.request_id import current_request_id

FOLLOW_PARTS = "orders.tasks.follow_one"


def move_order(
    order: Order,
    to: OrderState,
    *,
    kind: str,
    message: str,
    actor: str = "",
    data: Mapping[str, object] | None = None,
    **changes: object,
) -> None:
    """Move `order` from the state it was read in to `to`, with any other changed fields.

    What it waited for is forgotten once it goes on; its story still tells.
    Raises Conflict when the table of moves forbids it and StateChanged when somebody else moved
    the order first; nothing is written then.
    """
    seen = OrderState(order.state)
    if not may_move(seen, to):
        raise Conflict(f"Order {order.number} is {_words(seen)} and cannot become {_words(to)}.")
    if seen is OrderState.NEEDS_ATTENTION:
        changes = {"attention_code": "", "attention_detail": ""} | changes
    moved = Order.objects.filter(pk=order.pk, state=seen.value).update(
        state=to.value, updated_at=timezone.now(), **changes
    )
    if moved != 1:
        raise StateChanged(f"Order {order.number} moved on from {_words(seen)} meanwhile.")
    order.state = to.value
    for name, value in changes.items():
        setattr(order, name, value)
    _write_event(
        order, kind=kind, message=message, actor=actor, data=data, state_from=seen, state_to=to
    )
    tell_of_order(order, previous=seen.value)
    if order.parent_id is not None:
        nudge(FOLLOW_PARTS, order.parent_id, queue="orders")


def touch_order(order: Order) -> None:
    """What is told of the order has changed, so whoever asks for changes is shown it."""
    order.updated_at = timezone.now()
    Order.objects.filter(pk=order.pk).update(updated_at=order.updated_at)


def note_event(
    order: Order,
    *,
    kind: str,
    message: str,
    actor: str = "",
    data: Mapping[str, object] | None = None,
    state_from: OrderState | str = "",
    state_to: OrderState | str = "",
) -> OrderEvent:
    """Add one line to the order's story; the order counts as changed."""
    touch_order(order)
    return _write_event(
        order,
        kind=kind,
        message=message,
        actor=actor,
        data=data,
        state_from=state_from,
        state_to=state_to,
    )


def _write_event(
    order: Order,
    *,
    kind: str,
    message: str,
    actor: str,
    data: Mapping[str, object] | None,
    state_from: OrderState | str,
    state_to: OrderState | str,
) -> OrderEvent:
    event = OrderEvent(
        **event_values(
            order.pk,
            kind=kind,
            message=message,
            actor=actor,
            data=data,
            state_from=state_from,
            state_to=state_to,
        )
    )
    event.save(force_insert=True)
    return event


def event_values(
    order_id: int,
    *,
    kind: str,
    message: str,
    actor: str = "",
    data: Mapping[str, object] | None = None,
    state_from: OrderState | str = "",
    state_to: OrderState | str = "",
) -> dict[str, Any]:
    """One line of the story by column, for whoever writes many at once."""
    return {
        "order_id": order_id,
        "kind": kind,
        "message": message[:500],
        "actor": actor,
        "state_from": str(state_from),
        "state_to": str(state_to),
        "data": dict(data or {}),
        "request_id": current_request_id(),
    }


def need_attention(order: Order, *, code: str, detail: str, kind: str) -> None:
    """Hand the order to a person with what went wrong; a no-op where it cannot move there."""
    state = OrderState(order.state)
    if state is OrderState.NEEDS_ATTENTION or not may_move(state, OrderState.NEEDS_ATTENTION):
        note_event(order, kind=kind, message=detail, data={"code": code})
        Order.objects.filter(pk=order.pk, state=OrderState.NEEDS_ATTENTION.value).update(
            attention_code=code, attention_detail=detail
        )
        return
    move_order(
        order,
        OrderState.NEEDS_ATTENTION,
        kind=kind,
        message=detail,
        data={"code": code},
        attention_code=code,
        attention_detail=detail,
    )


def _words(state: OrderState) -> str:
    return state.value.replace("_", " ")
