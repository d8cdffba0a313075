"""How tolerant the reading of Veeqo is, and where it must not be."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from carriers.contracts import Booking, RateQuote
from carriers.errors import (
    UpstreamMalformed,
)
from carriers.tests.border import fixture
from carriers.veeqo import parse, parse_catalog, parse_orders
from carriers.veeqo.build import split_name
from carriers.veeqo.codes import currency_of
from carriers.veeqo.refusals import error_texts
from shipping_project.kernel.money import Money

BOOKING = Booking(
    platform_ref="5501874",
    reference="SHOP-10482",
    parcel_ref="9046613",
    allocation_refs=("9046613",),
    warehouse_ref="31007",
)
SHIPPED = fixture("veeqo/list_orders")[0]
OPEN = fixture("veeqo/order")


def rates_of(**changes: Any) -> tuple[RateQuote, ...]:
    row = fixture("veeqo/rates")["available"][0] | changes
    return parse.rates({"available": [row]}, operation="get_rates")


class TestOrderReader:
    @pytest.mark.parametrize(
        ("tracking_number", "expected"),
        [
            ("1Z999", "1Z999"),
            (" 1Z999 ", "1Z999"),
            ({"id": 3, "tracking_number": "1Z999"}, "1Z999"),
            ({"value": "1Z999", "carrier": "UPS"}, "1Z999"),
            ({"tracking_number": None, "value": "1Z999"}, "1Z999"),
            (9400100000000000000001, "9400100000000000000001"),
            (None, ""),
            ({}, ""),
        ],
    )
    def test_tracking_number_is_a_text_an_object_or_absent(
        self, tracking_number: object, expected: str
    ) -> None:
        body = copy.deepcopy(SHIPPED)
        body["allocations"][0]["shipment"]["tracking_number"] = tracking_number

        label = parse.order(body, operation="get_order").label

        assert label is not None
        assert (label.label_ref, label.tracking_number) == ("7420551", expected)

    @pytest.mark.parametrize("order_id", [5501874, "5501874"])
    def test_id_is_a_number_or_a_text(self, order_id: object) -> None:
        assert parse.order(OPEN | {"id": order_id}, operation="get_order").platform_ref == "5501874"

    @pytest.mark.parametrize(
        "key", ["deliver_to", "customer", "customer_note", "channel", "employee_notes", "tags"]
    )
    @pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "null"])
    def test_listed_order_lives_without_what_may_be_null(self, key: str, is_missing: bool) -> None:
        body = {name: value for name, value in OPEN.items() if name != key}
        if not is_missing:
            body[key] = None

        order = parse_orders.order(body, operation="list_orders")

        assert order.number == "SHOP-10482"
        assert order.booking == BOOKING

    def test_unknown_keys_and_words_are_read_over(self) -> None:
        body = OPEN | {"status": "in_orbit", "new_key": {"deep": [1]}}

        order = parse_orders.order(body, operation="list_orders")

        assert order.status == "in_orbit"
        assert order.booking.is_cancelled is False

    @pytest.mark.parametrize("allocations", [None, {}, "none"])
    def test_order_without_a_list_of_allocations_proves_nothing(self, allocations: object) -> None:
        with pytest.raises(UpstreamMalformed) as caught:
            parse.order(OPEN | {"allocations": allocations}, operation="get_order")

        assert caught.value.detail == "The answer of veeqo lacks $.allocations[]."

    @pytest.mark.parametrize("shipment", [{}, {"id": None}, [], "7420551"])
    def test_shipment_that_cannot_be_read_is_not_taken_for_none(self, shipment: object) -> None:
        body = copy.deepcopy(OPEN)
        body["allocations"][0]["shipment"] = shipment

        with pytest.raises(UpstreamMalformed):
            parse.order(body, operation="get_order")

    def test_label_on_any_allocation_is_found(self) -> None:
        body = copy.deepcopy(OPEN)
        body["allocations"].append(copy.deepcopy(SHIPPED["allocations"][0]))

        booking = parse.order(body, operation="get_order")

        assert booking.parcel_ref == ""
        assert booking.label is not None
        assert booking.label.label_ref == "7420551"

    def test_charge_without_a_unit_is_no_cost(self) -> None:
        body = copy.deepcopy(SHIPPED)
        body["allocations"][0]["shipment"]["outbound_label_charges"] = {"unit": None, "value": None}

        label = parse.order(body, operation="get_order").label

        assert label is not None
        assert label.cost is None


class TestRates:
    def test_prices_as_numbers(self) -> None:
        (quote,) = rates_of(total_net_charge=7.42, shipping_service_options=None)

        assert quote.price == Money(Decimal("7.42"), "USD")

    @pytest.mark.parametrize(
        ("told", "currency"),
        [("$", "USD"), ("US$", "USD"), ("£", "GBP"), ("€", "EUR"), ("CA$", "CAD"), ("usd", "USD")],
    )
    def test_currency_is_a_symbol_or_a_code(self, told: str, currency: str) -> None:
        (quote,) = rates_of(currency=told)

        assert quote.price.currency == currency

    @pytest.mark.parametrize("told", ["A$", "¥", "kr", "????"])
    def test_price_in_an_unknown_currency_is_not_taken_for_dollars(self, told: str) -> None:
        assert rates_of(currency=told) == ()

    def test_missing_currency_is_that_of_us_labels(self) -> None:
        assert currency_of("") == "USD"

    @pytest.mark.parametrize("change", [{"name": None}, {"total_net_charge": "soon"}])
    def test_rate_without_name_or_price_is_no_offer(self, change: dict[str, Any]) -> None:
        assert rates_of(**change) == ()

    def test_rate_without_options_gets_no_option_key(self) -> None:
        (quote,) = rates_of(shipping_service_options=None)

        assert [key for key in quote.purchase if key.startswith("value_added")] == []

    def test_cheapest_value_of_a_group_is_taken_and_priced_in(self) -> None:
        values: list[dict[str, Any]] = [
            {"value": "SIGNATURE", "price": "3.10", "currency": "USD"},
            {"value": "NO_CONFIRMATION", "price": 0.5, "currency": "USD"},
        ]
        (quote,) = rates_of(shipping_service_options=[option_group(values)])

        assert quote.price == Money(Decimal("7.92"), "USD")
        assert quote.purchase["value_added_service__X"] == "NO_CONFIRMATION"

    def test_value_in_another_currency_is_not_added_up(self) -> None:
        values = [{"value": "SIGNATURE", "price": "3.10", "currency": "GBP"}]

        assert rates_of(shipping_service_options=[option_group(values)]) == ()

    def test_null_list_of_offers_is_an_empty_one(self) -> None:
        assert parse.rates({"available": None}, operation="get_rates") == ()

    def test_answer_without_a_list_of_offers_is_none(self) -> None:
        with pytest.raises(UpstreamMalformed):
            parse.rates({"linked_accounts": []}, operation="get_rates")


def option_group(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"key": "value_added_service__X", "type": "select", "values": values}


class TestCatalogReader:
    def test_kit_without_measures_and_stock(self) -> None:
        body = fixture("veeqo/list_products")
        sellable = body[0]["sellables"][0]
        sellable.update(
            type="Kit", measurement_attributes=None, stock_entries=[], weight_grams=None
        )

        (found,) = parse_catalog.products(body, operation="list_products").rows[0].sellables

        assert (found.kind, found.weight_g, found.length_mm, found.stock) == ("Kit", None, None, ())

    def test_sku_keeps_its_blanks(self) -> None:
        body = fixture("veeqo/list_products")
        body[0]["sellables"][0]["sku_code"] = " lmp-grn "

        (item,) = parse_catalog.items(body, operation="find_items")

        assert item.sku == " lmp-grn "

    def test_available_stock_may_be_negative_and_text(self) -> None:
        body = fixture("veeqo/stock_entry") | {
            "physical_stock_level": "9",
            "allocated_stock_level": 13,
            "available_stock_level": None,
            "infinite": None,
        }

        entry = parse_catalog.stock_entry(body, operation="get_stock")

        assert (entry.physical, entry.allocated, entry.available) == (9, 13, -4)
        assert entry.is_infinite is False

    def test_centimetres_are_read_as_such(self) -> None:
        body = fixture("veeqo/list_products")
        body[0]["sellables"][0]["measurement_attributes"]["dimensions_unit"] = "cm"

        (found,) = parse_catalog.products(body, operation="list_products").rows[0].sellables

        assert (found.length_mm, found.width_mm, found.height_mm) == (100, 60, 40)

    def test_unknown_unit_of_length_is_no_length(self) -> None:
        body = fixture("veeqo/list_products")
        body[0]["sellables"][0]["measurement_attributes"]["dimensions_unit"] = "ells"

        (found,) = parse_catalog.products(body, operation="list_products").rows[0].sellables

        assert found.length_mm is None

    @pytest.mark.parametrize("body", [None, {}, {"products": []}])
    def test_list_that_is_no_list_is_refused(self, body: object) -> None:
        with pytest.raises(UpstreamMalformed):
            parse_catalog.products(body, operation="list_products")


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ({"error_messages": "Not found"}, ["Not found"]),
        ({"error_messages": ["a", "", "b"]}, ["a", "b"]),
        ({"status": "404", "error": "Not Found"}, ["Not Found"]),
        ({"error_messages": None, "error": "Gone"}, ["Gone"]),
        ({"error_messages": ['{"message":"x","errors":[{"message":"too heavy"}]}']}, ["too heavy"]),
        ({"error_messages": ['{"errors":"odd"}']}, ['{"errors":"odd"}']),
        ({"error_messages": ["{not json"]}, ["{not json"]),
        (None, []),
        (["x"], []),
    ],
)
def test_words_of_a_refusal(body: object, texts: list[str]) -> None:
    assert error_texts(body) == texts


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ines Maria Calder", ("Ines Maria", "Calder")),
        ("Ines", ("Ines", "")),
        ("  Ines  ", ("Ines", "")),
        ("", ("", "")),
    ],
)
def test_name_is_split_at_its_last_word(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts
