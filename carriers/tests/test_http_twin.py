"""The clients and the twin, written from the same reference, understand each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from carriers.contracts import (
    CatalogItemDraft,
    Consignment,
    LabelOrder,
    OrderChange,
    SellableChange,
)
from carriers.easyship.client import EasyshipClient
from carriers.easyship.refusals import RULES as EASYSHIP_RULES
from carriers.errors import UpstreamNotFound, UpstreamRefused
from carriers.tests.border import BUYER, ITEM, WAREHOUSE, consignment, make_session
from carriers.tests.own_twin import twin_of
from carriers.veeqo.client import VeeqoClient
from shipping_project.kernel.money import Money

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("twin")
    with twin_of(folder) as url:
        yield url


@pytest.fixture
def veeqo(twin: str) -> VeeqoClient:
    return VeeqoClient(make_session(twin, key="vk-probe"), label_timeout_s=5)


@pytest.fixture
def easyship(twin: str) -> EasyshipClient:
    session = make_session(twin, platform="easyship", rules=EASYSHIP_RULES, bearer="ek-probe")
    return EasyshipClient(session, label_timeout_s=5)


@pytest.fixture
def sendable(veeqo: VeeqoClient) -> Consignment:
    """Two of the first sellable, from the first warehouse."""
    sellable = veeqo.list_products().rows[0].sellables[0]
    warehouse = veeqo.list_warehouses()[0]
    item = replace(ITEM, item_ref=sellable.item_ref, sku=sellable.sku)
    return consignment(items=(item,), warehouse_ref=warehouse.warehouse_ref)


class TestVeeqo:
    def test_every_product_is_listed_once(self, veeqo: VeeqoClient) -> None:
        page = veeqo.list_products()

        refs = [product.product_ref for product in page.rows]
        assert page.total == len(refs) == len(set(refs))
        assert page.next_page is None

    def test_changed_price_is_read_back(self, veeqo: VeeqoClient) -> None:
        product = veeqo.list_products().rows[-1]
        sellable = product.sellables[0]
        change = SellableChange(item_ref=sellable.item_ref, price=Decimal("77.70"))

        veeqo.update_sellables(product.product_ref, [change])

        again = veeqo.get_product(product.product_ref).sellables
        assert {each.item_ref: each.price for each in again}[sellable.item_ref] == Decimal("77.7")

    def test_stock_is_set_and_read_back(self, veeqo: VeeqoClient) -> None:
        entry = veeqo.list_products().rows[0].sellables[0].stock[0]

        veeqo.set_stock(entry.item_ref, entry.warehouse_ref, physical=321)

        read = veeqo.get_stock(entry.item_ref, entry.warehouse_ref)
        assert (read.physical, read.allocated, read.available) == (
            321,
            entry.allocated,
            321 - entry.allocated,
        )

    def test_order_is_made_changed_listed_and_cancelled(
        self, veeqo: VeeqoClient, sendable: Consignment
    ) -> None:
        booking = veeqo.create_order(
            replace(sendable, reference="TWIN-1"), channel_id=40233, delivery_method_id=None
        )
        change = OrderChange(ship_to=replace(BUYER, city="Nampa"), employee_note="Moved")

        veeqo.update_order(booking.platform_ref, change)
        veeqo.add_note(booking.platform_ref, "Called")

        page = veeqo.list_orders(updated_since=LONG_AGO)
        (listed,) = [order for order in page.rows if order.number == "TWIN-1"]
        assert listed.ship_to is not None
        assert listed.ship_to.city == "Nampa"
        assert listed.employee_notes == ("Moved", "Called")
        assert listed.lines[0].sku == sendable.items[0].sku
        veeqo.cancel_order(booking.platform_ref, "Test")
        assert veeqo.get_order(booking.platform_ref).is_cancelled is True

    def test_unknown_order_is_not_found(self, veeqo: VeeqoClient) -> None:
        with pytest.raises(UpstreamNotFound):
            veeqo.get_order("1")


class TestEasyship:
    def test_rates_are_those_of_a_shipment(self, easyship: EasyshipClient) -> None:
        asked = easyship.get_rates(consignment(reference="TWIN-2"))
        made = easyship.create_shipment(consignment(reference="TWIN-2"))

        assert asked != ()
        assert {quote.service_ref for quote in asked} == {
            quote.service_ref for quote in made.quotes
        }

    def test_changed_shipment_is_listed(self, easyship: EasyshipClient) -> None:
        booking = easyship.create_shipment(consignment(reference="TWIN-3"))

        easyship.update_destination(booking.platform_ref, replace(BUYER, city="Nampa"))

        page = easyship.list_shipments(updated_since=LONG_AGO)
        assert "TWIN-3" in [listed.reference for listed in page.rows]

    def test_label_batch_takes_what_it_is_given(self, easyship: EasyshipClient) -> None:
        booking = easyship.create_shipment(consignment(reference="TWIN-4"))
        order = LabelOrder(
            platform_ref=booking.platform_ref, service_ref=booking.quotes[0].service_ref
        )

        batch = easyship.create_label_batch([order])

        assert easyship.get_batch(batch.batch_ref).total == 1
        assert len(easyship.list_batch_items(batch.batch_ref).rows) == 1

    def test_label_is_charged_and_its_charge_listed(self, easyship: EasyshipClient) -> None:
        booking = easyship.create_shipment(consignment(reference="TWIN-5"))
        before = easyship.get_credit().available
        service = booking.quotes[0]

        bought = easyship.buy_label(booking.platform_ref, service.service_ref)

        assert bought.label is not None
        after = easyship.get_credit().available
        assert before.amount - after.amount == service.price.amount
        charges = easyship.list_shipment_charges(booking.platform_ref).rows
        assert [abs(charge.amount) for charge in charges] == [service.price.amount]
        today = datetime.now(UTC).date()
        records = easyship.list_transaction_records(
            from_date=today - timedelta(days=1), to_date=today + timedelta(days=1)
        )
        assert charges[0] in records.rows

    def test_product_is_made_changed_and_deleted(self, easyship: EasyshipClient) -> None:
        draft = CatalogItemDraft(
            sku="TWIN-KITE",
            title="Kite",
            weight_g=450,
            selling_price=Money(Decimal("24.50"), "USD"),
        )
        made = easyship.create_product(draft)

        easyship.update_product(made.item_ref, CatalogItemDraft(weight_g=500))

        (found,) = easyship.list_products(sku="TWIN-KITE").rows
        assert (found.item_ref, found.weight_g) == (made.item_ref, 500)
        easyship.delete_product(made.item_ref)
        assert easyship.list_products(sku="TWIN-KITE").rows == ()

    def test_product_without_a_sku_is_refused_in_words(self, easyship: EasyshipClient) -> None:
        with pytest.raises(UpstreamRefused) as caught:
            easyship.create_product(CatalogItemDraft(title="Kite"))

        assert caught.value.detail == "Identifier can't be blank"

    def test_address_is_saved_and_listed(self, easyship: EasyshipClient) -> None:
        saved = easyship.create_address(WAREHOUSE)

        assert saved.address == WAREHOUSE
        assert saved in easyship.list_addresses().rows

    def test_webhook_starts_inactive_and_is_switched_on(self, easyship: EasyshipClient) -> None:
        made = easyship.create_webhook("https://hooks.example/easyship", ["shipment_label_created"])

        easyship.activate_webhook(made.webhook_ref)

        states = {hook.webhook_ref: hook.state for hook in easyship.list_webhooks().rows}
        assert (made.state, states[made.webhook_ref]) == ("inactive", "active")
        easyship.delete_webhook(made.webhook_ref)
