"""Bodies for the Easyship half, as a client sends them."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]


def origin(**changes: Any) -> Body:
    return {
        "line_1": "1450 Silver Ridge Way",
        "city": "Reno",
        "state": "NV",
        "postal_code": "89502",
        "country_alpha2": "US",
        "company_name": "Reno DC",
        "contact_name": "Dispatch",
        "contact_phone": "+17755550140",
        "contact_email": "dispatch@example.com",
    } | changes


def destination(**changes: Any) -> Body:
    return {
        "line_1": "912 Alder St",
        "line_2": "Unit 4",
        "city": "Boise",
        "state": "ID",
        "postal_code": "83702",
        "country_alpha2": "US",
        "contact_name": "Ines Calder",
        "contact_phone": "+1 208-555-0117",
        "contact_email": "ines@example.com",
    } | changes


def parcel(**changes: Any) -> Body:
    item = {
        "description": "Stainless steel mug",
        "category": "Home Decor",
        "sku": "TRM-GRN",
        "quantity": 2,
        "hs_code": "732393",
        "origin_country_alpha2": "CN",
        "declared_currency": "USD",
        "declared_customs_value": 18.5,
        "actual_weight": 0.28,
        "dimensions": {"length": 11, "width": 9, "height": 10},
    }
    return {
        "total_actual_weight": 0.7,
        "box": {"length": 30, "width": 22, "height": 12},
        "items": [item],
    } | changes


def rate_request(**changes: Any) -> Body:
    return {
        "origin_address": origin(),
        "destination_address": destination(),
        "parcels": [parcel()],
    } | changes


def shipment(number: str = "KS-20931", **changes: Any) -> Body:
    return {
        "origin_address": origin(),
        "destination_address": destination(),
        "order_data": {"platform_name": "Own shop", "platform_order_number": number},
        "metadata": {"order": 7},
        "incoterms": "DDU",
        "parcels": [parcel()],
    } | changes


def bought_now(number: str = "KS-20931", format_: str = "url", **changes: Any) -> Body:
    settings = {
        "buy_label": True,
        "buy_label_synchronous": True,
        "printing_options": {"format": format_, "label": "4x6"},
    }
    return shipment(number, shipping_settings=settings, **changes)


def bought_later(number: str = "KS-20931", **changes: Any) -> Body:
    return shipment(number, shipping_settings={"buy_label": True}, **changes)


def batch_shipment(number: str = "KS-20931", **changes: Any) -> Body:
    """As a part of a batch, whose defaults name the saved addresses."""
    product = {"product": {"sku": "TRM-GRN"}} | parcel()["items"][0]
    kept = ("product", "description", "hs_code", "category", "quantity", "declared_currency")
    item = {name: product[name] for name in (*kept, "declared_customs_value")}
    return {
        "destination_address": destination(),
        "order_data": {"platform_name": "Own shop", "platform_order_number": number},
        "parcels": [parcel(items=[item])],
    } | changes


def duties(**changes: Any) -> Body:
    return {
        "origin_country_alpha2": "US",
        "destination_country_alpha2": "GB",
        "insurance_fee": 0,
        "shipment_charge": 21.4,
        "currency": "USD",
        "items": [
            {"duty_origin_country_alpha2": "US", "hs_code": "95030089", "customs_value": 49.0}
        ],
    } | changes
