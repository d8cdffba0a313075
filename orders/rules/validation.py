"""What is wrong with an order draft: every fault at once, each with its field and its cure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from orders.rules.addresses import Finding, Severity, check_address
from orders.rules.drafts import LineDraft, OrderDraft
from shipping_project.kernel.errors import FieldError

MAX_LINES = 500
MAX_QUANTITY = 100_000
MAX_PRICE = Decimal(1000000)
# What the column of an order's sum holds.
MAX_TOTAL = Decimal("9999999999.99")
CURRENCY_PATTERN = re.compile(r"[A-Z]{3}")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_draft(draft: OrderDraft, doubts: Sequence[Finding] | None = None) -> list[FieldError]:
    """Faults that need no database: reference, currency, address with carrier, lines.

    `doubts` about the address where they are known already.
    """
    if doubts is None:
        doubts = check_address(draft.ship_to, carrier=draft.requested_carrier)
    return [
        *_check_reference(draft.external_ref),
        *_check_currency(draft.currency),
        *_check_texts_of(draft),
        *address_errors(doubts),
        *_check_lines(draft.lines),
    ]


def check_total(total: Decimal) -> list[FieldError]:
    """The sum of all lines, once every price is known."""
    if total <= MAX_TOTAL:
        return []
    message = f"The lines add up to {total:f}; one order holds at most {MAX_TOTAL}."
    return [FieldError(field="lines", code="order.total_too_large", message=message)]


def address_errors(findings: Sequence[Finding]) -> list[FieldError]:
    """The findings that stop an order, named by their place in the request."""
    return [
        FieldError(field=_request_field(found.field), code=found.code, message=found.message)
        for found in findings
        if found.severity is Severity.ERROR
    ]


def warnings_of(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The findings that are kept with the order and shown as doubts."""
    return [
        {"field": _request_field(found.field), "code": found.code, "message": found.message}
        for found in findings
        if found.severity is Severity.WARNING
    ]


def _request_field(field: str) -> str:
    return "carrier" if field == "carrier" else f"ship_to.{field}"


def _check_reference(reference: str) -> list[FieldError]:
    if not reference.strip():
        return [
            FieldError(
                field="external_ref",
                code="order.reference_missing",
                message="Give your own order number; it protects against sending an order twice.",
            )
        ]
    if len(reference) > 100:
        return [
            FieldError(
                field="external_ref",
                code="order.reference_too_long",
                message="Use at most 100 characters.",
            )
        ]
    return []


def _check_currency(currency: str) -> list[FieldError]:
    if not currency or CURRENCY_PATTERN.fullmatch(currency):
        return []
    message = "Give an ISO 4217 code such as USD."
    return [FieldError(field="currency", code="order.currency_invalid", message=message)]


def _check_texts_of(draft: OrderDraft) -> list[FieldError]:
    texts = {
        "external_ref": draft.external_ref,
        "note": draft.note,
        "hold_reason": draft.hold_reason,
        "requested_service": draft.requested_service,
        "customer_tags": " ".join(draft.customer_tags),
    }
    return check_texts(texts)


def check_texts(texts: Mapping[str, str]) -> list[FieldError]:
    """Those, by field, that hold what no page or label can show."""
    return [
        FieldError(field=name, code="text.control_characters", message="Remove control characters.")
        for name, text in texts.items()
        if CONTROL_CHARACTERS.search(text)
    ]


def _check_lines(lines: Sequence[LineDraft]) -> list[FieldError]:
    if not lines:
        message = "Give at least one line with a SKU and a quantity."
        return [FieldError(field="lines", code="order.no_lines", message=message)]
    if len(lines) > MAX_LINES:
        message = f"Give at most {MAX_LINES} lines."
        return [FieldError(field="lines", code="order.too_many_lines", message=message)]
    return [fault for index, line in enumerate(lines) for fault in _check_line(index, line)]


def _check_line(index: int, line: LineDraft) -> list[FieldError]:
    faults: list[FieldError] = []
    if not line.sku.strip():
        faults.append(_line_fault(index, "sku", "line.sku_missing", "Give the SKU."))
    if not 1 <= line.quantity <= MAX_QUANTITY:
        cure = f"Give a whole number from 1 to {MAX_QUANTITY}."
        faults.append(_line_fault(index, "quantity", "line.quantity_invalid", cure))
    price = line.unit_price
    if price is not None and not (price.is_finite() and 0 <= price <= MAX_PRICE):
        cure = f"Give a price from 0 to {MAX_PRICE}."
        faults.append(_line_fault(index, "unit_price", "line.price_invalid", cure))
    return faults


def _line_fault(index: int, field: str, code: str, message: str) -> FieldError:
    return FieldError(field=f"lines[{index}].{field}", code=code, message=message)
