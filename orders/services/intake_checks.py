"""What must be right about an order before it is kept, and what its rows will hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import Sellable
from orders.rules.drafts import LineDraft, OrderDraft
from orders.rules.validation import check_total
from orders.rules.weighing import Weighed
from shipping_project.kernel.errors import FieldError, InvalidInput


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft that may be kept; `digest` is of what was sent, `clean` is what it means."""

    organization_id: int
    clean: OrderDraft
    digest: str
    hold_reason: str
    sellables: Mapping[str, Sellable]
    warnings: list[dict[str, str]]


def check_order(
    *,
    organization_id: int,
    weighed: Weighed,
    faults: Sequence[FieldError],
    sellables: Mapping[str, Sellable],
    hold: str,
) -> CheckedDraft:
    """Raises InvalidInput naming every faulty field once, by its first fault."""
    found = [*faults, *_faults(weighed, faults, sellables)]
    if found:
        raise InvalidInput(errors=found)
    return CheckedDraft(
        organization_id,
        weighed.clean,
        weighed.digest,
        weighed.draft.hold_reason or hold,
        sellables,
        weighed.warnings,
    )


def sellables_by_sku(organization_id: int, lines: Iterable[LineDraft]) -> dict[str, Sellable]:
    skus = sorted({line.sku for line in lines if "\x00" not in line.sku})
    found = Sellable.objects.active().filter(organization_id=organization_id).with_skus(skus)
    told = found.only("sku", "title", "price", "currency")
    return {sellable.sku: sellable for sellable in told}


def order_values(checked: CheckedDraft, order_id: int) -> dict[str, Any]:
    """A new order's columns by attribute name; its number follows from its id."""
    draft = checked.clean
    address = draft.ship_to.as_dict()
    return {
        "id": order_id,
        "organization_id": checked.organization_id,
        "number": f"SO-{order_id:06d}",
        "source": draft.source,
        "external_ref": draft.external_ref,
        "region": address.pop("state"),
        **address,
        "currency": _currency(draft, checked.sellables),
        "total": _total(draft, checked.sellables),
        "requested_carrier": draft.requested_carrier,
        "requested_service": draft.requested_service,
        "customer_tags": list(draft.customer_tags),
        "is_residential": draft.is_residential,
        "note": draft.note,
        "findings": checked.warnings,
        "placed_at": draft.placed_at or timezone.now(),
        "ship_by": draft.ship_by,
        "deliver_by": draft.deliver_by,
        "channel": draft.channel,
    }


def line_values(checked: CheckedDraft, order_id: int) -> list[dict[str, Any]]:
    known = checked.sellables
    return [
        {
            "order_id": order_id,
            "position": position,
            "sellable_id": known[line.sku].pk,
            "sku": line.sku,
            "title": known[line.sku].title,
            "quantity": line.quantity,
            "unit_price": _price(line, known[line.sku]),
        }
        for position, line in enumerate(checked.clean.lines, start=1)
    ]


def intake_values(checked: CheckedDraft, order_id: int, actor: str) -> dict[str, Any]:
    return {
        "organization_id": checked.organization_id,
        "source": checked.clean.source,
        "external_ref": checked.clean.external_ref,
        "body_digest": checked.digest,
        "order_id": order_id,
        "received_by": actor,
    }


def _faults(
    weighed: Weighed, known: Sequence[FieldError], sellables: Mapping[str, Sellable]
) -> list[FieldError]:
    draft, named = weighed.clean, {fault.field for fault in known}
    faults = [fault for fault in weighed.faults if fault.field not in named]
    faults += [
        FieldError(
            field=f"lines[{index}].sku",
            code="line.sku_unknown",
            message=f"There is no active product with the SKU {line.sku!r}.",
        )
        for index, line in enumerate(draft.lines)
        if line.sku.strip() and line.sku not in sellables
    ]
    if "currency" not in named | {fault.field for fault in faults}:
        faults += _currency_faults(draft, sellables)
    return [*faults, *check_total(_total(draft, sellables))]


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


def _price(line: LineDraft, sellable: Sellable) -> Decimal:
    return sellable.price if line.unit_price is None else line.unit_price
