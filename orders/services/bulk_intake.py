"""Taking many orders in with few statements; what each may be is decided as for a single one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from orders.models import IntakeRecord, Order, OrderEvent, OrderLine
from orders.rules.drafts import OrderDraft
from orders.rules.weighing import Weighed
from orders.services.intake import receive_order, refuse_other_contents
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
from shipping_project.kernel.errors import AppError, FieldError
from shipping_project.kernel.rows import insert_rows, reserve_ids

DISPATCH_ALL = "orders.tasks.dispatch_waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An order as it came, and what the reader of its form found wrong."""

    weighed: Weighed
    faults: Sequence[FieldError] = ()

    @property
    def draft(self) -> OrderDraft:
        return self.weighed.draft


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
                refuse_other_contents(first, one.weighed.digest)
                self.repeated.append(first.pk)
                return Taken(number=first.order.number)
            self.checked[index] = check_order(
                organization_id=self.organization_id,
                weighed=one.weighed,
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
    ids = reserve_ids(Order, len(fresh))
    pairs = list(zip(fresh.values(), ids, strict=True))
    orders = [begun_values(*pair) for pair in pairs]
    insert_rows(Order, orders, with_ids=True)
    insert_rows(OrderLine, (line for pair in pairs for line in line_values(*pair)))
    insert_rows(IntakeRecord, (intake_values(*pair, actor) for pair in pairs))
    insert_rows(OrderEvent, (event for pair in pairs for event in story_values(*pair, actor)))
    tell_of_new_orders(organization_id=pairs[0][0].organization_id, told=map(_news, orders))
    nudge(DISPATCH_ALL, queue="orders")
    return {
        index: Taken(number=order["number"], created=True)
        for index, order in zip(fresh, orders, strict=True)
    }


def _news(order: Mapping[str, Any]) -> NewOrder:
    return NewOrder(order["number"], order["external_ref"], order["source"], order["state"])


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
