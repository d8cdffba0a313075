"""The best service of any carrier: what is chosen among offers, and what removed the others."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from orders.rules.exchange import DatedRate
from orders.rules.offers import Offer
from orders.rules.routing import (
    CarrierRule,
    RouteDecision,
    RouteSnapshot,
    RuleBook,
    TraceStep,
    WarehouseOption,
    choose_route,
)
from orders.rules.routing.parts import OFFERS
from orders.rules.routing.record import kept_steps, record_of
from orders.rules.rule_check import rule_faults
from orders.rules.service_wish import ServiceWish
from orders.rules.why_not import Wanted, why_not
from orders.services.snapshots import restored_snapshot, snapshot_record
from shipping_project.kernel.money import Money

PLATFORM_OF = {"FEDEX": "easyship", "UPS": "veeqo", "USPS": "veeqo"}


def offer(carrier: str, price: str, days: int | None = 3, **changes: Any) -> Offer:
    usual: dict[str, Any] = {
        "warehouse": "NV1",
        "platform": PLATFORM_OF.get(carrier, "veeqo"),
        "service": f"{carrier} Ground",
        "currency": "USD",
        "source": "cached",
        "expires_at": "2026-03-10T12:00:00+00:00",
    }
    return Offer(carrier=carrier, price=price, days=days, **{**usual, **changes})


UPS, FEDEX = offer("UPS", "9.10", 4), offer("FEDEX", "10.40", 2)
USPS = offer("USPS", "5.90", None, source="table", expires_at="")


def priced(
    *offers: Offer,
    rates: tuple[DatedRate, ...] = (),
    rule: dict[str, Any] | None = None,
    country: str = "US",
    offers_from: str = "NV1",
    requested: str = "",
    **wish: Any,
) -> RouteSnapshot:
    changes: dict[str, Any] = {"reach": "both", **(rule or {})}
    by_price = CarrierRule(name="Best", wish=ServiceWish(any_carrier=True, **wish), **changes)
    book = RuleBook(
        version=1,
        rules=(by_price,),
        default_carrier="UPS",
        export_carrier="FEDEX",
        export_platform="easyship",
        platform_of=PLATFORM_OF,
        warehouse_preference=(),
    )
    return RouteSnapshot(
        country=country,
        region="NV",
        requested_carrier=requested,
        needs={"MUG": 1},
        warehouses=(WarehouseOption(code="NV1", country="US", region="NV", available={"MUG": 5}),),
        book=book,
        at="2026-03-10T09:00:00+00:00",
        offers_from=(offers_from,) if offers_from else (),
        offers=offers,
        exchange=rates,
    )


def judged(snapshot: RouteSnapshot) -> list[TraceStep]:
    """As they are kept and read again."""
    record = json.loads(json.dumps(record_of(snapshot, choose_route(snapshot))))
    return [step for step in kept_steps(record, snapshot) if step.stage == OFFERS]


def removed(snapshot: RouteSnapshot) -> dict[str, str]:
    return {
        one.subject.split(" by ")[0]: "" if one.outcome == "chosen" else one.reason
        for one in judged(snapshot)
    }


@pytest.mark.parametrize(
    ("wish", "carrier", "platform"),
    [
        ({}, "USPS", "veeqo"),
        ({"strategy": "fastest"}, "FEDEX", "easyship"),
        ({"max_days": 4}, "UPS", "veeqo"),
        ({"max_days": 3}, "FEDEX", "easyship"),
        ({"strategy": "best_score", "day_worth": "0.50"}, "UPS", "veeqo"),
        ({"strategy": "best_score", "day_worth": "0.70"}, "FEDEX", "easyship"),
        ({"service": "ups"}, "UPS", "veeqo"),
    ],
)
def test_the_wish_chooses_carrier_and_platform(
    wish: dict[str, Any], carrier: str, platform: str
) -> None:
    route = choose_route(priced(UPS, FEDEX, USPS, **wish))

    assert (route.carrier, route.platform, route.warehouse) == (carrier, platform, "NV1")
    assert route.offer is not None
    assert route.offer.carrier == carrier


def test_the_sentences_tell_price_choice_and_rule() -> None:
    snapshot = priced(UPS, FEDEX, max_days=4)
    told = choose_route(snapshot).sentences
    estimate = choose_route(priced(UPS, USPS)).sentences

    assert told[1:] == (
        "UPS Ground by Veeqo, 9.10 USD, 4 days: the cheapest service within 4 days of any "
        "carrier, out of 2.",
        "The rule “Best” asked for that.",
    )
    assert estimate[1] == (
        "USPS Ground by Veeqo, about 5.90 USD: the cheapest service of any carrier, out of 2; "
        "its price is an estimate of our tables."
    )


def test_each_offer_keeps_what_removed_it_first() -> None:
    snapshot = priced(
        UPS,
        offer("FEDEX", "1.00", platform="veeqo"),
        offer("DHL", "1.00"),
        USPS,
        offer("FEDEX", "9.00", 6, service="FEDEX Saver"),
        FEDEX,
        max_days=5,
    )

    assert removed(snapshot) == {
        "UPS Ground": "",
        "FEDEX Ground": "not the cheapest",
        "DHL Ground": "DHL is not in use",
        "USPS Ground": "does not say when it arrives",
        "FEDEX Saver": "takes longer than 5 days",
    }
    elsewhere = [one.reason for one in judged(snapshot) if one.subject.startswith("FEDEX Ground")]
    assert elsewhere == ["FEDEX is bought at Easyship inside one country", "not the cheapest"]
    assert judged(snapshot) == [
        step for step in choose_route(snapshot).trace if step.stage == OFFERS
    ]


def test_abroad_the_platform_of_exports_is_taken_unless_a_rule_names_one() -> None:
    offers = (offer("UPS", "40", platform="easyship"), offer("UPS", "30"))

    plain = priced(*offers, country="DE")
    named = priced(*offers, country="DE", rule={"platform": "veeqo"})

    assert (choose_route(plain).platform, choose_route(named).platform) == ("easyship", "veeqo")
    assert "parcels that leave the country are booked at Easyship" in str(
        record_of(plain, choose_route(plain))
    )


def test_a_carrier_that_is_fixed_needs_no_prices() -> None:
    by_person = choose_route(priced(offers_from="", requested="UPS"))
    by_rule = priced(offers_from="", rule={"stop": False})
    fixed = CarrierRule(name="Fixed", carrier="USPS", reach="both")
    by_rule = replace(by_rule, book=replace(by_rule.book, rules=(*by_rule.book.rules, fixed)))

    assert (by_person.carrier, by_person.wants) == ("UPS", None)
    assert (choose_route(by_rule).carrier, choose_route(by_rule).wants) == ("USPS", None)


@pytest.mark.parametrize(
    ("changes", "platforms"),
    [
        ({}, ("easyship", "veeqo")),
        ({"country": "DE"}, ("easyship",)),
        ({"rule": {"platform": "veeqo"}}, ("veeqo",)),
    ],
)
def test_prices_that_nobody_looked_at_are_asked_for(
    changes: dict[str, Any], platforms: tuple[str, ...]
) -> None:
    route = choose_route(priced(offers_from="", **changes))

    assert route.failure == "no_offer"
    assert route.wants is not None
    assert (route.wants.warehouse, route.wants.platforms) == ("NV1", platforms)


def test_a_strategy_without_an_offer_that_fits_is_a_problem() -> None:
    none = choose_route(priced())
    late = choose_route(priced(UPS, max_days=1))

    assert (none.failure, none.wants) == ("no_offer", None)
    assert late.sentences == (
        "Asked for is the cheapest service within 1 days of any carrier, and none of 1 on offer "
        "fits.",
    )


def rate(base: str, value: str) -> DatedRate:
    return DatedRate(base=base, quote="USD", rate=value, day="2026-03-10")


THREE = (
    offer("UPS", "9.10"),
    offer("FEDEX", "8.00", currency="EUR"),
    offer("USPS", "7.60", currency="GBP"),
)


def test_three_currencies_are_compared_by_their_rates() -> None:
    route = choose_route(priced(*THREE, rates=(rate("EUR", "1.09"), rate("GBP", "1.27"))))

    assert (route.carrier, route.offer and route.offer.money) == (
        "FEDEX",
        Money(Decimal("8.00"), "EUR"),
    )
    assert "(1 EUR = 1.09 USD of 2026-03-10; 1 GBP = 1.27 USD of 2026-03-10)" in route.sentences[1]


def test_a_missing_rate_is_a_problem_and_nothing_is_compared() -> None:
    route = choose_route(priced(*THREE, rates=(rate("EUR", "1.09"),)))

    assert (route.failure, route.carrier) == ("no_currency_rate", "")
    assert "GBP" in route.sentences[0]
    assert "stored for 2026-03-10" in route.sentences[0]


def test_a_currency_that_was_removed_for_another_reason_needs_no_rate() -> None:
    dear = replace(THREE[2], days=None)

    route = choose_route(priced(*THREE[:2], dear, rates=(rate("EUR", "1.09"),), max_days=3))

    assert route.carrier == "FEDEX"


def test_a_stored_decision_is_worked_out_again_alike() -> None:
    snapshot = priced(*THREE, rates=(rate("EUR", "1.09"), rate("GBP", "1.27")))
    before: RouteDecision = choose_route(snapshot)

    record, _ = snapshot_record(snapshot)
    again = restored_snapshot(record)

    assert again == snapshot
    assert choose_route(again) == before


def test_why_not_names_the_offer_and_the_price_that_would_have_won() -> None:
    told = why_not(priced(UPS, FEDEX), Wanted(carrier="FEDEX"))

    assert told.constraint == "FEDEX Ground by Easyship, 10.40 USD, 2 days: not the cheapest."
    assert told.changes[0] == "FEDEX Ground by Easyship costs 9.09 USD, not 10.40 USD"


def test_a_rule_names_a_carrier_or_asks_for_any() -> None:
    both = CarrierRule(name="Both", carrier="UPS", wish=ServiceWish(any_carrier=True))

    assert [fault.field for fault in rule_faults(both, warehouses=set())] == ["any_carrier"]


def promised(day: str | None, *offers: Offer, ships_on: str = "2026-03-10") -> RouteSnapshot:
    """Leaves on a Tuesday."""
    snapshot = priced(*offers, strategy="in_time")
    (option,) = snapshot.warehouses
    return replace(
        snapshot,
        facts={"deliver_by_day": day},
        warehouses=(replace(option, ships_on=ships_on),),
    )


@pytest.mark.parametrize(
    ("day", "ships_on", "carrier"),
    [
        ("2026-03-16", "2026-03-10", "UPS"),
        ("2026-03-15", "2026-03-10", "FEDEX"),
        ("2026-03-12", "2026-03-10", "FEDEX"),
        # It leaves the Monday after, so nothing is quick enough.
        ("2026-03-16", "2026-03-16", ""),
        ("2026-03-11", "2026-03-10", ""),
        # Not known when it leaves: as if today.
        ("2026-03-15", "", "FEDEX"),
        (None, "2026-03-10", "USPS"),
    ],
)
def test_the_promised_day_chooses_the_carrier(day: str | None, ships_on: str, carrier: str) -> None:
    route = choose_route(promised(day, UPS, FEDEX, USPS, ships_on=ships_on))

    assert route.carrier == carrier
    assert route.failure == ("" if carrier else "no_offer")


def test_each_service_tells_how_it_stands_to_the_promise() -> None:
    told = removed(promised("2026-03-13", UPS, FEDEX, USPS))

    assert told == {
        "UPS Ground": "arrives 16 Mar 2026, promised 13 Mar 2026",
        "FEDEX Ground": "",
        "USPS Ground": "does not say when it arrives",
    }


def test_a_promise_that_nothing_keeps_tells_the_earliest_day() -> None:
    route = choose_route(promised("2026-03-11", UPS, FEDEX))

    assert route.sentences == (
        "Asked for is the cheapest service that arrives by 11 Mar 2026 of any carrier, and none "
        "of 2 on offer fits. The earliest that one arrives is 12 Mar 2026.",
    )


def test_why_not_names_the_day_that_would_have_done() -> None:
    told = why_not(promised("2026-03-13", UPS, FEDEX), Wanted(carrier="UPS"))

    assert told.constraint.endswith("arrives 16 Mar 2026, promised 13 Mar 2026.")
    assert told.changes[0] == "it is promised for 16 Mar 2026, not 13 Mar 2026"


def test_a_promised_order_is_recomputed_from_its_record() -> None:
    snapshot = promised("2026-03-13", UPS, FEDEX, USPS)

    record, _ = snapshot_record(snapshot)
    again = restored_snapshot(json.loads(json.dumps(record)))

    assert choose_route(again) == choose_route(snapshot)
