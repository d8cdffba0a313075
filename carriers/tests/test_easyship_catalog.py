"""Every Easyship call about products, boxes, services and addresses: sent, read, refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

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
from carriers.easyship import parse_catalog
from carriers.errors import UpstreamMalformed, UpstreamNotFound
from carriers.tests.border import (
    EASYSHIP_URL,
    WAREHOUSE,
    Case,
    CaseChecks,
    easyship_client,
    fixture,
)
from carriers.tests.test_easyship_shipping import ADDRESS_REF, BAD_TOKEN, ORIGIN, PAGE_1
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress

ITEM_REF = "6d7e8f90-a1b2-4c3d-8e4f-506172839405"
KITE = CatalogItem(
    item_ref=ITEM_REF,
    sku="KITE-01",
    title="Nylon stunt kite",
    category_ref="12",
    category="Toys",
    weight_g=450,
    length_mm=600,
    width_mm=80,
    height_mm=80,
    hs_code="95030089",
    origin_country="US",
    cost_price=Money(Decimal("9.2"), "USD"),
    selling_price=Money(Decimal("24.5"), "USD"),
    external_ref="4411",
    barcode="0012345678905",
    pick_location="A-07",
    image_url="https://cdn.northwind.example/kite-01.png",
    updated_at=datetime(2026, 8, 30, 10, tzinfo=UTC),
)
DRAFT = CatalogItemDraft(
    sku="KITE-01",
    title="Nylon stunt kite",
    category_ref=12,
    weight_g=450,
    length_mm=600,
    width_mm=80,
    height_mm=80,
    hs_code="95030089",
    origin_country="US",
    cost_price=Money(Decimal("9.2"), "USD"),
    selling_price=Money(Decimal("24.5"), "USD"),
    external_ref="4411",
    barcode="0012345678905",
    pick_location="A-07",
    image_url="https://cdn.northwind.example/kite-01.png",
)
NO_SKU: dict[str, Any] = {
    "refused": (422, {"error": {"details": ["Identifier can't be blank"]}}),
    "refusal": "Identifier can't be blank",
}
NO_PRODUCT: dict[str, Any] = {
    "refused": (404, {"error": {"details": ["The Product was not found"]}}),
    "refusal": "The Product was not found",
    "kind": UpstreamNotFound,
}
NO_CITY = "#/components/schemas/AddressCreate missing required parameters: city"
HOUSE = PostalAddress(
    address_1="77 Marigold Lane", city="Denver", state="CO", postal_code="80205", country="US"
)

CASES = [
    Case(
        name="list_products",
        call=lambda c: c.list_products(),
        method="GET",
        path="/2024-09/products",
        query=PAGE_1,
        answer=fixture("easyship/list_products"),
        result=Page(rows=(KITE,), total=1),
        **BAD_TOKEN,
    ),
    Case(
        name="find_products_by_sku",
        call=lambda c: c.list_products(sku="KITE-01"),
        method="GET",
        path="/2024-09/products",
        query=(("sku", "KITE-01"), *PAGE_1),
        answer=fixture("easyship/list_products"),
        result=Page(rows=(KITE,), total=1),
        **BAD_TOKEN,
    ),
    Case(
        name="create_product",
        call=lambda c: c.create_product(DRAFT),
        method="POST",
        path="/2024-09/products",
        body={
            key: value
            for key, value in fixture("easyship/create_product.request").items()
            if value is not None
        },
        status=201,
        answer=fixture("easyship/create_product"),
        result=KITE,
        **NO_SKU,
    ),
    Case(
        name="update_product",
        call=lambda c: c.update_product(
            ITEM_REF,
            CatalogItemDraft(weight_g=500, selling_price=Money(Decimal("26.00"), "USD")),
        ),
        method="PATCH",
        path=f"/2024-09/products/{ITEM_REF}",
        body={"weight": 0.5, "selling_price": 26.0, "selling_price_currency": "USD"},
        answer=fixture("easyship/create_product"),
        result=KITE,
        **NO_PRODUCT,
    ),
    Case(
        name="delete_product",
        call=lambda c: c.delete_product(ITEM_REF),
        method="DELETE",
        path=f"/2024-09/products/{ITEM_REF}",
        answer=fixture("easyship/delete_product"),
        result=None,
        **NO_PRODUCT,
    ),
    Case(
        name="list_categories",
        call=lambda c: c.list_categories(),
        method="GET",
        path="/2024-09/item_categories",
        query=PAGE_1,
        answer=fixture("easyship/list_item_categories"),
        result=Page(
            rows=(ItemCategory(category_ref="12", name="Toys", slug="toys", hs_code="95030000"),),
            total=1,
        ),
        **BAD_TOKEN,
    ),
    Case(
        name="search_hs_codes",
        call=lambda c: c.search_hs_codes(description="kite"),
        method="GET",
        path="/2024-09/hs_codes",
        query=(("description", "kite"), *PAGE_1),
        answer=fixture("easyship/search_hs_codes"),
        result=Page(rows=(HsCode(code="95030089", description="Kites"),), next_page=2, total=140),
        **BAD_TOKEN,
    ),
    Case(
        name="list_boxes",
        call=lambda c: c.list_boxes(),
        method="GET",
        path="/2024-09/boxes",
        query=PAGE_1,
        answer=fixture("easyship/list_boxes"),
        result=Page(
            rows=(
                Box(
                    box_ref="90a1b2c3-d4e5-4f60-8172-8394a5b6c7d8",
                    name="Kite tube",
                    slug="kite-tube",
                    length_mm=620,
                    width_mm=200,
                    height_mm=120,
                    weight_g=200,
                    kind="box",
                ),
            ),
            total=1,
        ),
        **BAD_TOKEN,
    ),
    Case(
        name="create_box",
        call=lambda c: c.create_box(
            name="Wood box",
            length=Decimal(14),
            width=Decimal(12),
            height=Decimal(12),
            weight=Decimal(2),
        ),
        method="POST",
        path="/2024-09/boxes",
        body={
            "name": "Wood box",
            "outer_length": 14.0,
            "outer_width": 12.0,
            "outer_height": 12.0,
            "weight": 2.0,
        },
        status=201,
        answer=fixture("easyship/create_box"),
        result=Box(
            box_ref="01563646-58c1-4607-8fe0-cae3e33c0003",
            name="Wood box",
            slug="wood-box",
            length_mm=356,
            width_mm=305,
            height_mm=305,
            weight_g=907,
            kind="box",
        ),
        refused=(422, {"error": {"details": ["Name can't be blank", "Outer length is bad"]}}),
        refusal="Name can't be blank Outer length is bad",
    ),
    Case(
        name="list_courier_services",
        call=lambda c: c.list_courier_services(country="US"),
        method="GET",
        path="/2024-09/courier_services",
        query=(("country_alpha2", "US"), *PAGE_1),
        answer=fixture("easyship/list_courier_services"),
        result=Page(
            rows=(
                CourierService(
                    service_ref="7a91d5e4-02b6-4f3c-8d40-9be2c1f7e622",
                    name="USPS - Priority Mail",
                    carrier="USPS",
                    courier_ref="c4b7e2d0-51a8-4d9e-b3f6-2a0d9c8e7733",
                    country="US",
                    domestic=True,
                    incoterms=("DDU",),
                    handover_options=("dropoff", "free_pickup"),
                ),
            ),
            total=1,
        ),
        **BAD_TOKEN,
    ),
    Case(
        name="list_warehouses",
        call=lambda c: c.list_warehouses(),
        method="GET",
        path="/2024-09/addresses",
        query=PAGE_1,
        answer=fixture("easyship/list_addresses"),
        result=(PlatformWarehouse(warehouse_ref=ADDRESS_REF, name="Northwind Kites"),),
        **BAD_TOKEN,
    ),
    Case(
        name="list_addresses",
        call=lambda c: c.list_addresses(),
        method="GET",
        path="/2024-09/addresses",
        query=PAGE_1,
        answer=fixture("easyship/list_addresses"),
        result=Page(rows=(SavedAddress(address_ref=ADDRESS_REF, address=WAREHOUSE),), total=1),
        **BAD_TOKEN,
    ),
    Case(
        name="create_address",
        call=lambda c: c.create_address(WAREHOUSE),
        method="POST",
        path="/2024-09/addresses",
        body=ORIGIN,
        status=201,
        answer=fixture("easyship/create_address"),
        result=SavedAddress(address_ref=ADDRESS_REF, address=WAREHOUSE),
        refused=(422, {"error": {"details": [NO_CITY]}}),
        refusal=NO_CITY,
    ),
    Case(
        name="update_address",
        call=lambda c: c.update_address(ADDRESS_REF, WAREHOUSE),
        method="PATCH",
        path=f"/2024-09/addresses/{ADDRESS_REF}",
        body=ORIGIN,
        answer=fixture("easyship/create_address"),
        result=SavedAddress(address_ref=ADDRESS_REF, address=WAREHOUSE),
        refused=(404, {"error": {"details": ["The Address was not found"]}}),
        refusal="The Address was not found",
        kind=UpstreamNotFound,
    ),
    Case(
        name="validate_address",
        call=lambda c: c.validate_address(HOUSE),
        method="POST",
        path="/2024-09/addresses/validations",
        body=fixture("easyship/validate_address.request"),
        answer=fixture("easyship/validate_address"),
        result=AddressVerdict(
            status="verified",
            detail="",
            changes="minor",
            corrected=PostalAddress(
                address_1="77 Marigold Ln",
                city="Denver",
                state="CO",
                postal_code="80205-1188",
                country="US",
            ),
        ),
        refused=(422, {"error": {"details": [NO_CITY]}}),
        refusal=NO_CITY,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = EASYSHIP_URL
    client = staticmethod(easyship_client)


@pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "null"])
@pytest.mark.parametrize(
    "key",
    ["item_category", "weight", "length", "cost_price", "cost_price_currency", "hs_code", "name"],
)
def test_product_lives_without_what_may_be_null(key: str, is_missing: bool) -> None:
    body = fixture("easyship/list_products")
    if is_missing:
        del body["products"][0][key]
    else:
        body["products"][0][key] = None

    (item,) = parse_catalog.products(body, operation="list_products").rows

    assert (item.item_ref, item.sku) == (ITEM_REF, "KITE-01")


def test_unstated_battery_is_told_from_none() -> None:
    body = fixture("easyship/list_products")
    body["products"][0]["contains_battery_pi966"] = False

    (item,) = parse_catalog.products(body, operation="list_products").rows

    assert (item.contains_battery_pi966, item.contains_battery_pi967) == (False, None)


def test_numbers_as_text_are_read() -> None:
    body = fixture("easyship/list_products")
    body["products"][0] |= {"weight": "0.45", "length": "60.0", "cost_price": "9.20"}

    (item,) = parse_catalog.products(body, operation="list_products").rows

    assert (item.weight_g, item.length_mm, item.cost_price) == (
        450,
        600,
        Money(Decimal("9.20"), "USD"),
    )


@pytest.mark.parametrize("body", [None, [], {}, {"products": None}, {"products": {}}])
def test_missing_list_is_not_an_empty_one(body: object) -> None:
    with pytest.raises(UpstreamMalformed):
        parse_catalog.products(body, operation="list_products")


def test_list_without_paging_has_no_next_page() -> None:
    page = parse_catalog.products({"products": []}, operation="list_products")

    assert page == Page(rows=())
