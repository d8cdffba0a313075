"""Easyship calls about products, categories, boxes, courier services and saved addresses."""

from __future__ import annotations

from decimal import Decimal

from carriers.client_base import nothing, rows_of_all
from carriers.contracts import (
    AddressVerdict,
    Box,
    CatalogItem,
    CatalogItemDraft,
    CourierService,
    HsCode,
    ItemCategory,
    Page,
    PlatformWarehouse,
    SavedAddress,
)
from carriers.easyship import build_catalog, parse_catalog, parse_handling
from carriers.easyship.calls import EasyshipCalls
from shipping_project.kernel.postal import PostalAddress


class CatalogCalls(EasyshipCalls):
    def list_products(self, *, sku: str = "", page: int = 1) -> Page[CatalogItem]:
        """The whole list, or the products of one SKU: it has no filter by time."""
        if sku:
            params = [("sku", sku)]
            return self._page("list_products", "/products", parse_catalog.products, page, params)
        return self._page("list_products", "/products", parse_catalog.listed_products, page)

    def create_product(self, draft: CatalogItemDraft) -> CatalogItem:
        """Look for the SKU first: nothing there makes one out of two."""
        body = build_catalog.product_body(draft)
        return self._write("create_product", "POST", "/products", parse_catalog.product, body)

    def update_product(self, item_ref: str, draft: CatalogItemDraft) -> CatalogItem:
        body = build_catalog.product_body(draft)
        path = f"/products/{item_ref}"
        return self._write("update_product", "PATCH", path, parse_catalog.product, body)

    def delete_product(self, item_ref: str) -> None:
        self._write("delete_product", "DELETE", f"/products/{item_ref}", nothing)

    def list_categories(self, *, page: int = 1) -> Page[ItemCategory]:
        return self._page("list_categories", "/item_categories", parse_catalog.categories, page)

    def search_hs_codes(
        self, *, code: str = "", description: str = "", page: int = 1
    ) -> Page[HsCode]:
        told = {"code": code, "description": description}
        params = [(key, value) for key, value in told.items() if value]
        return self._page("search_hs_codes", "/hs_codes", parse_catalog.hs_codes, page, params)

    def list_boxes(self, *, page: int = 1) -> Page[Box]:
        return self._page("list_boxes", "/boxes", parse_catalog.boxes, page)

    def create_box(
        self, *, name: str, length: Decimal, width: Decimal, height: Decimal, weight: Decimal
    ) -> Box:
        """In the units of the account; the answer is metric whatever they are."""
        body = build_catalog.box_body(
            name=name, length=length, width=width, height=height, weight=weight
        )
        return self._write("create_box", "POST", "/boxes", parse_catalog.box, body)

    def list_courier_services(self, *, country: str = "", page: int = 1) -> Page[CourierService]:
        params = [("country_alpha2", country)] if country else []
        parse = parse_catalog.courier_services
        return self._page("list_courier_services", "/courier_services", parse, page, params)

    def list_warehouses(self) -> tuple[PlatformWarehouse, ...]:
        """Active saved addresses, which stand for warehouses here."""

        def page_of(page: int) -> Page[PlatformWarehouse]:
            return self._page("list_warehouses", "/addresses", parse_handling.warehouses, page)

        return tuple(rows_of_all(page_of))

    def list_addresses(self, *, page: int = 1) -> Page[SavedAddress]:
        return self._page("list_addresses", "/addresses", parse_handling.saved_addresses, page)

    def create_address(self, address: PostalAddress) -> SavedAddress:
        body = build_catalog.saved_address_body(address)
        parse = parse_handling.saved_address
        return self._write("create_address", "POST", "/addresses", parse, body)

    def update_address(self, address_ref: str, address: PostalAddress) -> SavedAddress:
        body = build_catalog.saved_address_body(address)
        path = f"/addresses/{address_ref}"
        return self._write("update_address", "PATCH", path, parse_handling.saved_address, body)

    def validate_address(self, address: PostalAddress) -> AddressVerdict:
        """Metered there. Only `verified` is a documented status; others occur."""
        body = build_catalog.address_question_body(address)
        path = "/addresses/validations"
        return self._ask("validate_address", path, parse_handling.address_verdict, body)
