"""What the platforms list: products, sellables, stock, stores and boxes.

`*_ref` are the platform's own ids. A value that the platform does not state is None or "".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shipping_project.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class StockEntry:
    """Stock of one sellable in one warehouse. `available` may be negative.

    Source: Veeqo API, stock entry. `physical` is None where none is stated; `incoming` is on
    purchase orders.
    """

    item_ref: str
    warehouse_ref: str
    physical: int | None
    allocated: int
    available: int
    incoming: int = 0
    is_infinite: bool = False
    location: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSellable:
    """What can be sold and has a SKU. Prices carry no currency of their own at Veeqo."""

    item_ref: str
    product_ref: str
    sku: str
    title: str
    kind: str = ""
    barcode: str = ""
    price: Decimal | None = None
    cost_price: Decimal | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    hs_code: str = ""
    origin_country: str = ""
    customs_description: str = ""
    is_deleted: bool = False
    updated_at: datetime | None = None
    stock: tuple[StockEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProduct:
    """A product with its sellables; `is_deleted` once it was taken from the catalog."""

    product_ref: str
    title: str
    description: str = ""
    is_deleted: bool = False
    updated_at: datetime | None = None
    sellables: tuple[ListedSellable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SellableChange:
    """New values of one sellable; None leaves a value as it is."""

    item_ref: str
    title: str | None = None
    sku: str | None = None
    price: Decimal | None = None
    cost_price: Decimal | None = None
    weight_g: int | None = None
    barcode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A sales channel. `default_warehouse_ref` is where its orders are allocated."""

    store_ref: str
    name: str
    type_code: str
    currency: str = ""
    is_active: bool = True
    default_warehouse_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMethod:
    """The shop's own option; no carrier service. Its cost has no currency of its own."""

    method_ref: str
    name: str
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    tag_ref: str
    name: str
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogItem:
    """A product as Easyship keeps it: one SKU each, unique in its store."""

    item_ref: str
    sku: str
    title: str
    store_ref: str = ""
    category_ref: str = ""
    category: str = ""
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    hs_code: str = ""
    origin_country: str = ""
    cost_price: Money | None = None
    selling_price: Money | None = None
    external_ref: str = ""
    barcode: str = ""
    pick_location: str = ""
    image_url: str = ""
    contains_liquids: bool | None = None
    contains_battery_pi966: bool | None = None
    contains_battery_pi967: bool | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogItemDraft:
    """A product to be made or changed there; None and "" are not sent."""

    sku: str = ""
    title: str = ""
    category_ref: int | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    hs_code: str = ""
    origin_country: str = ""
    cost_price: Money | None = None
    selling_price: Money | None = None
    external_ref: str = ""
    barcode: str = ""
    pick_location: str = ""
    image_url: str = ""
    contains_liquids: bool | None = None
    contains_battery_pi966: bool | None = None
    contains_battery_pi967: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCategory:
    category_ref: str
    name: str
    slug: str
    hs_code: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HsCode:
    code: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box of ours, or of a carrier when `carrier` is set. Sizes are outer sizes."""

    box_ref: str
    name: str
    slug: str
    length_mm: int
    width_mm: int
    height_mm: int
    weight_g: int = 0
    kind: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierService:
    """One product of a carrier. `service_ref` is bought; `courier_ref` is the account behind it."""

    service_ref: str
    name: str
    carrier: str
    courier_ref: str
    country: str = ""
    is_active: bool = True
    domestic: bool = False
    international: bool = False
    incoterms: tuple[str, ...] = ()
    handover_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnavailableService:
    service_ref: str
    name: str
    reason: str
