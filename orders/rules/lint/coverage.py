"""Which rule wins where: country group by weight by value, with the holes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product
from typing import Any

from orders.rules.conditions import Comparison
from orders.rules.conditions.fields import COUNTRY_GROUPS
from orders.rules.geography import COUNTRIES, COUNTRIES_WITH_REGIONS
from orders.rules.lint.findings import World
from orders.rules.lint.witness import PLAIN, SOMEWHERE
from orders.rules.routing.choosing import Router
from orders.rules.routing.parts import RouteSnapshot, RuleBook

MOST_BANDS = 8
USUAL_WEIGHTS_G = (1_000, 5_000, 20_000)
USUAL_VALUES = (Decimal(50), Decimal(150), Decimal(1000))
OTHERS = "OTHERS"
OTHER_REGION = "other"
SKU = "SKU-1"
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Band:
    """Above `low` up to `high`; None is no end."""

    low: Any
    high: Any

    @property
    def middle(self) -> Any:
        return self.low + 1 if self.high is None else (self.low + self.high) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """`rules` are the winning rules with for how many places each, the most first; `holes` are
    places where no rule gives a carrier."""

    group: str
    weight: int
    value: int
    rules: tuple[tuple[str, int], ...]
    holes: tuple[str, ...]

    @property
    def winner(self) -> str:
        return self.rules[0][0] if self.rules else ""

    @property
    def is_hole(self) -> bool:
        return bool(self.holes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Cells name their bands by place."""

    currency: str
    groups: tuple[str, ...]
    weights: tuple[Band, ...]
    values: tuple[Band, ...]
    cells: tuple[Cell, ...]


def coverage(book: RuleBook, world: World, *, currency: str = "USD") -> Coverage:
    """Of plain orders, with every warehouse stocked, at noon of the world's day."""
    router = Router(book)
    asked = [one for ready in router.rules for one in ready.asks.comparisons()]
    weights = _bands(_bounds(asked, "weight_g", "billable_weight_g"), USUAL_WEIGHTS_G, 0)
    values = _bands(_bounds(asked, "value", currency=currency), USUAL_VALUES, Decimal(0))
    plain = _plain(book, world, currency)
    groups = dict(_groups(asked))
    cells = [
        _cell(router, plain, group, places, weight=(w, weights[w]), value=(v, values[v]))
        for group, places in groups.items()
        for w, v in product(range(len(weights)), range(len(values)))
    ]
    return Coverage(
        currency=currency,
        groups=tuple(groups),
        weights=weights,
        values=values,
        cells=tuple(cells),
    )


def _cell(
    router: Router,
    plain: RouteSnapshot,
    group: str,
    places: Sequence[Place],
    *,
    weight: tuple[int, Band],
    value: tuple[int, Band],
) -> Cell:
    grams, worth = int(weight[1].middle), str(value[1].middle)
    facts = {**plain.facts, "weight_g": grams, "billable_weight_g": grams, "value": worth}
    winners: Counter[str] = Counter()
    holes: list[str] = []
    for country, region in places:
        route = router.route(replace(plain, country=country, region=region, facts=facts))
        if route.rule:
            winners[route.rule] += 1
        else:
            holes.append(
                f"{country}-{region or OTHER_REGION}" if _has_regions(country) else country
            )
    return Cell(
        group=group,
        weight=weight[0],
        value=value[0],
        rules=tuple(winners.most_common()),
        holes=tuple(holes),
    )


def _groups(asked: Iterable[Comparison]) -> Iterator[tuple[str, list[Place]]]:
    """Every group with its countries, and all countries that are in none."""
    regions = sorted({str(v) for one in asked if one.field.name == "region" for v in one.values})
    grouped: set[str] = set()
    for name, countries in COUNTRY_GROUPS.items():
        grouped |= countries
        yield name, _places(countries, regions)
    yield OTHERS, _places(set(COUNTRIES) - grouped, regions)


def _places(countries: Iterable[str], regions: Sequence[str]) -> list[Place]:
    return [
        (country, region)
        for country in sorted(countries)
        for region in ([*regions, ""] if _has_regions(country) else [""])
    ]


def _has_regions(country: str) -> bool:
    return country in COUNTRIES_WITH_REGIONS


def _bounds(asked: Iterable[Comparison], *names: str, currency: str = "") -> list[Any]:
    return sorted(
        {
            bound
            for one in asked
            if one.field.name in names and one.currency == currency
            for bound in one.values
        }
    )


def _bands(bounds: Sequence[Any], usual: Sequence[Any], zero: Any) -> tuple[Band, ...]:
    """Between the bounds that rules name, thinned out where they are many."""
    edges = [bound for bound in (bounds or usual) if bound > zero]
    step = -(-len(edges) // (MOST_BANDS - 1)) or 1
    edges = [zero, *edges[::step]]
    ends = [*edges[1:], None]
    return tuple(Band(low, high) for low, high in zip(edges, ends, strict=True))


def _plain(book: RuleBook, world: World, currency: str) -> RouteSnapshot:
    options = world.warehouses or (SOMEWHERE,)
    facts = {name: fact for name, fact in PLAIN.items() if name != "units"}
    return RouteSnapshot(
        country="",
        region="",
        requested_carrier="",
        needs={SKU: 1},
        warehouses=tuple(replace(one, available={SKU: 1}) for one in options),
        book=book,
        facts={**facts, "currency": currency},
        lines=({"sku": SKU},),
        at=f"{world.day}T12:00:00+00:00",
    )
