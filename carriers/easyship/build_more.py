"""Ours → Easyship's JSON for everything around a shipment. Pure; empty values are not sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from carriers.contracts import (
    CatalogItemDraft,
    DutyQuestion,
    ForeignParcel,
    PickupRequest,
)
from carriers.easyship.build import (
    destination_address,
    origin_address,
    street_address,
)
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.money import CurrencyMismatch, Money
from shipping_project.kernel.postal import PostalAddress
from shipping_project.kernel.units import centimetres, kilograms

WEBHOOK_VERSION = "2024-09"


class MixedCurrencies(AppError):
    """Duties are asked for in one currency; nothing was sent."""

    code = "money.mixed_currencies"
    status = 422
    title = "The amounts are in different currencies"


def product_body(draft: CatalogItemDraft) -> dict[str, Any]:
    """POST and PATCH /products, always in kilograms and centimetres."""
    values: dict[str, Any] = {
        "identifier": draft.sku,
        "name": draft.title[:500],
        "item_category_id": draft.category_ref,
        "weight": _number(kilograms, draft.weight_g),
        "length": _number(centimetres, draft.length_mm),
        "width": _number(centimetres, draft.width_mm),
        "height": _number(centimetres, draft.height_mm),
        "hs_code": draft.hs_code,
        "origin_country_alpha2": draft.origin_country,
        "platform_product_id": draft.external_ref,
        "global_trade_item_number": draft.barcode,
        "pick_location": draft.pick_location[:80],
        "image_url": draft.image_url,
        **_priced("cost_price", draft.cost_price),
        **_priced("selling_price", draft.selling_price),
    }
    return {key: value for key, value in values.items() if value not in (None, "")}


def _number(convert: Callable[[int], Decimal], value: int | None) -> float | None:
    return None if value is None else float(convert(value))


def _priced(key: str, price: Money | None) -> dict[str, Any]:
    if price is None:
        return {}
    return {key: float(price.amount), f"{key}_currency": price.currency}


def saved_address_body(address: PostalAddress) -> dict[str, Any]:
    """POST /addresses; changing one needs the whole of it again."""
    return origin_address(address)


def address_question_body(address: PostalAddress) -> dict[str, Any]:
    """POST /addresses/validations: the street only, no names of people."""
    told: dict[str, Any] = street_address(address)
    return told | {"replace_with_validation_result": False}


def pickup_body(request: PickupRequest) -> dict[str, Any]:
    """POST /pickups: by slot, or by both times."""
    body: dict[str, Any] = {
        "courier_service_id": request.service_ref,
        "selected_date": request.day.isoformat(),
        "easyship_shipment_ids": list(request.platform_refs),
    }
    if request.slot_ref:
        body["time_slot_id"] = request.slot_ref
    else:
        body["selected_from_time"] = request.from_time
        body["selected_to_time"] = request.to_time
    return body


def manifest_body(courier_ref: str, platform_refs: Sequence[str]) -> dict[str, Any]:
    """POST /manifests; USPS is refused without the shipments."""
    body: dict[str, Any] = {"courier_id": courier_ref}
    if platform_refs:
        body["shipment_ids"] = list(platform_refs)
    return body


def webhook_body(url: str, event_types: Sequence[str]) -> dict[str, Any]:
    """POST /webhooks; without a version it is not documented which schema is taken."""
    return {"endpoint": url, "event_types": list(event_types), "version": WEBHOOK_VERSION}


def webhook_test_body(event_type: str) -> dict[str, Any]:
    return {"event_type": event_type, "version": WEBHOOK_VERSION}


def foreign_parcel_body(parcel: ForeignParcel) -> dict[str, Any]:
    """POST /trackings: a number that was not bought here."""
    return {
        "tracking_number": parcel.tracking_number,
        "courier_service_id": parcel.service_ref,
        "platform_order_number": parcel.reference,
        "origin_address_id": parcel.origin_address_ref,
        "destination_address": destination_address(parcel.ship_to),
        "items": [
            {"description": description, "quantity": quantity}
            for description, quantity in parcel.contents
        ],
    }


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


def box_body(
    *, name: str, length: Decimal, width: Decimal, height: Decimal, weight: Decimal
) -> dict[str, Any]:
    """POST /boxes, in the units that the account is set to, whatever those are."""
    return {
        "name": name,
        "outer_length": float(length),
        "outer_width": float(width),
        "outer_height": float(height),
        "weight": float(weight),
    }
