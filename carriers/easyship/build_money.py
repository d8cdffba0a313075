"""Ours → Easyship's JSON for taxes and duties. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from carriers.contracts import DutyQuestion
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.money import CurrencyMismatch, Money


class MixedCurrencies(AppError):
    """Duties are asked for in one currency; nothing was sent."""

    code = "money.mixed_currencies"
    status = 422
    title = "The amounts are in different currencies"


def duties_body(question: DutyQuestion) -> dict[str, Any]:
    """POST /taxes_and_duties in its variant by country code. Raises MixedCurrencies."""
    amounts = [question.shipping, question.insurance, *(item.value for item in question.items)]
    currency = _one_currency(amounts)
    return {
        "origin_country_alpha2": question.origin_country,
        "destination_country_alpha2": question.destination_country,
        "insurance_fee": float(question.insurance.amount),
        "shipment_charge": float(question.shipping.amount),
        "currency": currency,
        "items": [
            {
                "duty_origin_country_alpha2": item.origin_country,
                "hs_code": item.hs_code,
                "customs_value": float(item.value.amount),
            }
            for item in question.items
        ],
    }


def _one_currency(amounts: Sequence[Money]) -> str:
    total = Money(Decimal(0), amounts[0].currency)
    try:
        for amount in amounts:
            total += amount
    except CurrencyMismatch as exc:
        raise MixedCurrencies(str(exc)) from exc
    return total.currency
