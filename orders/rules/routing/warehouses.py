"""Which warehouse an order leaves from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from operator import attrgetter

from orders.rules.geography import apart_km, same_region
from orders.rules.routing.parts import (
    NO_STOCK,
    NO_WAREHOUSE,
    Explanation,
    RouteDecision,
    RouteSnapshot,
    WarehouseOption,
)
from orders.rules.routing.trace import Log, listed

# Later than any day.
NEVER = "9999-12-31"


def holds_all(option: WarehouseOption, needs: Mapping[str, int]) -> bool:
    # A loop and no generator, since this runs for each warehouse of each decision.
    available = option.available
    for sku, units in needs.items():  # noqa: SIM110
        if available.get(sku, 0) < units:
            return False
    return True


def missing_units(option: WarehouseOption, needs: Mapping[str, int]) -> dict[str, int]:
    """Units by SKU that the warehouse lacks for the needs; empty when it holds all."""
    gaps = {sku: units - option.available.get(sku, 0) for sku, units in needs.items()}
    return {sku: gap for sku, gap in gaps.items() if gap > 0}


def stocked_warehouses(snapshot: RouteSnapshot, log: Log | None) -> list[WarehouseOption]:
    if log:
        for option in snapshot.warehouses:
            log.stock(option.code, missing_units(option, snapshot.needs))
    return [option for option in snapshot.warehouses if holds_all(option, snapshot.needs)]


def timely_warehouses(
    stocked: Sequence[WarehouseOption], log: Log | None
) -> Sequence[WarehouseOption]:
    """Those that keep the promise; where none does, those that hand over soonest."""
    timely = [option for option in stocked if not option.is_late]
    if len(timely) == len(stocked):
        return stocked
    if not timely:
        soonest = min(option.ships_on or NEVER for option in stocked)
        timely = [option for option in stocked if (option.ships_on or NEVER) == soonest]
    if log:
        for option in stocked:
            if option not in timely:
                day = f"hands over on {option.ships_on}" if option.ships_on else "is full or closed"
                log.add("promise", option.code, "failed", f"{day}, later than others")
    return timely


def no_stock(
    snapshot: RouteSnapshot, explain: Callable[[], Explanation], *, split: str
) -> RouteDecision:
    if not snapshot.warehouses:
        sentence = "No warehouse is active, so nothing can be shipped."
        return RouteDecision(failure=NO_WAREHOUSE, sentences=(sentence,), explain=explain)
    shortages = [(option, missing_units(option, snapshot.needs)) for option in snapshot.warehouses]
    closest, gaps = min(shortages, key=lambda pair: (sum(pair[1].values()), pair[0].code))
    sentence = (
        f"No warehouse holds every line; {closest.code} comes closest and lacks {listed(gaps)}."
    )
    return RouteDecision(
        failure=NO_STOCK, shortages=gaps, sentences=(sentence,), explain=explain, split=split
    )


def choose_warehouse(
    snapshot: RouteSnapshot,
    stocked: Sequence[WarehouseOption],
    preferences: Sequence[str],
    log: Log | None,
) -> tuple[WarehouseOption, str]:
    """The first preference that picks one of the stocked, else the first by code; and why."""
    for preference in preferences:
        found, why = _preferred(preference, snapshot, stocked)
        if log:
            log.add("warehouse", preference, "chosen" if found else "skipped", why)
        if found:
            return found, f"It leaves from {found.code}: {why}."
    first = min(stocked, key=_code)
    why = "no preference applies, first by code among those that hold every line"
    if log:
        log.add("warehouse", "any", "chosen", why)
    return first, f"It leaves from {first.code}: {why}."


_code = attrgetter("code")
Pick = tuple[WarehouseOption | None, str]


def _preferred(
    preference: str, snapshot: RouteSnapshot, stocked: Sequence[WarehouseOption]
) -> Pick:
    """The warehouse that a preference picks, if any, and the reason."""
    if preference == "nearest":
        return _nearest(snapshot, stocked)
    if preference == "same_region":
        hits = [
            w
            for w in stocked
            if same_region(w.country, w.region, snapshot.country, snapshot.region)
        ]
        place = "-".join(part for part in (snapshot.country, snapshot.region) if part)
        return _first(hits, f"in the customer's region {place} with every line")
    if preference == "soonest":
        return _soonest(stocked)
    if preference == "cheapest":
        return _cheapest(stocked)
    kind, _, place = preference.partition(":")
    if kind == "warehouse":
        return _named(place, stocked)
    if kind != "region":
        return None, f"the preference {preference!r} is not known"
    hits = [w for w in stocked if f"{w.country}-{w.region}" == place]
    return _first(hits, f"in {place} with every line")


def _named(code: str, stocked: Sequence[WarehouseOption]) -> Pick:
    for option in stocked:
        if option.code == code:
            return option, "a rule prefers it, and it holds every line"
    return None, f"{code} does not hold every line, or is not active"


def _first(hits: Sequence[WarehouseOption], place: str) -> Pick:
    if not hits:
        return None, f"no warehouse {place}"
    return min(hits, key=_code), f"a warehouse {place}"


def _soonest(stocked: Sequence[WarehouseOption]) -> Pick:
    known = [option for option in stocked if option.ships_on]
    if not known:
        return None, "the days of handing over are not known"
    best = min(known, key=lambda option: (option.ships_on, option.code))
    return best, f"hands over soonest of those with every line, on {best.ships_on}"


def _cheapest(stocked: Sequence[WarehouseOption]) -> Pick:
    if not all(option.handling for option in stocked):
        return None, "the costs of handling are not known"
    if len({option.handling_currency for option in stocked}) != 1:
        return None, "the costs of handling are in different currencies"
    best = min(stocked, key=lambda option: (Decimal(option.handling), option.code))
    cost = f"{best.handling} {best.handling_currency}"
    return best, f"handles a parcel cheapest of those with every line, for {cost}"


def _nearest(snapshot: RouteSnapshot, stocked: Sequence[WarehouseOption]) -> Pick:
    best: tuple[int, str, WarehouseOption] | None = None
    for option in stocked:
        km = apart_km(option.country, option.region, snapshot.country, snapshot.region)
        if km is not None and (best is None or (km, option.code) < best[:2]):
            best = (km, option.code, option)
    if best is None:
        return None, "the distance to the destination is not known"
    return best[2], f"the nearest with every line, about {best[0]} km"
