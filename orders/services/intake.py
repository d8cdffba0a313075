"""Taking an order in: checked whole, written once, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F

from orders.models import IntakeRecord, Order, OrderLine, OrderSource
from orders.rules.drafts import OrderDraft
from orders.rules.states import OrderState
from orders.rules.weighing import weigh
from orders.services.intake_checks import (
    CheckedDraft,
    check_order,
    intake_values,
    line_values,
    order_values,
    sellables_by_sku,
)
from orders.services.progress import move_order, note_event
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, FieldError
from shipping_project.kernel.rows import reserve_ids

DISPATCH = "orders.tasks.dispatch_one"
CHECKED = "Checked: it can be shipped."


class ReferenceReused(Conflict):
    """The sender's number came before with other contents."""

    code = "order.reference_reused"
    title = "This order number was used for a different order"


@dataclass(frozen=True, slots=True)
class Received:
    """The order, and whether this call made it."""

    order: Order
    created: bool


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
            order = _write(checked, actor)
            _open_story(order, hold_reason=checked.hold_reason, actor=actor)
    except IntegrityError:
        # Another request with the same reference was quicker; its order is the answer.
        first = _first_order(organization_id, draft)
        if first is None:
            raise
        return _repeated(first, draft)
    return Received(order, created=True)


def _first_order(organization_id: int, draft: OrderDraft) -> IntakeRecord | None:
    return (
        IntakeRecord.objects.select_related("order")
        .filter(
            organization_id=organization_id,
            source=draft.source,
            external_ref=draft.external_ref.replace("\x00", ""),
        )
        .first()
    )


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


def _write(checked: CheckedDraft, actor: str) -> Order:
    [order_id] = reserve_ids(Order, 1)
    order = Order(**order_values(checked, order_id))
    order.save(force_insert=True)
    OrderLine.objects.bulk_create(OrderLine(**line) for line in line_values(checked, order_id))
    IntakeRecord(**intake_values(checked, order_id, actor)).save(force_insert=True)
    return order


def _open_story(order: Order, *, hold_reason: str, actor: str) -> None:
    note_event(
        order,
        kind="order.received",
        message=received_words(order.source, order.external_ref),
        actor=actor,
        state_to=OrderState.RECEIVED,
    )
    if hold_reason:
        move_order(
            order,
            OrderState.HELD,
            kind="order.held",
            message=f"Held: {hold_reason}",
            actor=actor,
            hold_reason=hold_reason,
        )
        return
    move_order(order, OrderState.VALID, kind="order.valid", message=CHECKED)
    nudge(DISPATCH, order.pk, queue="orders")


def received_words(source: str, external_ref: str) -> str:
    return f"Received from {OrderSource(source).label} as {external_ref}."
