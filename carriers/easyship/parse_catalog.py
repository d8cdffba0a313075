"""Easyship's products, boxes, services and reference lists → ours. Pure and tolerant.

Weights are always kilograms and sizes centimetres in what Easyship answers.
"""

from __future__ import annotations

from typing import Any

from carriers.contracts import (
    Box,
    CatalogItem,
    CourierService,
    HsCode,
    ItemCategory,
    Page,
    UnavailableService,
)
from carriers.easyship.codes import carrier_of
from carriers.easyship.parse import NAME, listed, page_of
from carriers.readers import Reader

CM, KG = "cm", "kg"


def products(body: Any, *, operation: str) -> Page[CatalogItem]:
    return page_of(body, operation, "products", _product)


def listed_products(body: Any, *, operation: str) -> Page[CatalogItem]:
    """The whole list, read on past rows that cannot be read."""
    return listed(body, operation, "products", _product)


def product(body: Any, *, operation: str) -> CatalogItem:
    return _product(Reader(body, platform=NAME, operation=operation).need_child("product"))


def _product(row: Reader) -> CatalogItem:
    category = row.child("item_category")
    return CatalogItem(
        item_ref=row.need_ref("id"),
        sku=row.text("identifier"),
        title=row.text("name"),
        store_ref=row.text("store_id"),
        category_ref=category.ref("id") if category else "",
        category=category.text("name") if category else "",
        weight_g=row.grams("weight", KG),
        length_mm=row.millimetres("length", CM),
        width_mm=row.millimetres("width", CM),
        height_mm=row.millimetres("height", CM),
        hs_code=row.text("hs_code"),
        origin_country=row.text("origin_country_alpha2"),
        cost_price=row.money("cost_price", row.text("cost_price_currency")),
        selling_price=row.money("selling_price", row.text("selling_price_currency")),
        external_ref=row.text("platform_product_id"),
        barcode=row.text("global_trade_item_number"),
        pick_location=row.text("pick_location"),
        image_url=row.text("image_url"),
        contains_liquids=_flag(row, "contains_liquids"),
        contains_battery_pi966=_flag(row, "contains_battery_pi966"),
        contains_battery_pi967=_flag(row, "contains_battery_pi967"),
        updated_at=row.moment("updated_at"),
    )


def _flag(row: Reader, key: str) -> bool | None:
    """None where it was never said."""
    return row.flag(key) if row.text(key) else None


def categories(body: Any, *, operation: str) -> Page[ItemCategory]:
    return page_of(body, operation, "item_categories", _category)


def _category(row: Reader) -> ItemCategory:
    return ItemCategory(
        category_ref=row.need_ref("id"),
        name=row.text("name"),
        slug=row.text("slug"),
        hs_code=row.text("hs_code"),
        is_active=_flag(row, "active") is not False,
    )


def hs_codes(body: Any, *, operation: str) -> Page[HsCode]:
    return page_of(body, operation, "hs_codes", _hs_code)


def _hs_code(row: Reader) -> HsCode:
    return HsCode(code=row.need_text("code"), description=row.text("description"))


def boxes(body: Any, *, operation: str) -> Page[Box]:
    return page_of(body, operation, "boxes", _box)


def box(body: Any, *, operation: str) -> Box:
    return _box(Reader(body, platform=NAME, operation=operation).need_child("box"))


def _box(row: Reader) -> Box:
    size, courier = row.need_child("outer_dimensions"), row.child("courier")
    return Box(
        box_ref=row.need_ref("id"),
        name=row.text("name"),
        slug=row.text("slug"),
        length_mm=size.millimetres("length", CM) or 0,
        width_mm=size.millimetres("width", CM) or 0,
        height_mm=size.millimetres("height", CM) or 0,
        weight_g=row.grams("weight", KG) or 0,
        kind=row.text("type"),
        carrier=carrier_of(courier.text("umbrella_name")) if courier else "",
    )


def courier_services(body: Any, *, operation: str) -> Page[CourierService]:
    return page_of(body, operation, "courier_services", _service)


def _service(row: Reader) -> CourierService:
    return CourierService(
        service_ref=row.need_ref("id"),
        name=row.text("name"),
        carrier=carrier_of(row.text("umbrella_name")),
        courier_ref=row.ref("courier_id"),
        country=row.text("country_alpha2"),
        is_active=_flag(row, "active") is not False,
        domestic=row.flag("domestic"),
        international=row.flag("international"),
        incoterms=row.texts("supported_incoterms"),
        handover_options=row.texts("available_handover_options"),
    )


def unavailable_services(body: Any, *, operation: str) -> Page[UnavailableService]:
    return page_of(body, operation, "unavailable_couriers", _unavailable)


def _unavailable(row: Reader) -> UnavailableService:
    return UnavailableService(
        service_ref=row.ref("id"), name=row.text("name"), reason=row.text("message")
    )
