"""What an organization sells, with the units that each warehouse could give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.models import Sellable
from inventory.kits.availability import available_units
from inventory.models import Warehouse
from shipping_project.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseStock:
    """Units of one sellable that are on the shelf and promised to nobody."""

    warehouse: str
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductStock:
    sku: str
    title: str
    price: Money
    stock: tuple[WarehouseStock, ...]

    @property
    def available(self) -> int:
        return sum(item.available for item in self.stock)


def search_products(
    *, organization_id: int, text: str, limit: int = 12
) -> tuple[ProductStock, ...]:
    """Active sellables by SKU or by words of their title; an exact SKU comes first."""
    text = text.replace("\x00", "").strip()
    if not text:
        return ()
    active = Sellable.objects.active().of_organization(organization_id)
    exact = list(active.filter(sku__iexact=text)[:limit])
    known = [sellable.pk for sellable in exact]
    others = active.search(text).exclude(pk__in=known).order_by("sku")[: limit - len(exact)]
    return _with_stock([*exact, *others])


def products_by_sku(*, organization_id: int, skus: Iterable[str]) -> dict[str, ProductStock]:
    """The active sellables among `skus`, which are exact."""
    wanted = sorted({sku for sku in skus if "\x00" not in sku})
    active = Sellable.objects.active().of_organization(organization_id)
    return {product.sku: product for product in _with_stock(list(active.with_skus(wanted)))}


def _with_stock(sellables: Sequence[Sellable]) -> tuple[ProductStock, ...]:
    units = available_units([sellable.pk for sellable in sellables])
    active = Warehouse.objects.filter(is_active=True).order_by("code")
    codes = dict(active.values_list("pk", "code"))
    stock = {
        pk: [
            WarehouseStock(warehouse=code, available=there[warehouse_id])
            for warehouse_id, code in codes.items()
            if warehouse_id in there
        ]
        for pk, there in units.items()
    }
    return tuple(
        ProductStock(
            sku=sellable.sku,
            title=sellable.title,
            price=Money(sellable.price, sellable.currency),
            stock=tuple(stock.get(sellable.pk, [])),
        )
        for sellable in sellables
    )
