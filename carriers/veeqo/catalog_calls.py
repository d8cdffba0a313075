"""Veeqo calls about products, sellables, stock, warehouses, stores and delivery methods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from carriers.client_base import rows_of_all
from carriers.contracts import (
    DeliveryMethod,
    ListedProduct,
    Page,
    PlatformItem,
    PlatformWarehouse,
    SellableChange,
    StockEntry,
    Store,
)
from carriers.veeqo import build, parse_catalog
from carriers.veeqo.calls import VeeqoCalls


class CatalogCalls(VeeqoCalls):
    def find_items(self, query: str) -> tuple[PlatformItem, ...]:
        """Sellables by a free-text search over name and SKU; the caller keeps exact SKUs."""

        def page_of(page: int) -> Page[PlatformItem]:
            params = [("query", query)]
            return self._page("find_items", "/products", parse_catalog.items, page, params)

        return tuple(rows_of_all(page_of))

    def list_products(
        self, *, updated_since: datetime | None = None, page: int = 1
    ) -> Page[ListedProduct]:
        params = []
        if updated_since is not None:
            params.append(("updated_at_min", build.filter_moment(updated_since)))
        return self._page("list_products", "/products", parse_catalog.products, page, params)

    def get_product(self, product_ref: str) -> ListedProduct:
        """The one way to read a sellable: it has no documented address of its own."""
        return self._read("get_product", f"/products/{product_ref}", parse_catalog.product)

    def update_sellables(
        self, product_ref: str, changes: Sequence[SellableChange]
    ) -> ListedProduct:
        """Change sellables of one product; the values are absolute, so it may be repeated.

        One integrator saw weights ignored here, so compare what comes back.
        """
        path = f"/products/{product_ref}"
        body = build.sellables_body(changes)
        return self._write("update_sellables", "PUT", path, parse_catalog.product, body)

    def get_stock(self, item_ref: str, warehouse_ref: str) -> StockEntry:
        path = _stock_path(item_ref, warehouse_ref)
        return self._read("get_stock", path, parse_catalog.stock_entry)

    def set_stock(
        self,
        item_ref: str,
        warehouse_ref: str,
        *,
        physical: int,
        is_infinite: bool = False,
        location: str = "",
    ) -> StockEntry:
        """Set the physical level; allocations stay. A paid plan is needed there."""
        body = build.stock_body(physical=physical, is_infinite=is_infinite, location=location)
        path = _stock_path(item_ref, warehouse_ref)
        return self._write("set_stock", "PUT", path, parse_catalog.stock_entry, body)

    def list_warehouses(self) -> tuple[PlatformWarehouse, ...]:
        read = partial(self._page, "list_warehouses", "/warehouses", parse_catalog.warehouses)
        return tuple(rows_of_all(read))

    def list_stores(self, *, type_code: str = "") -> tuple[Store, ...]:
        """Stores that are not deleted; `type_code` such as "direct"."""
        params = [("type_code", type_code)] if type_code else []

        def page_of(page: int) -> Page[Store]:
            return self._page("list_stores", "/channels", parse_catalog.stores, page, params)

        return tuple(store for store in rows_of_all(page_of))

    def list_delivery_methods(self) -> tuple[DeliveryMethod, ...]:
        read = partial(
            self._page,
            "list_delivery_methods",
            "/delivery_methods",
            parse_catalog.delivery_methods,
        )
        return tuple(rows_of_all(read))


def _stock_path(item_ref: str, warehouse_ref: str) -> str:
    return f"/sellables/{item_ref}/warehouses/{warehouse_ref}/stock_entry"
