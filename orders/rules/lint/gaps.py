"""Destinations and weights for which no rule gives a carrier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from orders.rules.geography import COUNTRIES_WITH_REGIONS
from orders.rules.lint.boxes import Box
from orders.rules.lint.domains import ELSEWHERE, Domain
from orders.rules.lint.findings import Code, Finding, Severity
from orders.rules.lint.survey import Survey

MOST_NAMED = 8
Place = tuple[int, int]


def uncovered(survey: Survey) -> Iterator[Finding]:
    """One finding for each stretch of weights, with all the places that it is so for."""
    space = survey.space
    weights, places = space.domains["weight_g"], _places(survey)
    cells: dict[tuple[int, ...], list[Place]] = {}
    for place in places:
        open_weights = tuple(_open_weights(survey, place, weights))
        if open_weights:
            cells.setdefault(open_weights, []).append(place)
    for open_weights, found in cells.items():
        yield _finding(survey, open_weights, found)


def _places(survey: Survey) -> list[Place]:
    """A country each, and in large ones each region that rules name, and the others."""
    countries, regions = survey.space.domains["country"], survey.space.domains["region"]
    found: list[Place] = []
    for at, country in enumerate(countries.values):
        if country in COUNTRIES_WITH_REGIONS:
            named = [1 << n for n, region in enumerate(regions.values) if _is_region(region)]
            found += [(1 << at, bit) for bit in named]
        else:
            found.append((1 << at, regions.everything))
    return found


def _is_region(region: str) -> bool:
    return region == ELSEWHERE or (len(region) == 2 and region.isalpha())


def _open_weights(survey: Survey, place: Place, weights: Domain) -> Iterator[int]:
    """Classes of weights, as bits, that no rule with a carrier takes in this place."""
    here = Box({"country": place[0], "region": place[1]})
    covered = 0
    for boxes in survey.carrier_boxes:
        for box in boxes:
            if survey.space.holds(box.cut(here)):
                covered |= box.sets.get("weight_g", weights.everything)
        if covered == weights.everything:
            return
    for at in range(len(weights.values)):
        if not covered >> at & 1:
            yield 1 << at


def _finding(survey: Survey, open_weights: Sequence[int], places: Sequence[Place]) -> Finding:
    bits = sum(open_weights)
    weights = survey.space.domains["weight_g"]
    all_weights = bits == weights.everything
    heavy = "" if all_weights else f" of {_spans(weights.spans_of(bits))}"
    boxes = [
        Box({"country": country, "region": region, "weight_g": bits}) for country, region in places
    ]
    example = survey.examples.of(boxes, [], survey.day, lambda _: True)
    book = survey.book
    has_default = bool(book.default_carrier and book.export_carrier)
    then = "they go by the default" if has_default else "without a default they find no route"
    return Finding(
        code=Code.UNCOVERED,
        severity=Severity.HINT if has_default else Severity.WARNING,
        rules=(),
        words=f"No rule gives a carrier to parcels to {_told(survey, places)}{heavy}; {then}.",
        example=example,
    )


def _told(survey: Survey, places: Sequence[Place]) -> str:
    names = [_place_name(survey, place) for place in places]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _place_name(survey: Survey, place: Place) -> str:
    country = survey.space.domains["country"].of(place[0])[0]
    if country not in COUNTRIES_WITH_REGIONS:
        return str(country)
    region = survey.space.domains["region"].of(place[1])[0]
    return f"other regions of {country}" if region == ELSEWHERE else f"{country}-{region}"


def _spans(spans: Sequence[tuple[Any, Any]]) -> str:
    """Stretches that follow each other as one."""
    merged: list[list[Any]] = []
    for low, high in spans:
        if merged and merged[-1][1] is not None and merged[-1][1] + 1 == low:
            merged[-1][1] = high
        else:
            merged.append([low, high])
    return ", ".join(
        f"{low or 0:,} g and more" if high is None else f"{low or 0:,}–{high:,} g"
        for low, high in merged
    )
