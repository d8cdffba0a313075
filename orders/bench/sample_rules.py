"""Made-up rules and orders, as a firm with some warehouses and many wishes would have them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from orders.rules.geography import COUNTRIES, US_STATES
from orders.rules.routing import CarrierRule, Reach, RouteSnapshot, RuleBook, WarehouseOption
from orders.rules.service_wish import ServiceWish

CARRIERS = {"FEDEX": "easyship", "UPS": "veeqo", "DHL": "veeqo", "USPS": "veeqo"}
PLACES = (
    *(("NV", "US", "NV", "America/Los_Angeles"), ("NJ", "US", "NJ", "America/New_York")),
    *(("TX", "US", "TX", "America/Chicago"), ("LON", "GB", "", "Europe/London")),
    ("BER", "DE", "", "Europe/Berlin"),
)
STATES = tuple(US_STATES)
ABROAD = tuple(code for code in COUNTRIES if code != "US")
SKUS = tuple(f"SKU-{number:03}" for number in range(200))
SOURCES = ("API", "CSV", "VEEQO", "WEB")
ORGANIZATIONS = ("ALDER", "BIRCH", "CEDAR", "DOGWOOD")
AT = "2026-03-02T15:30:00+00:00"
Leaf = dict[str, Any]


def sample_book(rules: int, rng: Random) -> RuleBook:
    return RuleBook(
        version=1,
        rules=tuple(sample_rule(f"Rule {number}", rng) for number in range(rules)),
        default_carrier="UPS",
        export_carrier="FEDEX",
        export_platform="easyship",
        platform_of=CARRIERS,
        warehouse_preference=("same_region", "region:US-NV", "nearest"),
    )


def sample_rule(name: str, rng: Random) -> CarrierRule:
    """One in ten goes on to later rules, one in twenty names warehouses."""
    abroad = rng.random() < 0.4
    sets: dict[str, Any] = {"carrier": rng.choice(tuple(CARRIERS))}
    reach = Reach.LEAVING if abroad else Reach.INSIDE
    if rng.random() < 0.3:
        sets["wish"] = ServiceWish(strategy="fastest", max_days=rng.choice((0, 2, 3)))
    if rng.random() < 0.1:
        sets = {"stop": False, "hold_reason": rng.choice(("", "Look at it first"))} | sets
    if rng.random() < 0.05:
        sets["warehouses"], reach = (rng.choice(PLACES)[0],), Reach.BOTH
    return CarrierRule(
        name=name,
        country=rng.choice(ABROAD) if abroad and rng.random() < 0.7 else "" if abroad else "US",
        regions=() if abroad else tuple(rng.sample(STATES, rng.choice((0, 1, 3, 6)))),
        reach=reach.value,
        condition=_condition(rng, with_warehouse="warehouses" not in sets),
        **sets,
    )


def _condition(rng: Random, *, with_warehouse: bool) -> Leaf:
    parts = [_leaf(rng, with_warehouse) for _ in range(rng.choice((1, 1, 2, 3)))]
    if rng.random() < 0.2:
        joint = rng.choice(("any", "none"))
        parts.append({joint: [_leaf(rng, with_warehouse) for _ in range(rng.choice((1, 2)))]})
    return {"all": parts}


def _leaf(rng: Random, with_warehouse: bool) -> Leaf:
    leaf: Leaf = rng.choice(_LEAVES + (_OF_WAREHOUSE if with_warehouse else []))(rng)
    return leaf


def _number(name: str, most: int) -> Any:
    def leaf(rng: Random) -> Leaf:
        op = rng.choice(("above", "below", "at_least", "at_most", "between"))
        bounds = sorted(rng.sample(range(most), 2))
        return {"field": name, "op": op, "value": bounds if op == "between" else bounds[0]}

    return leaf


def _texts(name: str, among: Sequence[str], **more: str) -> Any:
    def leaf(rng: Random) -> Leaf:
        values = rng.sample(among, rng.choice((1, 2)))
        return {"field": name, "op": "in", "value": values, **more}

    return leaf


def _value(rng: Random) -> Leaf:
    amount = f"{rng.randrange(1, 500)}.00"
    return {
        "field": "value",
        "op": rng.choice(("above", "at_most")),
        "value": amount,
        "currency": rng.choice(("USD", "EUR")),
    }


_LEAVES: list[Any] = [
    _number("weight_g", 20_000),
    _number("billable_weight_g", 25_000),
    _number("longest_side_mm", 2_000),
    _number("line_count", 6),
    _number("units", 20),
    _number("hours_to_ship_by", 72),
    _value,
    _texts("source", SOURCES),
    _texts("organization", ORGANIZATIONS),
    _texts("country_group", ("EU", "EFTA", "UK", "NORTH_AMERICA")),
    _texts("sku", SKUS, lines="some"),
    _texts("category", ("MUGS", "LAMPS", "BOOKS"), lines="all"),
    _texts("hs_code", ("8506", "6911"), lines="none"),
    lambda rng: {"field": "postal_code", "op": "starts_with", "value": str(rng.randrange(10, 99))},
    lambda rng: {"field": "is_po_box", "op": "is", "value": rng.random() < 0.5},
    lambda rng: {"field": "stocked_in", "op": "in", "value": [rng.choice(PLACES)[0]]},
]
_OF_WAREHOUSE: list[Any] = [
    _number("hour", 24),
    _texts("weekday", ("MON", "SAT", "SUN")),
    _texts("warehouse", [place[0] for place in PLACES]),
]


def sample_snapshot(book: RuleBook, rng: Random) -> RouteSnapshot:
    abroad = rng.random() < 0.3
    skus = rng.sample(SKUS, rng.choice((1, 1, 2, 3)))
    needs = {sku: rng.randrange(1, 4) for sku in sorted(skus)}
    weight = rng.randrange(50, 20_000)
    return RouteSnapshot(
        country=rng.choice(ABROAD) if abroad else "US",
        region="" if abroad else rng.choice(STATES),
        requested_carrier=rng.choice(tuple(CARRIERS)) if rng.random() < 0.05 else "",
        needs=needs,
        warehouses=tuple(_option(place, skus, rng) for place in PLACES),
        book=book,
        facts={
            "postal_code": f"{rng.randrange(10000, 99999)}",
            "is_po_box": rng.random() < 0.1,
            "is_company": rng.random() < 0.3,
            "weight_g": weight,
            "billable_weight_g": weight + rng.randrange(2_000),
            "longest_side_mm": rng.randrange(100, 2_000),
            "volume_cm3": rng.randrange(100, 90_000),
            "value": f"{rng.randrange(5, 900)}.50",
            "currency": rng.choice(("USD", "USD", "EUR")),
            "line_count": len(skus),
            "source": rng.choice(SOURCES).lower(),
            "organization": rng.choice(ORGANIZATIONS).lower(),
            "hours_to_ship_by": rng.choice((None, 5, 30, 60)),
        },
        lines=tuple(_line(sku, rng) for sku in skus),
        at=AT,
    )


def _option(place: tuple[str, str, str, str], skus: Sequence[str], rng: Random) -> WarehouseOption:
    code, country, region, zone = place
    available = {sku: rng.choice((0, 50, 50, 50)) for sku in sorted(skus)}
    return WarehouseOption(
        code=code, country=country, region=region, available=available, time_zone=zone
    )


def _line(sku: str, rng: Random) -> dict[str, str]:
    return {
        "sku": sku,
        "brand": rng.choice(("Hearth", "Field")),
        "category": rng.choice(("Mugs", "Lamps", "Books")),
        "hs_code": rng.choice(("850610", "691110", "490199")),
        "origin_country": rng.choice(("US", "DE", "CN")),
    }
