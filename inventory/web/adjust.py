"""Correcting a stock number, from the page that tells why it is what it is."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.permissions import page_for
from accounts.principals import label_of
from catalog.models import Sellable
from inventory.services.adjustments import Adjusted, adjust_stock
from inventory.services.naming import warehouse_named
from inventory.web.owners import LONGEST_NUMBER, text_in, told
from shipping_project.kernel.errors import FieldError, InvalidInput

MOST_UNITS = 1_000_000


def new_reference() -> str:
    """It travels in the form, so that sending it twice moves the units once."""
    return f"web-{secrets.token_hex(6)}"


@page_for()
@require_POST
def adjust(request: HttpRequest, sellable_id: int) -> HttpResponse:
    sellable = get_object_or_404(Sellable.objects.visible_to(request.user), pk=sellable_id)

    def do() -> tuple[Adjusted, str]:
        adjusted = adjust_stock(
            sellable_id=sellable.pk,
            warehouse_id=warehouse_named(text_in(request, "warehouse", 12), actor=request.user).pk,
            quantity=_units(text_in(request, "quantity")),
            reason=_reason(text_in(request, "reason")),
            reference=text_in(request, "reference", 60) or new_reference(),
            actor=label_of(request.user),
        )
        was = "" if adjusted.created else "Counted already: "
        move = adjusted.movement
        return adjusted, f"{was}{move.quantity:+d} units, now {move.balance_after} on hand."

    told(request, do)
    return redirect("stock-why", sellable.pk)


def _units(text: str) -> int:
    digits = text.removeprefix("-").removeprefix("+")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER
    units = int(text) if is_number and len(text) <= len(digits) + 1 else 0
    if units == 0 or abs(units) > MOST_UNITS:
        message = f"Give units from 1 to {MOST_UNITS:,}, with or without a minus sign."
        raise InvalidInput(errors=[FieldError(field="quantity", code="invalid", message=message)])
    return units


def _reason(text: str) -> str:
    if not text:
        fault = FieldError(field="reason", code="required", message="Say why it is adjusted.")
        raise InvalidInput(errors=[fault])
    return text
