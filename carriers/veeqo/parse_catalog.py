"""Veeqo's catalog, stock, warehouses and stores → ours. Pure and tolerant."""

from __future__ import annotations

from typing import Any

from carriers.contracts import (
    DeliveryMethod,
    ListedProduct,
    ListedSellable,
    Page,
    Platform,
    PlatformItem,
    PlatformWarehouse,
    StockEntry,
    Store,
    Tag,
)
from carriers.readers import Reader, rows_of, understood

NAME = Platform.VEEQO.value


def items(body: Any, *, operation: str) -> tuple[PlatformItem, ...]:
    """Every sellable of every product, under its SKU as it stands there."""
    return tuple(
        PlatformItem(
            item_ref=sellable.need_ref("id"),
            sku=sellable.exact("sku_code"),
            title=sellable.text("full_title") or sellable.text("title"),
        )
        for product in rows_of(body, platform=NAME, operation=operation)
        for sellable in product.children("sellables")
    )


def products(body: Any, *, operation: str) -> Page[ListedProduct]:
    """The rows of one page, those that cannot be read beside the others."""
    rows, unread = understood(body, _product, platform=NAME, operation=operation)
    return Page(rows=rows, unread=unread)


def product(body: Any, *, operation: str) -> ListedProduct:
    return _product(Reader(body, platform=NAME, operation=operation))


def _product(row: Reader) -> ListedProduct:
    ref = row.need_ref("id")
    return ListedProduct(
        product_ref=ref,
        title=row.text("title"),
        description=row.text("description"),
        is_deleted=bool(row.text("deleted_at")),
        updated_at=row.moment("updated_at"),
        sellables=tuple(_sellable(inner, row) for inner in row.children("sellables")),
    )


def _sellable(row: Reader, product: Reader) -> ListedSellable:
    """Customs data stand on the sellable or else on its product; a kit has no measures."""
    measures = row.child("measurement_attributes")
    unit = measures.text("dimensions_unit") if measures else ""
    return ListedSellable(
        item_ref=row.need_ref("id"),
        product_ref=product.need_ref("id"),
        sku=row.exact("sku_code"),
        title=row.text("full_title") or row.text("title"),
        kind=row.text("type"),
        barcode=row.text("upc_code"),
        price=row.decimal("price"),
        cost_price=row.decimal("cost_price"),
        weight_g=row.grams("weight_grams", "g"),
        length_mm=measures.millimetres("depth", unit) if measures else None,
        width_mm=measures.millimetres("width", unit) if measures else None,
        height_mm=measures.millimetres("height", unit) if measures else None,
        hs_code=row.text("hs_tariff_number") or product.text("hs_tariff_number"),
        origin_country=row.text("origin_country") or product.text("origin_country"),
        customs_description=row.text("customs_description"),
        is_deleted=bool(row.text("deleted_at") or product.text("deleted_at")),
        updated_at=row.moment("updated_at"),
        stock=tuple(_entry(entry) for entry in row.children("stock_entries")),
    )


def stock_entry(body: Any, *, operation: str) -> StockEntry:
    return _entry(Reader(body, platform=NAME, operation=operation))


def _entry(row: Reader) -> StockEntry:
    """`available` is physical less allocated where it is not told."""
    physical = row.whole("physical_stock_level")
    allocated = row.whole("allocated_stock_level") or 0
    available = row.whole("available_stock_level")
    return StockEntry(
        item_ref=row.need_ref("sellable_id"),
        warehouse_ref=row.need_ref("warehouse_id"),
        physical=physical,
        allocated=allocated,
        available=(physical or 0) - allocated if available is None else available,
        incoming=row.whole("incoming_stock_level") or 0,
        is_infinite=row.flag("infinite"),
        location=row.text("location"),
        updated_at=row.moment("updated_at"),
    )


def warehouses(body: Any, *, operation: str) -> tuple[PlatformWarehouse, ...]:
    return tuple(
        PlatformWarehouse(
            warehouse_ref=row.need_ref("id"),
            name=row.text("name"),
            external_code=row.text("external_id"),
        )
        for row in rows_of(body, platform=NAME, operation=operation)
        if not row.text("deleted_at")
    )


def stores(body: Any, *, operation: str) -> tuple[Store, ...]:
    return tuple(
        _store(row)
        for row in rows_of(body, platform=NAME, operation=operation)
        if not row.text("deleted_at")
    )


def _store(row: Reader) -> Store:
    warehouse = row.child("default_warehouse") or row.child("warehouse")
    return Store(
        store_ref=row.need_ref("id"),
        name=row.text("name"),
        type_code=row.text("type_code"),
        currency=row.text("currency_code"),
        is_active=row.text("state") in ("", "active"),
        default_warehouse_ref=warehouse.ref("id") if warehouse else "",
    )


def delivery_methods(body: Any, *, operation: str) -> tuple[DeliveryMethod, ...]:
    return tuple(
        DeliveryMethod(
            method_ref=row.need_ref("id"), name=row.text("name"), cost=row.decimal("cost")
        )
        for row in rows_of(body, platform=NAME, operation=operation)
        if not row.text("deleted_at")
    )


def tags(body: Any, *, operation: str) -> tuple[Tag, ...]:
    return tuple(
        Tag(tag_ref=row.need_ref("id"), name=row.text("name"), colour=row.text("colour"))
        for row in rows_of(body, platform=NAME, operation=operation)
        if not row.text("deleted_at")
    )
