"""Which warehouse an order leaves from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from orders.rules.geography import centre, distance_km, same_region
from orders.rules.routing.parts import (
    NO_STOCK,
    NO_WAREHOUSE,
    Choice,
    RouteDecision,
    RouteSnapshot,
    TraceStep,
    WarehouseOption,
)


def missing_units(option: WarehouseOption, needs: Mapping[str, int]) -> dict[str, int]:
    """Units by SKU that the warehouse lacks for the needs; empty when it holds all."""
    gaps = {sku: units - option.available.get(sku, 0) for sku, units in needs.items()}
    return {sku: gap for sku, gap in gaps.items() if gap > 0}


def stocked_warehouses(
    snapshot: RouteSnapshot,
) -> tuple[list[WarehouseOption], list[TraceStep]]:
    stocked: list[WarehouseOption] = []
    trace: list[TraceStep] = []
    for option in snapshot.warehouses:
        gaps = missing_units(option, snapshot.needs)
        if not gaps:
            stocked.append(option)
        reason = f"short of {_listed(gaps)}" if gaps else "holds every line"
        outcome = "failed" if gaps else "passed"
        trace.append(TraceStep(stage="stock", subject=option.code, outcome=outcome, reason=reason))
    return stocked, trace


def no_stock(snapshot: RouteSnapshot, trace: Sequence[TraceStep]) -> RouteDecision:
    if not snapshot.warehouses:
        sentence = "No warehouse is active, so nothing can be shipped."
        return RouteDecision(failure=NO_WAREHOUSE, sentences=(sentence,), trace=tuple(trace))
    shortages = [(option, missing_units(option, snapshot.needs)) for option in snapshot.warehouses]
    closest, gaps = min(shortages, key=lambda pair: (sum(pair[1].values()), pair[0].code))
    sentence = (
        f"No warehouse holds every line; {closest.code} comes closest and lacks {_listed(gaps)}."
    )
    return RouteDecision(
        failure=NO_STOCK, shortages=gaps, sentences=(sentence,), trace=tuple(trace)
    )


def choose_warehouse(
    snapshot: RouteSnapshot, stocked: Sequence[WarehouseOption], preferences: Sequence[str]
) -> Choice:
    """The first preference that picks one of the stocked, else the first by code."""
    trace: list[TraceStep] = []
    for preference in preferences:
        found, why = _preferred(preference, snapshot, stocked)
        outcome = "chosen" if found else "skipped"
        trace.append(TraceStep(stage="warehouse", subject=preference, outcome=outcome, reason=why))
        if found:
            return Choice(found, f"It leaves from {found}: {why}.", tuple(trace))
    first = min(option.code for option in stocked)
    why = "no preference applies, first by code among those that hold every line"
    trace.append(TraceStep(stage="warehouse", subject="any", outcome="chosen", reason=why))
    return Choice(first, f"It leaves from {first}: {why}.", tuple(trace))


def _preferred(
    preference: str, snapshot: RouteSnapshot, stocked: Sequence[WarehouseOption]
) -> tuple[str, str]:
    """The warehouse that a preference picks ("" for none) and the reason."""
    if preference == "nearest":
        return _nearest(snapshot, stocked)
    if preference == "same_region":
        hits = [
            w.code
            for w in stocked
            if same_region(w.country, w.region, snapshot.country, snapshot.region)
        ]
        place = "-".join(part for part in (snapshot.country, snapshot.region) if part)
        return _first(hits, f"in the customer's region {place} with every line")
    kind, _, place = preference.partition(":")
    if kind == "warehouse":
        return _named(place, stocked)
    if kind != "region":
        return "", f"the preference {preference!r} is not known"
    hits = [w.code for w in stocked if f"{w.country}-{w.region}" == place]
    return _first(hits, f"in {place} with every line")


def _named(code: str, stocked: Sequence[WarehouseOption]) -> tuple[str, str]:
    if any(option.code == code for option in stocked):
        return code, "a rule prefers it, and it holds every line"
    return "", f"{code} does not hold every line, or is not active"


def _first(codes: Sequence[str], place: str) -> tuple[str, str]:
    if not codes:
        return "", f"no warehouse {place}"
    return min(codes), f"a warehouse {place}"


def _nearest(snapshot: RouteSnapshot, stocked: Sequence[WarehouseOption]) -> tuple[str, str]:
    reach: list[tuple[int, str]] = []
    for option in stocked:
        km = _apart_km(option.country, option.region, snapshot.country, snapshot.region)
        if km is not None:
            reach.append((km, option.code))
    if not reach:
        return "", "the distance to the destination is not known"
    km, code = min(reach)
    return code, f"the nearest with every line, about {km} km"


@lru_cache(maxsize=10_000)
def _apart_km(country_a: str, region_a: str, country_b: str, region_b: str) -> int | None:
    start, goal = centre(country_a, region_a), centre(country_b, region_b)
    return distance_km(start, goal) if start and goal else None


def _listed(gaps: Mapping[str, int]) -> str:
    return ", ".join(f"{units} × {sku}" for sku, units in sorted(gaps.items()))
