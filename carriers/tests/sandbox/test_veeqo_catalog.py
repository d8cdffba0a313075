"""Products, stock entries, warehouses, stores and delivery methods at Veeqo."""

from __future__ import annotations

from typing import Any

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NEVADA = 31007
PRODUCT = {
    "title": "Stunt kite",
    "product_variants_attributes": [
        {"title": "Red", "sku_code": "KITE-RED", "price": "24.50", "weight_grams": 450}
    ],
}


def create(twin: RunningTwin) -> Any:
    return twin.veeqo("POST", "/products", {"product": PRODUCT})


def test_products_nest_their_sellables_with_stock(twin: RunningTwin) -> None:
    [product] = twin.veeqo("GET", "/products?query=trm-grn").json()

    green = next(row for row in product["sellables"] if row["sku_code"] == "TRM-GRN")
    assert product["title"] == "Trail Mug"
    assert green["type"] == "ProductVariant"
    assert (green["price"], green["weight_grams"]) == (18.5, 280)
    assert green["stock_level_at_all_warehouses"] == 185
    assert {entry["warehouse"]["name"] for entry in green["stock_entries"]} == {
        "Reno DC", "Ontario DC", "Buffalo DC", "London DC",
    }  # fmt: skip


def test_a_created_product_is_found_by_sku(twin: RunningTwin) -> None:
    answer = create(twin)

    assert answer.status_code == 201
    [found] = twin.veeqo("GET", "/products?query=KITE-RED").json()
    assert found["id"] == answer.json()["id"]
    assert found["sellables"][0]["stock_entries"] == []
    assert twin.veeqo("GET", f"/products/{found['id']}").json()["title"] == "Stunt kite"


def test_a_product_without_a_title_is_refused(twin: RunningTwin) -> None:
    answer = twin.veeqo("POST", "/products", {"product": PRODUCT | {"title": ""}})

    assert answer.status_code == 400
    assert twin.veeqo("GET", "/products?query=KITE-RED").json() == []


def test_an_update_changes_what_is_searched_and_what_stands_on_orders(twin: RunningTwin) -> None:
    product = create(twin).json()
    variant = {"id": product["sellables"][0]["id"], "price": 0, "sku_code": "KITE-R"}
    changes = {"title": "Delta kite", "product_variants_attributes": [variant]}

    answer = twin.veeqo("PUT", f"/products/{product['id']}", {"product": changes})

    assert answer.status_code == 200
    [found] = twin.veeqo("GET", "/products?query=delta").json()
    [sellable] = found["sellables"]
    assert (sellable["sku_code"], sellable["price"]) == ("KITE-R", 0.0)
    assert (sellable["weight_grams"], sellable["full_title"]) == (450, "Delta kite Red")


def test_an_unknown_attribute_of_a_product_is_a_500(twin: RunningTwin) -> None:
    product = create(twin).json()

    answer = twin.veeqo("PUT", f"/products/{product['id']}", {"product": {"colour": "red"}})

    assert answer.status_code == 500


def test_products_changed_since(twin: RunningTwin) -> None:
    twin.advance(86400)
    product = create(twin).json()

    found = twin.veeqo("GET", f"/products?updated_at_min={product['updated_at']}").json()

    assert [row["id"] for row in found] == [product["id"]]


def test_sellables_page_by_per_page(twin: RunningTwin) -> None:
    first = twin.veeqo("GET", "/sellables?per_page=5").json()
    second = twin.veeqo("GET", "/sellables?per_page=5&page=2").json()

    assert (len(first), len(second)) == (5, 5)
    assert not {row["id"] for row in first} & {row["id"] for row in second}


def test_a_stock_entry_is_set_and_not_shifted(twin: RunningTwin) -> None:
    steps.made(twin, line_items_attributes=[steps.line(twin, 13)])
    path = f"/sellables/{steps.sellable(twin)}/warehouses/{NEVADA}/stock_entry"
    body = {"stock_entry": {"physical_stock_level": 9, "infinite": False, "location": "A-07"}}

    answers = [twin.veeqo("PUT", path, body) for _ in range(2)]

    assert {answer.status_code for answer in answers} == {200}
    assert steps.levels(answers[1].json()) == (9, 13, -4)
    assert answers[1].json()["location"] == "A-07"


def test_a_stock_entry_of_an_unknown_pair_is_not_found(twin: RunningTwin) -> None:
    path = f"/sellables/1/warehouses/{NEVADA}/stock_entry"

    assert twin.veeqo("GET", path).status_code == 404
    body = {"stock_entry": {"physical_stock_level": 9, "infinite": False}}
    assert twin.veeqo("PUT", path, body).status_code == 404


def test_infinite_stock_is_never_short(twin: RunningTwin) -> None:
    path = f"/sellables/{steps.sellable(twin)}/warehouses/{NEVADA}/stock_entry"
    twin.veeqo("PUT", path, {"stock_entry": {"physical_stock_level": 0, "infinite": True}})

    order = steps.made(twin, line_items_attributes=[steps.line(twin, 500)])

    assert order["status"] == "awaiting_fulfillment"


def test_warehouses_use_their_own_address_keys(twin: RunningTwin) -> None:
    [warehouse] = twin.veeqo("GET", "/warehouses?external_id=CA1").json()

    assert (warehouse["name"], warehouse["post_code"]) == ("Ontario DC", "91761")
    assert warehouse["address_line_2"] == "Dock 7"
    assert twin.veeqo("GET", f"/warehouses/{warehouse['id']}").json() == warehouse
    assert twin.veeqo("GET", "/warehouses/1").status_code == 404


def test_stores_are_found_by_type_with_their_warehouse(twin: RunningTwin) -> None:
    [channel] = twin.veeqo("GET", "/channels?type_code=direct").json()

    assert (channel["id"], channel["state"]) == (40233, "active")
    assert channel["default_warehouse"]["id"] == NEVADA
    assert twin.veeqo("GET", "/channels?type_code=amazon").json() == []


def test_delivery_methods_cost_text(twin: RunningTwin) -> None:
    methods = twin.veeqo("GET", "/delivery_methods").json()

    assert [(method["name"], method["cost"]) for method in methods] == [
        ("Standard", "4.95"),
        ("Express", "14.0"),
    ]
    assert twin.veeqo("GET", "/delivery_methods/88120").json()["name"] == "Standard"
