"""Who looks after an order: a person by their user's name, or nobody yet."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from orders.models import Order
from orders.services.progress import note_event
from shipping_project.kernel.errors import FieldError, InvalidInput

NOBODY = "Nobody is named to look after it, so it is for the managers."


def give_to_owner(order: Order) -> str:
    """Give an order without a route to whom its organization names; told in words.

    Whoever looks after it already goes on doing so. The caller saves nothing and holds the order.
    """
    owner = order.organization.unrouted_owner
    if not order.assignee and owner is not None and owner.may_act:
        order.assignee = owner.username
        Order.objects.filter(pk=order.pk).update(assignee=order.assignee)
    return f"{order.assignee} looks after it." if order.assignee else NOBODY


def assign_order(*, order_id: int, assignee: str, actor: str) -> Order:
    """Have a person look after the order; "" gives it back to the managers.

    A repeat changes nothing. Raises InvalidInput where nobody of that name may see the order.
    """
    with transaction.atomic(durable=True):
        order: Order = Order.objects.locked().get(pk=order_id)
        if assignee and not _may_look_after(assignee, order.organization_id):
            message = f"There is no active user {assignee} who may see this order."
            fault = FieldError(field="assignee", code="assignee.unknown", message=message)
            raise InvalidInput(errors=[fault])
        if order.assignee != assignee:
            order.assignee = assignee
            Order.objects.filter(pk=order.pk).update(assignee=assignee)
            words = f"{assignee} looks after it." if assignee else "Given back to the managers."
            note_event(order, kind="order.assigned", message=words, actor=actor)
        return order


def _may_look_after(username: str, organization_id: int) -> bool:
    """Staff, and the organization's own people."""
    people = User.objects.filter(username=username, is_active=True)
    return bool(people.filter(Q(organization=None) | Q(organization=organization_id)).exists())
