"""Taking an order in: checked whole, written once, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F

from orders.models import IntakeRecord, Order, OrderEvent, OrderLine
from orders.rules.drafts import OrderDraft
from orders.rules.states import OrderState
from orders.rules.weighing import weigh
from orders.services.intake_checks import (
    CheckedDraft,
    check_order,
    intake_values,
    line_values,
    sellables_by_sku,
)
from orders.services.intake_story import begun_values, story_values
from orders.services.news import NewOrder, tell_of_new_orders
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, FieldError
from shipping_project.kernel.rows import reserve_ids

DISPATCH = "orders.tasks.dispatch_one"


class ReferenceReused(Conflict):
    """The sender's number came before with other contents."""

    code = "order.reference_reused"
    title = "This order number was used for a different order"


@dataclass(frozen=True, slots=True)
class Received:
    """The order, and whether this call made it; then with its lines."""

    order: Order
    created: bool
    lines: Sequence[OrderLine] = ()


def receive_order(
    *,
    organization_id: int,
    draft: OrderDraft,
    actor: str,
    faults: Sequence[FieldError] = (),
    hold: str = "",
) -> Received:
    """Check a draft and keep it as an order; a repeat returns the first one.

    `faults` of form that the reader of the draft found are reported with all others. `hold` is why
    a new order waits for a person, whoever sent it; it is no part of what the draft says.
    Raises InvalidInput naming every faulty field with nothing written, and ReferenceReused when
    the same reference comes with other contents.
    """
    first = _first_order(organization_id, draft) if not faults else None
    if first is not None:
        return _repeated(first, draft)
    checked = check_order(
        organization_id=organization_id,
        weighed=weigh(draft),
        faults=faults,
        sellables=sellables_by_sku(organization_id, draft.lines),
        hold=hold,
    )
    try:
        with transaction.atomic():
            received = _write(checked, actor)
    except IntegrityError:
        # Another request with the same reference was quicker; its order is the answer.
        first = _first_order(organization_id, draft)
        if first is None:
            raise
        return _repeated(first, draft)
    return received


def _first_order(organization_id: int, draft: OrderDraft) -> IntakeRecord | None:
    found = IntakeRecord.objects.filter(
        organization_id=organization_id,
        source=draft.source,
        external_ref=draft.external_ref.replace("\x00", ""),
    )
    # Mostly there is none, and to hear that costs a third of asking for the row with its order.
    return found.select_related("order").first() if found.exists() else None


def refuse_other_contents(first: IntakeRecord, digest: str) -> None:
    """Raises ReferenceReused when the reference of an order comes with something else."""
    if first.body_digest != digest:
        message = (
            f"{first.external_ref!r} already names order {first.order.number}, which says "
            "something else. Use a new number, or change the existing order."
        )
        fault = FieldError(field="external_ref", code=ReferenceReused.code, message=message)
        raise ReferenceReused(message, errors=[fault])


def _repeated(first: IntakeRecord, draft: OrderDraft) -> Received:
    refuse_other_contents(first, draft.digest())
    IntakeRecord.objects.filter(pk=first.pk).update(repeats=F("repeats") + 1)
    return Received(first.order, created=False)


def _write(checked: CheckedDraft, actor: str) -> Received:
    """The order as it stands at the end, each table with one statement."""
    [order_id] = reserve_ids(Order, 1)
    order = Order(**begun_values(checked, order_id))
    order.save(force_insert=True)
    lines = OrderLine.objects.bulk_create(
        OrderLine(**values) for values in line_values(checked, order_id)
    )
    IntakeRecord(**intake_values(checked, order_id, actor)).save(force_insert=True)
    OrderEvent.objects.bulk_create(
        OrderEvent(**values) for values in story_values(checked, order_id, actor)
    )
    news = NewOrder(order.number, order.external_ref, order.source, order.state)
    tell_of_new_orders(organization_id=order.organization_id, told=[news])
    if order.state == OrderState.VALID.value:
        nudge(DISPATCH, order.pk, queue="orders")
    return Received(order, created=True, lines=lines)
