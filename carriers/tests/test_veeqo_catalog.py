"""Every Veeqo call about products, stock and stores: sent, addressed, read, refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest

from carriers.contracts import (
    DeliveryMethod,
    ListedProduct,
    ListedSellable,
    Page,
    PlatformItem,
    PlatformWarehouse,
    SellableChange,
    StockEntry,
    Store,
)
from carriers.tests.border import (
    NOT_FOUND,
    VEEQO_URL,
    Case,
    CaseChecks,
    fixture,
    veeqo_client,
)
from carriers.tests.veeqo_bodies import (
    COUNTED,
    INFINITY,
    PAGE_1,
    PLAN,
    PLAN_WORDS,
    SINCE,
    SOLD,
)

NOT_FOUND_PRODUCT: dict[str, Any] = NOT_FOUND | {
    "refused": (404, {"status": "404", "error": "Not Found"}),
    "refusal": "Not Found",
}
STOCK = StockEntry(
    item_ref="612044",
    warehouse_ref="31007",
    physical=75,
    allocated=2,
    available=73,
    location="A-03-2",
    updated_at=datetime(2026, 9, 14, 13, 2, 44, 190000, tzinfo=UTC),
)
LAMP = ListedProduct(
    product_ref="288310",
    title="Desk lamp",
    description="LED desk lamp",
    updated_at=SOLD,
    sellables=(
        ListedSellable(
            item_ref="612044",
            product_ref="288310",
            sku="LMP-GRN",
            title="Desk lamp Green",
            kind="ProductVariant",
            barcode="0810000012349",
            price=Decimal("18.5"),
            cost_price=Decimal("7.25"),
            weight_g=340,
            length_mm=254,
            width_mm=152,
            height_mm=102,
            origin_country="US",
            updated_at=SOLD,
            stock=(
                StockEntry(
                    item_ref="612044",
                    warehouse_ref="31007",
                    physical=60,
                    allocated=2,
                    available=58,
                    location="A-03-2",
                    updated_at=SOLD,
                ),
            ),
        ),
    ),
)

CASES = [
    Case(
        name="find_items",
        call=lambda c: c.find_items("LMP-GRN"),
        method="GET",
        path="/products",
        query=(("query", "LMP-GRN"), *PAGE_1),
        answer=fixture("veeqo/list_products"),
        headers=COUNTED,
        result=(PlatformItem(item_ref="612044", sku="LMP-GRN", title="Desk lamp Green"),),
        **INFINITY,
    ),
    Case(
        name="list_products",
        call=lambda c: c.list_products(updated_since=SINCE),
        method="GET",
        path="/products",
        query=(("updated_at_min", "2026-09-14 12:55:00"), *PAGE_1),
        answer=fixture("veeqo/list_products"),
        headers={"X-Total-Count": "101", "X-Total-Pages-Count": "2"},
        result=Page(rows=(LAMP,), next_page=2, total=101),
        **INFINITY,
    ),
    Case(
        name="get_product",
        call=lambda c: c.get_product("288310"),
        method="GET",
        path="/products/288310",
        answer=fixture("veeqo/list_products")[0],
        result=LAMP,
        **NOT_FOUND_PRODUCT,
    ),
    Case(
        name="update_sellables",
        call=lambda c: c.update_sellables(
            "288310",
            [
                SellableChange(item_ref="612044", price=Decimal("19.00"), weight_g=345),
                SellableChange(item_ref="612045", title="Blue", sku="LMP-BLU", barcode="123"),
            ],
        ),
        method="PUT",
        path="/products/288310",
        body={
            "product": {
                "product_variants_attributes": [
                    {"id": 612044, "price": "19.00", "weight_grams": 345},
                    {"id": 612045, "title": "Blue", "sku_code": "LMP-BLU", "upc_code": "123"},
                ]
            }
        },
        answer=fixture("veeqo/list_products")[0],
        result=LAMP,
        **NOT_FOUND_PRODUCT,
    ),
    Case(
        name="get_stock",
        call=lambda c: c.get_stock("612044", "31007"),
        method="GET",
        path="/sellables/612044/warehouses/31007/stock_entry",
        answer=fixture("veeqo/stock_entry"),
        result=STOCK,
        **NOT_FOUND,
    ),
    Case(
        name="set_stock",
        call=lambda c: c.set_stock("612044", "31007", physical=75, location="A-03-2"),
        method="PUT",
        path="/sellables/612044/warehouses/31007/stock_entry",
        body=fixture("veeqo/set_stock.request"),
        answer=fixture("veeqo/stock_entry"),
        result=STOCK,
        refused=PLAN,
        refusal=PLAN_WORDS,
    ),
    Case(
        name="list_warehouses",
        call=lambda c: c.list_warehouses(),
        method="GET",
        path="/warehouses",
        query=PAGE_1,
        answer=[
            *fixture("veeqo/list_warehouses"),
            {"id": 31008, "name": "Closed", "deleted_at": "2026-01-01T00:00:00.000Z"},
        ],
        headers=COUNTED,
        result=(PlatformWarehouse(warehouse_ref="31007", name="Tacoma DC"),),
        refused=PLAN,
        refusal=PLAN_WORDS,
    ),
    Case(
        name="list_stores",
        call=lambda c: c.list_stores(type_code="direct"),
        method="GET",
        path="/channels",
        query=(("type_code", "direct"), *PAGE_1),
        answer=fixture("veeqo/list_stores"),
        result=(
            Store(
                store_ref="40233",
                name="Web shop",
                type_code="direct",
                currency="USD",
                default_warehouse_ref="31007",
            ),
        ),
        refused=PLAN,
        refusal=PLAN_WORDS,
    ),
    Case(
        name="list_delivery_methods",
        call=lambda c: c.list_delivery_methods(),
        method="GET",
        path="/delivery_methods",
        query=PAGE_1,
        answer=fixture("veeqo/list_delivery_methods"),
        result=(
            DeliveryMethod(method_ref="88120", name="Standard", cost=Decimal("4.95")),
            DeliveryMethod(method_ref="88121", name="Express", cost=Decimal("14.0")),
        ),
        refused=PLAN,
        refusal=PLAN_WORDS,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = VEEQO_URL
    client = staticmethod(veeqo_client)
