"""Taking an order in: checked whole, written once, however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from catalog.models import Sellable
from orders.models import IntakeRecord, Order, OrderLine
from orders.rules.addresses import check_address, normalize_address
from orders.rules.drafts import LineDraft, OrderDraft
from orders.rules.states import OrderState
from orders.rules.validation import check_draft, check_total, warnings_of
from orders.services.progress import move_order, note_event
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput

DISPATCH = "orders.tasks.dispatch_one"


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
    clean, warnings = _normalised(draft)
    sellables = _check(organization_id, clean, faults)
    try:
        with transaction.atomic():
            order = _write(organization_id, clean, draft.digest(), sellables, warnings, actor)
            _open_story(order, hold_reason=draft.hold_reason or hold, actor=actor)
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


def _repeated(first: IntakeRecord, draft: OrderDraft) -> Received:
    if first.body_digest != draft.digest():
        message = (
            f"{draft.external_ref!r} already names order {first.order.number}, which says "
            "something else. Use a new number, or change the existing order."
        )
        fault = FieldError(field="external_ref", code=ReferenceReused.code, message=message)
        raise ReferenceReused(message, errors=[fault])
    IntakeRecord.objects.filter(pk=first.pk).update(repeats=F("repeats") + 1)
    return Received(first.order, created=False)


def _normalised(draft: OrderDraft) -> tuple[OrderDraft, list[dict[str, str]]]:
    address, findings = normalize_address(draft.ship_to)
    carrier = draft.requested_carrier.strip().upper()
    clean = replace(draft, ship_to=address, requested_carrier=carrier)
    doubts = (*findings, *check_address(address, carrier=carrier))
    return clean, warnings_of(doubts)


def _check(
    organization_id: int, draft: OrderDraft, known: Sequence[FieldError]
) -> dict[str, Sellable]:
    """The sellables by SKU. Raises InvalidInput; a field is named once, by its first fault."""
    named = {fault.field for fault in known}
    faults = [*known, *(fault for fault in check_draft(draft) if fault.field not in named)]
    sellables = _sellables(organization_id, draft.lines)
    faults += [
        FieldError(
            field=f"lines[{index}].sku",
            code="line.sku_unknown",
            message=f"There is no active product with the SKU {line.sku!r}.",
        )
        for index, line in enumerate(draft.lines)
        if line.sku.strip() and line.sku not in sellables
    ]
    if "currency" not in {fault.field for fault in faults}:
        faults += _currency_faults(draft, sellables)
    faults += check_total(_total(draft, sellables))
    if faults:
        raise InvalidInput(errors=faults)
    return sellables


def _sellables(organization_id: int, lines: Sequence[LineDraft]) -> dict[str, Sellable]:
    skus = sorted({line.sku for line in lines if "\x00" not in line.sku})
    found = Sellable.objects.active().filter(organization_id=organization_id).with_skus(skus)
    return {sellable.sku: sellable for sellable in found}


def _currency_faults(draft: OrderDraft, sellables: Mapping[str, Sellable]) -> list[FieldError]:
    """A price taken from the catalog must be in the order's currency."""
    currency = _currency(draft, sellables)
    return [
        FieldError(
            field=f"lines[{index}].unit_price",
            code="line.price_missing",
            message=f"{line.sku} is priced in {sellables[line.sku].currency}; "
            f"give its price in {currency}.",
        )
        for index, line in enumerate(draft.lines)
        if line.unit_price is None
        and line.sku in sellables
        and sellables[line.sku].currency != currency
    ]


def _total(draft: OrderDraft, sellables: Mapping[str, Sellable]) -> Decimal:
    known = [line for line in draft.lines if line.sku in sellables]
    prices = (_price(line, sellables[line.sku]) * line.quantity for line in known)
    return sum(prices, Decimal(0))


def _currency(draft: OrderDraft, sellables: Mapping[str, Sellable]) -> str:
    known = (sellables[line.sku].currency for line in draft.lines if line.sku in sellables)
    return draft.currency or next(known, "USD")


def _write(
    organization_id: int,
    draft: OrderDraft,
    digest: str,
    sellables: Mapping[str, Sellable],
    warnings: list[dict[str, str]],
    actor: str,
) -> Order:
    prices = [_price(line, sellables[line.sku]) for line in draft.lines]
    pairs = list(zip(draft.lines, prices, strict=True))
    address = draft.ship_to.as_dict()
    order = Order(
        organization_id=organization_id,
        source=draft.source,
        external_ref=draft.external_ref,
        region=address.pop("state"),
        **address,
        currency=_currency(draft, sellables),
        total=_total(draft, sellables),
        requested_carrier=draft.requested_carrier,
        note=draft.note,
        findings=warnings,
        placed_at=draft.placed_at or timezone.now(),
        ship_by=draft.ship_by,
    )
    _number_and_save(order)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            sellable=sellables[line.sku],
            sku=line.sku,
            title=sellables[line.sku].title,
            quantity=line.quantity,
            unit_price=price,
        )
        for position, (line, price) in enumerate(pairs, start=1)
    )
    IntakeRecord.objects.create(
        organization_id=organization_id,
        source=draft.source,
        external_ref=draft.external_ref,
        body_digest=digest,
        order=order,
        received_by=actor,
    )
    return order


def _number_and_save(order: Order) -> None:
    """Our number follows from the id, so it needs the row first."""
    order.number = f"new-{uuid4().hex[:16]}"
    order.save(force_insert=True)
    order.number = f"SO-{order.pk:06d}"
    order.save(update_fields=["number"])


def _open_story(order: Order, *, hold_reason: str, actor: str) -> None:
    note_event(
        order,
        kind="order.received",
        message=f"Received from {order.get_source_display()} as {order.external_ref}.",
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
    move_order(order, OrderState.VALID, kind="order.valid", message="Checked: it can be shipped.")
    nudge(DISPATCH, order.pk, queue="orders")


def _price(line: LineDraft, sellable: Sellable) -> Decimal:
    return sellable.price if line.unit_price is None else line.unit_price
