"""An order in parts: where its parts are, and the order after them."""

from __future__ import annotations

from django.db import transaction

from orders.models import Order
from orders.rules.parts import state_of_parts
from orders.rules.states import OrderState
from orders.services.progress import move_order


def follow_parts(*, order_id: int) -> bool:
    """Move an order to where its parts are; False where it is there already.

    Parts are read without their locks, since each tells again when it has moved. The order is
    locked alone, so that a part that is held and waits for the order never meets one that is
    waited for.
    """
    with transaction.atomic():
        order: Order = Order.objects.locked().get(pk=order_id)
        states = [OrderState(state) for state in order.parts.values_list("state", flat=True)]
        to = state_of_parts(states)
        if not states or to == OrderState(order.state):
            return False
        move_order(order, to, kind="order.parts", message=f"Its parts: {_counted(states)}.")
        return True


def _counted(states: list[OrderState]) -> str:
    known = [(state, states.count(state)) for state in OrderState if state in states]
    return ", ".join(f"{count} {state.value.replace('_', ' ')}" for state, count in known)
