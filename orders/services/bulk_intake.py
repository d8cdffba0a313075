"""Taking many orders in with few statements; what each may be is decided as for a single one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Cast, Concat, LPad

from orders.models import IntakeRecord, Order, OrderEvent, OrderLine
from orders.rules.drafts import OrderDraft
from orders.rules.states import OrderState
from orders.services.intake import (
    CHECKED,
    receive_order,
    received_words,
    refuse_other_contents,
)
from orders.services.intake_checks import (
    CheckedDraft,
    check_order,
    intake_row,
    line_rows,
    order_row,
    sellables_by_sku,
)
from orders.services.news import tell_of_new_orders
from orders.services.progress import event_row
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import AppError, FieldError

DISPATCH_ALL = "orders.tasks.dispatch_waiting"
NUMBER_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An order as it came, and what the reader of its form found wrong."""

    draft: OrderDraft
    faults: Sequence[FieldError] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`number` is empty for what was refused, and for a new order in a dry run."""

    number: str = ""
    created: bool = False
    faults: Sequence[FieldError] = ()


def receive_orders(
    *, organization_id: int, sent: Sequence[Sent], actor: str, hold: str = "", dry_run: bool = False
) -> list[Taken]:
    """Keep every order that can be kept; one answer for each, in the same order.

    A repeat answers with the first order. In a dry run nothing is written, and each is looked at
    by itself: that two of them bear the same number is not noticed.
    """
    intake = _Intake(organization_id, sent, hold)
    if dry_run:
        return [intake.judged(index) or Taken(created=True) for index in range(len(sent))]
    answers = {index: taken for index in range(len(sent)) if (taken := intake.judged(index))}
    fresh, again = intake.fresh()
    IntakeRecord.objects.filter(pk__in=intake.repeated).update(repeats=F("repeats") + 1)
    try:
        with transaction.atomic():
            answers |= _write(fresh, actor)
    except IntegrityError:
        # One of them came another way at this moment; each alone finds out which.
        again = sorted([*fresh, *again])
    for index in again:
        answers[index] = _alone(organization_id, sent[index], actor, hold)
    return [answers[index] for index in range(len(sent))]


class _Intake:
    """What is known of all that was sent, read with two statements."""

    def __init__(self, organization_id: int, sent: Sequence[Sent], hold: str) -> None:
        self.organization_id, self.sent, self.hold = organization_id, sent, hold
        self.firsts = _firsts(organization_id, [one.draft for one in sent])
        lines = (line for one in sent for line in one.draft.lines)
        self.sellables = sellables_by_sku(organization_id, lines)
        self.checked: dict[int, CheckedDraft] = {}
        self.repeated: list[int] = []

    def judged(self, index: int) -> Taken | None:
        """The answer to what needs no writing; None for an order that may be kept."""
        one = self.sent[index]
        first = None if one.faults else self.firsts.get(_name(one.draft))
        try:
            if first is not None:
                refuse_other_contents(first, one.draft)
                self.repeated.append(first.pk)
                return Taken(number=first.order.number)
            self.checked[index] = check_order(
                organization_id=self.organization_id,
                draft=one.draft,
                faults=one.faults,
                sellables=self.sellables,
                hold=self.hold,
            )
        except AppError as exc:
            return _refused(exc)
        return None

    def fresh(self) -> tuple[dict[int, CheckedDraft], list[int]]:
        """What can be written in one go, and what bears the number of one among that."""
        by_name: dict[tuple[str, str], int] = {}
        for index, checked in self.checked.items():
            by_name.setdefault(_name(checked.clean), index)
        kept = set(by_name.values())
        return (
            {index: checked for index, checked in self.checked.items() if index in kept},
            [index for index in self.checked if index not in kept],
        )


def _name(draft: OrderDraft) -> tuple[str, str]:
    return draft.source, draft.external_ref


def _firsts(
    organization_id: int, drafts: Sequence[OrderDraft]
) -> dict[tuple[str, str], IntakeRecord]:
    names = {_name(draft) for draft in drafts if "\x00" not in draft.external_ref}
    found = IntakeRecord.objects.select_related("order").filter(
        organization_id=organization_id,
        source__in={source for source, _ in names},
        external_ref__in={ref for _, ref in names},
    )
    return {(record.source, record.external_ref): record for record in found}


def _write(fresh: Mapping[int, CheckedDraft], actor: str) -> dict[int, Taken]:
    if not fresh:
        return {}
    orders = {index: _begun(checked) for index, checked in fresh.items()}
    Order.objects.bulk_create(orders.values())
    _number(orders.values())
    pairs = [(orders[index], checked) for index, checked in fresh.items()]
    OrderLine.objects.bulk_create(row for pair in pairs for row in line_rows(*pair))
    IntakeRecord.objects.bulk_create(intake_row(*pair, actor) for pair in pairs)
    OrderEvent.objects.bulk_create(row for pair in pairs for row in _story(*pair, actor))
    tell_of_new_orders(orders.values())
    nudge(DISPATCH_ALL, queue="orders")
    return {i: Taken(number=order.number, created=True) for i, order in orders.items()}


def _begun(checked: CheckedDraft) -> Order:
    """Where `receive_order` has moved an order by the end of its transaction."""
    order = order_row(checked)
    held = bool(checked.hold_reason)
    order.state = (OrderState.HELD if held else OrderState.VALID).value
    order.hold_reason = checked.hold_reason
    return order


def _number(orders: Collection[Order]) -> None:
    digits = Cast("pk", CharField())
    padded = LPad(digits, NUMBER_DIGITS, Value("0"))
    number = Case(When(pk__lt=10**NUMBER_DIGITS, then=padded), default=digits)
    rows = Order.objects.filter(pk__in=[order.pk for order in orders])
    rows.update(number=Concat(Value("SO-"), number))
    for order in orders:
        order.number = f"SO-{order.pk:0{NUMBER_DIGITS}d}"


def _story(order: Order, checked: CheckedDraft, actor: str) -> list[OrderEvent]:
    received = event_row(
        order,
        kind="order.received",
        message=received_words(order),
        actor=actor,
        state_to=OrderState.RECEIVED,
    )
    held = checked.hold_reason
    checked_over = event_row(
        order,
        kind="order.held" if held else "order.valid",
        message=f"Held: {held}" if held else CHECKED,
        actor=actor if held else "",
        state_from=OrderState.RECEIVED,
        state_to=OrderState(order.state),
    )
    return [received, checked_over]


def _alone(organization_id: int, one: Sent, actor: str, hold: str) -> Taken:
    try:
        received = receive_order(
            organization_id=organization_id,
            draft=one.draft,
            faults=one.faults,
            actor=actor,
            hold=hold,
        )
    except AppError as exc:
        return _refused(exc)
    return Taken(number=received.order.number, created=received.created)


def _refused(exc: AppError) -> Taken:
    alone = [FieldError(field="", code=exc.code, message=exc.detail)]
    return Taken(faults=exc.errors or alone)
