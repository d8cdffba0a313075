"""Orders routed by price against the twin: what is asked, what serves while it is away, and the
price that the label may cost."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Organization, Role
from accounts.tests.cases import client_for
from carriers.contracts import Booking, RateQuote
from carriers.outbox.outcomes import Rejected, Retry
from inventory.models import StockLevel
from orders.handlers.labels import choose_quote
from orders.models import (
    CurrencyRate,
    LaneRate,
    Order,
    RoutingDecision,
    RoutingRule,
    RuleSet,
    Shipment,
    TableRate,
)
from orders.rules.offers import kept_offers
from orders.rules.picked import PickedWay
from orders.rules.routing import choose_route
from orders.rules.service_wish import day_words, working_days_after
from orders.rules.states import OrderState
from orders.services.decisions import decision_record
from orders.services.offers import parcels_from, prune_told
from orders.services.overrides import override_route
from orders.services.retry import buy_anyway
from orders.services.snapshots import restored_snapshot
from orders.tasks import dispatch_one
from orders.tests.builders import make_order, make_user
from orders.tests.test_packing import make_box
from orders.tests.test_quotes_rules import quote
from orders.tests.twin import TwinCase


class PriceCase(TwinCase):
    def setUp(self) -> None:
        super().setUp()
        self.live = RuleSet.objects.get(is_live=True)

    def go_by_price(self, **changes: Any) -> None:
        """One rule alone: the cheapest of any carrier."""
        self.live.rules.all().delete()
        facts = {"country": "", "reach": "both", "strategy": "cheapest", "any_carrier": True}
        RoutingRule.objects.create(
            rule_set=self.live, position=1, name="By price", **{**facts, **changes}
        )
        RuleSet.objects.filter(pk=self.live.pk).update(content={}, digest="")

    def dispatched(self, **changes: Any) -> Order:
        order = make_order(Organization.objects.get(slug="alder"), "KET-12", **changes)
        dispatch_one(order.pk)
        order.refresh_from_db()
        return order

    def decision(self, order: Order) -> RoutingDecision:
        newest: RoutingDecision = order.decisions.newest_first()[0]
        return newest

    def sources(self, order: Order) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for offer in kept_offers(self.decision(order).snapshot["offers"]):
            found.setdefault(offer.platform, set()).add(offer.source)
        return found

    def told(self, order: Order, carrier: str, price: str, **changes: Any) -> LaneRate:
        """As if a platform had told this price for the lane of the order a while ago."""
        now = timezone.now()
        facts = {
            "platform": "easyship" if carrier == "FEDEX" else "veeqo",
            "lane": parcels_from(order, self.decision(order).snapshot["offers_from"][0]).lane,
            "service_name": f"{carrier} Ground",
            "currency": "USD",
            "delivery_days": 4,
            "fetched_at": now - timedelta(hours=1),
            "expires_at": now + timedelta(hours=1),
        }
        row: LaneRate = LaneRate.objects.create(
            carrier=carrier, price=Decimal(price), **{**facts, **changes}
        )
        return row


class OffersTests(PriceCase):
    def test_no_platform_is_asked_where_no_rule_goes_by_price(self) -> None:
        order = self.dispatched()

        self.assertEqual(self.decision(order).snapshot["offers"], {})
        self.assertEqual(self.twin.asked("POST", "/rates"), 0)

    def test_prices_are_those_of_the_box_that_a_rule_asks_for(self) -> None:
        make_box("Wide", length_mm=600, width_mm=500, height_mm=400, wall_mm=0)
        self.go_by_price(package="Wide")

        order = self.dispatched()

        offers = kept_offers(self.decision(order).snapshot["offers"])
        self.assertEqual(
            {offer.billable_g for offer in offers},
            {-(-600 * 500 * 400 // offer.divisor) for offer in offers},
        )
        self.assertEqual(order.shipments.get().packages.get().box_name, "Wide")

    def test_one_lane_is_asked_for_once_and_the_other_platform_is_estimated(self) -> None:
        self.go_by_price()

        first, second = self.dispatched(), self.dispatched()

        self.assertEqual(self.twin.asked("POST", "/rates"), 1)
        self.assertEqual(self.sources(first), {"easyship": {"live"}, "veeqo": {"table"}})
        self.assertEqual(self.sources(second), self.sources(first))
        LaneRate.objects.update(fetched_at=timezone.now() - timedelta(hours=1))
        self.assertEqual(self.sources(self.dispatched())["easyship"], {"cached"})
        LaneRate.objects.update(expires_at=timezone.now())
        self.assertEqual(self.sources(self.dispatched())["easyship"], {"live"})

    def test_every_offer_is_kept_and_the_decision_is_worked_out_again(self) -> None:
        self.go_by_price()

        decision = self.decision(self.dispatched())

        offers = kept_offers(decision.snapshot["offers"])
        judged = decision_record(decision).offers
        self.assertEqual({one.offer for one in judged}, set(offers))
        (chosen,) = [one.offer for one in judged if not one.removed_by]
        self.assertEqual(chosen.as_dict(), decision.offer)
        kept = [decision.snapshot, decision.trace, decision.sentences, decision.offer]
        self.assertLess(len(json.dumps(kept)), 8_000)
        again = choose_route(restored_snapshot(decision.snapshot))
        self.assertEqual(again.offer and again.offer.as_dict(), decision.offer)
        self.assertEqual((again.carrier, again.platform), (decision.carrier, decision.platform))

    def test_page_and_api_tell_every_offer_with_its_source(self) -> None:
        self.go_by_price()
        order = self.dispatched()
        manager = make_user(Role.MANAGER)

        told = client_for(manager).get(f"/api/v1/orders/{order.number}/decision").json()
        self.client.force_login(manager)
        page = self.client.get(f"/orders/{order.number}/")

        offers = [one for one in told["candidates"] if one["kind"] == "offer"]
        self.assertEqual(len(offers), len(told["snapshot"]["offers"]["rows"]))
        self.assertEqual(offers[0]["removed_by"], "")
        self.assertEqual({one["source"] for one in offers}, {"live", "table"})
        self.assertEqual({one["divisor_cm3_per_kg"] for one in offers}, {5000})
        self.assertContains(page, "Services that were compared")
        self.assertContains(page, "our tables, an estimate")

    def test_the_tables_serve_while_the_platform_is_away(self) -> None:
        self.go_by_price()
        self.twin.fault("POST", "/rates", "error_before", status=503)

        order = self.dispatched()
        self.finish()

        self.assertEqual(self.sources(order), {"easyship": {"table"}, "veeqo": {"table"}})
        self.assertIn("an estimate of our tables", " ".join(self.decision(order).sentences))
        self.assert_shipped_once(order)

    def test_what_a_purchase_showed_serves_the_next_decision(self) -> None:
        self.go_by_price(platform="veeqo")

        first = self.dispatched()
        self.finish()
        second = self.dispatched()

        self.assertEqual(self.sources(first), {"veeqo": {"table"}})
        self.assertEqual(self.sources(second), {"veeqo": {"live"}})
        self.assertEqual(self.twin.asked("POST", "/rates"), 0)
        bought = Shipment.objects.get(order=first)
        self.assertEqual(bought.carrier, self.decision(first).carrier)
        self.assertEqual(self.decision(second).offer["service"], bought.service_name)

    def test_without_any_price_a_person_gets_the_order(self) -> None:
        self.go_by_price()
        TableRate.objects.all().delete()
        self.twin.fault("POST", "/rates", "error_before", status=503)

        order = self.dispatched()

        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(order.attention_code, "routing.no_offer")
        self.assertFalse(Shipment.objects.exists())

    def test_a_person_who_picks_another_warehouse_gets_its_prices(self) -> None:
        self.go_by_price()
        order = make_order(Organization.objects.get(slug="alder"), "KET-12")
        other = self.dispatched().shipments.get().warehouse.code
        elsewhere = next(
            level.warehouse.code
            for level in StockLevel.objects.filter(sellable__sku="KET-12", on_hand__gt=5)
            if level.warehouse.code != other
        )

        override_route(
            order_id=order.pk,
            picked=PickedWay(warehouse=elsewhere),
            reason="It is closer to the customer.",
            actor="tests",
        )
        dispatch_one(order.pk)

        decision = self.decision(order)
        assert decision.warehouse is not None
        self.assertEqual(decision.snapshot["offers_from"], [other, elsewhere])
        self.assertEqual(decision.offer["warehouse"], decision.warehouse.code)
        self.assertEqual(decision.warehouse.code, elsewhere)

    def test_prices_that_count_no_more_are_dropped(self) -> None:
        self.go_by_price()
        self.dispatched()
        kept = LaneRate.objects.count()

        self.assertEqual(prune_told(), 0)
        LaneRate.objects.update(expires_at=timezone.now())
        self.assertEqual(prune_told(), kept)


class CurrencyTests(PriceCase):
    def setUp(self) -> None:
        super().setUp()
        self.go_by_price()
        first = self.dispatched()
        LaneRate.objects.all().delete()
        self.told(first, "UPS", "9.10")
        self.told(first, "USPS", "7.00", currency="GBP")
        self.told(first, "FEDEX", "8.00", currency="EUR")

    def test_three_currencies_are_compared_by_the_rates_of_the_day(self) -> None:
        decision = self.decision(self.dispatched())

        # 7.00 × 1.27 = 8.89, 8.00 × 1.09 = 8.72.
        self.assertEqual(decision.carrier, "FEDEX")
        self.assertEqual({rate["base"] for rate in decision.snapshot["exchange"]}, {"EUR", "GBP"})

    def test_one_rate_missing_is_a_problem_with_the_pair_and_nothing_is_chosen(self) -> None:
        CurrencyRate.objects.filter(base="GBP").delete()

        order = self.dispatched()

        self.assertEqual(order.state, OrderState.NEEDS_ATTENTION.value)
        self.assertEqual(order.attention_code, "routing.no_currency_rate")
        self.assertRegex(order.attention_detail, "no rate of GBP to (EUR|USD) is stored for 20")


class QuotesOfABookingTests(PriceCase):
    """The platform priced one carrier's services in three currencies."""

    def chosen(self) -> RateQuote | Rejected | Retry:
        shipment = Shipment.objects.get(order=self.place())
        quotes = tuple(
            quote(name, price, carrier=shipment.carrier, currency=currency)
            for name, price, currency in (
                ("Dollars", "9.00", "USD"),
                ("Pounds", "7.00", "GBP"),
                ("Euros", "8.00", "EUR"),
            )
        )
        self.assertEqual(shipment.platform, "easyship")
        return choose_quote(shipment, Booking(platform_ref="1", reference="1", quotes=quotes))

    def test_they_are_compared_by_the_rates_of_the_day(self) -> None:
        answer = self.chosen()

        assert isinstance(answer, RateQuote)
        self.assertEqual(answer.service_name, "Euros")

    def test_one_rate_missing_buys_nothing_and_names_it(self) -> None:
        CurrencyRate.objects.filter(base="GBP").delete()

        answer = self.chosen()

        assert isinstance(answer, Rejected)
        self.assertEqual(answer.code, "rates.no_currency_rate")
        self.assertRegex(answer.detail, "no rate of GBP to (EUR|USD) is stored for 20")


class AgreedPriceTests(PriceCase):
    def test_the_price_that_decided_is_what_the_label_may_cost(self) -> None:
        self.go_by_price()
        self.told(self.dispatched(), "UPS", "1.00")

        order = self.dispatched()
        self.finish()
        order.refresh_from_db()

        self.assertEqual(self.decision(order).offer["price"], "1.00")
        self.assertEqual(order.attention_code, "price.risen")
        self.assertIn("1.00 USD was agreed to", order.attention_detail)
        sold = [row for row in self.twin.labels() if row["reference"].startswith(order.number)]
        self.assertEqual(sold, [])

    def test_an_estimate_binds_less(self) -> None:
        self.go_by_price()
        self.twin.fault("POST", "/rates", "error_before", status=503)
        TableRate.objects.update(price=Decimal("0.50"), per_kg=0)

        dear = self.dispatched()
        self.finish()
        dear.refresh_from_db()

        self.assertEqual(self.decision(dear).offer["source"], "table")
        self.assertEqual(dear.attention_code, "price.risen")
        self.assertIn("about 0.50 USD was expected", dear.attention_detail)
        self.assertEqual(self.twin.labels(), [])
        buy_anyway(order_id=dear.pk, actor="tests")
        self.finish()
        self.assert_shipped_once(dear)


class PromiseTests(PriceCase):
    """What is bought for an order that is promised for a day."""

    def setUp(self) -> None:
        super().setUp()
        self.live.rules.all().delete()
        RoutingRule.objects.create(
            rule_set=self.live,
            position=1,
            name="In time",
            reach="both",
            strategy="in_time",
            platform="easyship",
        )
        RuleSet.objects.filter(pk=self.live.pk).update(content={}, digest="")

    def chosen(self, deliver_by: date | None) -> RateQuote | Rejected | Retry:
        order = self.dispatched(deliver_by=deliver_by)
        self.assertEqual(self.decision(order).wish.strategy, "in_time")
        shipment = Shipment.objects.get(order=order)
        quotes = tuple(
            quote(name, price, carrier=shipment.carrier, days=days)
            for name, price, days in (("Slow", "5.00", 9), ("Quick", "9.00", 2))
        )
        return choose_quote(shipment, Booking(platform_ref="1", reference="1", quotes=quotes))

    def leaves_on(self) -> date:
        order = self.dispatched()
        return Shipment.objects.get(order=order).ship_on or timezone.now().date()

    def name_of(self, answer: RateQuote | Rejected | Retry) -> str:
        assert isinstance(answer, RateQuote)
        return answer.service_name

    def test_without_a_promise_the_cheapest_is_bought(self) -> None:
        self.assertEqual(self.name_of(self.chosen(None)), "Slow")

    def test_with_one_the_cheapest_that_keeps_it(self) -> None:
        left = self.leaves_on()

        in_time = working_days_after(left, 9)
        self.assertEqual(self.name_of(self.chosen(in_time)), "Slow")
        self.assertEqual(self.name_of(self.chosen(in_time - timedelta(days=1))), "Quick")

    def test_a_promise_that_nothing_keeps_buys_nothing_and_tells_the_earliest_day(self) -> None:
        left = self.leaves_on()

        answer = self.chosen(left)

        assert isinstance(answer, Rejected)
        self.assertEqual(answer.code, "service.not_available")
        earliest = day_words(working_days_after(left, 2))
        self.assertIn(f"arrives by {day_words(left)}", answer.detail)
        self.assertTrue(answer.detail.endswith(f"The earliest that one arrives is {earliest}."))

    def test_the_earliest_day_is_that_of_what_was_asked_for(self) -> None:
        RoutingRule.objects.filter(rule_set=self.live).update(service="slow")
        left = self.leaves_on()

        answer = self.chosen(left)

        assert isinstance(answer, Rejected)
        self.assertIn(day_words(working_days_after(left, 9)), answer.detail)

    def test_the_promise_of_a_changed_order_is_the_one_that_counts(self) -> None:
        order = self.dispatched()
        shipment = Shipment.objects.get(order=order)
        Order.objects.filter(pk=order.pk).update(deliver_by=self.leaves_on())
        shipment.refresh_from_db()
        slow = (quote("Slow", "5.00", carrier=shipment.carrier, days=9),)

        answer = choose_quote(shipment, Booking(platform_ref="1", reference="1", quotes=slow))

        self.assertIsInstance(answer, Rejected)
