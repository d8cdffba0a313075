"""What a platform lists, as values that can be compared with a sellable's. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from carriers.contracts import CatalogItem, ListedProduct, ListedSellable
from catalog.rules.merge import FIELDS, Group, Value

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem:
    """One SKU of a list. `values` holds only what the platform states."""

    item_ref: str
    parent_ref: str
    sku: str
    title: str
    is_deleted: bool = False
    values: dict[str, Value] = field(default_factory=dict)


def items_of_product(product: ListedProduct) -> tuple[ListedItem, ...]:
    return tuple(_of_sellable(row, product) for row in product.sellables)


def _of_sellable(row: ListedSellable, product: ListedProduct) -> ListedItem:
    """Without prices: Veeqo tells them without a currency."""
    stated = {name: getattr(row, name) for name in _names(Group.MEASURES, Group.CUSTOMS)}
    stated |= {"title": row.title, "barcode": row.barcode}
    return ListedItem(
        item_ref=row.item_ref,
        parent_ref=row.product_ref,
        sku=row.sku,
        title=row.title,
        is_deleted=row.is_deleted or product.is_deleted,
        values=_stated(stated),
    )


def item_of_row(row: CatalogItem) -> ListedItem:
    names = (*_names(Group.MEASURES, Group.GOODS), "hs_code", "origin_country", "image_url")
    stated: dict[str, Value | None] = {name: getattr(row, name) for name in names}
    stated |= {"title": row.title, "barcode": row.barcode, **_prices(row)}
    return ListedItem(
        item_ref=row.item_ref,
        parent_ref=row.store_ref,
        sku=row.sku,
        title=row.title,
        values=_stated(stated),
    )


def _prices(row: CatalogItem) -> dict[str, Value | None]:
    prices: dict[str, Value | None] = {}
    if row.selling_price is not None:
        prices["price"] = amount_text(row.selling_price.amount)
        prices["currency"] = row.selling_price.currency
    if row.cost_price is not None:
        prices["cost"] = amount_text(row.cost_price.amount)
        prices["cost_currency"] = row.cost_price.currency
    return prices


def amount_text(amount: Decimal) -> str:
    return str(amount.quantize(CENT))


def _stated(values: dict[str, Value | None]) -> dict[str, Value]:
    """Blanks, and measures of nought, say nothing."""
    plain = {name: _plain(name, value) for name, value in values.items()}
    return {name: value for name, value in plain.items() if value not in (None, "", 0)}


def _plain(name: str, value: Value | None) -> Value | None:
    if name == "hs_code":
        return re.sub(r"[\s.]", "", str(value or ""))
    return value.strip() if isinstance(value, str) else value


def _names(*groups: Group) -> tuple[str, ...]:
    return tuple(name for group in groups for name in FIELDS[group])
