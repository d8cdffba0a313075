"""Tables of prices and currency rates, kept by managers over REST and in the admin."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.test import override_settings

from accounts.models import AuditEntry, Role
from accounts.tests.cases import ApiCase, client_for
from orders.demo.seed import RATE_TABLE
from orders.models import CurrencyRate, TableRate
from orders.rules.rate_table import Carriage
from orders.services.rates import enter_currency_rate, exchange_for, rate_table
from orders.tests.builders import make_organization, make_user, make_warehouse
from shipping_project.kernel.money import Money

TABLES = "/api/v1/routing/rate-tables"
RATES = "/api/v1/routing/currency-rates"
ROW = {
    "platform": "veeqo",
    "carrier": "UPS",
    "service_name": "UPS Ground",
    "up_to_g": 5000,
    "price": "7.90",
    "currency": "USD",
}
HEAD = "platform,carrier,service_name,organization,destination,above_g,up_to_g,price,currency\n"


class RateTableCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.alder = make_organization("alder")
        self.manager = client_for(make_user(Role.MANAGER, username="rita"))


class TableTests(RateTableCase):
    def test_a_manager_keeps_rows_and_the_trail_tells_of_it(self) -> None:
        made = self.manager.post(TABLES, ROW, format="json")
        changed = self.manager.patch(f"{TABLES}/{made.json()['id']}", {"price": "8"}, format="json")
        gone = self.manager.delete(f"{TABLES}/{made.json()['id']}")

        self.assertEqual((made.status_code, changed.json()["price"]), (201, "8.00"))
        self.assertEqual(gone.status_code, 204)
        told = AuditEntry.objects.filter(action__startswith="tablerate.").order_by("id")
        self.assertEqual(
            [entry.action for entry in told],
            ["tablerate.created", "tablerate.changed", "tablerate.deleted"],
        )

    def test_faults_are_told_with_their_fields(self) -> None:
        body = {**ROW, "above_g": 6000, "destination": "ATLANTIS"}

        refused = self.manager.post(TABLES, body, format="json")

        self.assertEqual(refused.status_code, 422)
        self.assertEqual(
            {fault["field"] for fault in refused.json()["errors"]}, {"up_to_g", "destination"}
        )
        self.assertFalse(TableRate.objects.exists())

    def test_a_csv_comes_in_whole_or_not_at_all(self) -> None:
        rows = "veeqo,UPS,Ground,,,0,5000,7.90,USD\neasyship,DHL,Express,alder,EU,0,900,31,EUR\n"
        bad = rows + "veeqo,TNT,Ground,nobody,,0,x,7.90,USD\n"

        taken = self.manager.post(f"{TABLES}/import", {"csv": HEAD + rows}, format="json")
        refused = self.manager.post(f"{TABLES}/import", {"csv": HEAD + bad}, format="json")

        self.assertEqual((taken.json(), TableRate.objects.count()), ({"rows": 2}, 2))
        self.assertEqual(
            {fault["field"] for fault in refused.json()["errors"]},
            {"line 4.carrier", "line 4.organization", "line 4.up_to_g"},
        )

    def test_a_csv_replaces_what_was_there_when_asked_to(self) -> None:
        line = "veeqo,UPS,Ground,,,0,5000,{},USD\n"
        for price in ("7", "8"):
            self.manager.post(
                f"{TABLES}/import",
                {"csv": HEAD + line.format(price), "replace": True},
                format="json",
            )

        self.assertEqual([row.price for row in TableRate.objects.all()], [Decimal(8)])

    def test_columns_and_emptiness_are_told(self) -> None:
        strange = self.manager.post(f"{TABLES}/import", {"csv": "colour\nred\n"}, format="json")
        empty = self.manager.post(f"{TABLES}/import", {"csv": HEAD}, format="json")

        self.assertEqual(
            {fault["code"] for fault in strange.json()["errors"]},
            {"unknown_column", "missing_column"},
        )
        self.assertEqual([fault["code"] for fault in empty.json()["errors"]], ["empty"])

    def test_an_organization_s_own_rows_are_used_for_it_alone(self) -> None:
        make_warehouse("NV")
        TableRate.objects.create(**ROW)
        own = TableRate.objects.create(**{**ROW, "price": "5"}, organization=self.alder)
        other = make_organization("other")
        carriage: dict[str, Any] = {"warehouse": "NV", "origin": "US", "destination": "US"}

        def asked(organization: Any) -> str:
            table = rate_table(organization_id=organization.pk)
            (found,) = table.offers(
                Carriage(organization=organization.slug, weight_g=500, volume_cm3=10, **carriage)
            )
            return found.price

        self.assertEqual((asked(self.alder), asked(other)), (f"{own.price}.00", "7.90"))

    def test_the_demonstration_s_table_is_one_that_can_be_imported(self) -> None:
        answer = self.manager.post(
            f"{TABLES}/import", {"csv": RATE_TABLE.read_text()}, format="json"
        )

        self.assertEqual(answer.json(), {"rows": 42})


class CurrencyTests(RateTableCase):
    def enter(self, rate: str = "1.09", **changes: Any) -> Any:
        body = {"base": "EUR", "quote": "USD", "rate": rate, "day": "2026-03-10", "source": "ECB"}
        return self.manager.post(RATES, {**body, **changes}, format="json")

    def test_a_repeat_finds_the_first_and_another_rate_is_refused(self) -> None:
        first, repeat, other = self.enter(), self.enter(), self.enter("1.2")

        self.assertEqual((first.status_code, first.json()["id"]), (201, repeat.json()["id"]))
        self.assertEqual((other.status_code, other.json()["code"]), (409, "currency_rate.stored"))
        self.assertEqual(CurrencyRate.objects.count(), 1)

    def test_what_is_no_rate_is_refused(self) -> None:
        self.assertEqual(self.enter(quote="EUR").status_code, 422)
        self.assertEqual(self.enter("0").status_code, 422)
        self.assertEqual(self.enter(base="euro").status_code, 422)

    @override_settings(CURRENCY_RATE_DAYS=3)
    def test_a_stored_rate_counts_for_its_day_and_some_after(self) -> None:
        day = date(2026, 3, 10)
        enter_currency_rate(
            base="EUR", quote="USD", rate=Decimal("1.1"), day=day, source="ECB", actor="tests"
        )
        ten_euros = Money(Decimal(10), "EUR")

        def into_usd(days_later: int) -> Money | None:
            exchange = exchange_for(["EUR", "USD"], day=day + timedelta(days=days_later))
            return exchange.in_currency(ten_euros, "USD")

        self.assertEqual(into_usd(0), Money(Decimal("11.00"), "USD"))
        self.assertEqual(into_usd(3), Money(Decimal("11.00"), "USD"))
        self.assertIsNone(into_usd(4))
        self.assertIsNone(into_usd(-1))
