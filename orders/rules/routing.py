"""Which warehouse, carrier and platform an order goes by, and why.

Pure and deterministic: the same snapshot always gives the same decision, and every step that was
tried stands in the trace with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from orders.rules.geography import centre, distance_km, same_region

NO_STOCK = "no_stock"
NO_WAREHOUSE = "no_warehouse"
NO_CARRIER_PLATFORM = "no_platform_for_carrier"


@dataclass(frozen=True, slots=True, kw_only=True)
class WarehouseOption:
    """An active warehouse and the units it could give of each SKU asked for."""

    code: str
    country: str
    region: str
    available: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRule:
    """Destinations in `country` (and in one of `regions`, if any are named) go by `carrier`."""

    name: str
    country: str
    regions: tuple[str, ...]
    carrier: str

    def matches(self, country: str, region: str) -> bool:
        return self.country == country and (not self.regions or region in self.regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """One version of the rules, in the order in which they are tried."""

    version: int
    rules: tuple[CarrierRule, ...]
    default_carrier: str
    export_carrier: str
    export_platform: str
    platform_of: Mapping[str, str]
    warehouse_preference: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSnapshot:
    """Everything a decision rests on. `needs` is units by SKU over all lines."""

    country: str
    region: str
    requested_carrier: str
    needs: Mapping[str, int]
    warehouses: tuple[WarehouseOption, ...]
    book: RuleBook


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One thing that was tried: `outcome` is chosen, passed, failed or skipped."""

    stage: str
    subject: str
    outcome: str
    reason: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDecision:
    """The choice, or `failure` and what is missing. `shortages` is units by SKU."""

    warehouse: str = ""
    platform: str = ""
    carrier: str = ""
    failure: str = ""
    shortages: Mapping[str, int] = field(default_factory=dict)
    sentences: tuple[str, ...] = ()
    trace: tuple[TraceStep, ...] = ()

    @property
    def is_routed(self) -> bool:
        return not self.failure


@dataclass(frozen=True, slots=True)
class _Choice:
    value: str
    reason: str
    trace: tuple[TraceStep, ...]


def choose_route(snapshot: RouteSnapshot) -> RouteDecision:
    """Warehouse first, since whether the parcel leaves the country decides the platform."""
    stocked, trace = _stocked(snapshot)
    if not stocked:
        return _no_stock(snapshot, trace)
    warehouse = _choose_warehouse(snapshot, stocked)
    origin = next(option for option in stocked if option.code == warehouse.value)
    is_export = origin.country != snapshot.country
    carrier = _choose_carrier(snapshot, is_export=is_export)
    platform = _choose_platform(snapshot.book, carrier.value, is_export=is_export)
    steps = (*trace, *warehouse.trace, *carrier.trace, *platform.trace)
    if not platform.value:
        return RouteDecision(failure=NO_CARRIER_PLATFORM, sentences=(platform.reason,), trace=steps)
    return RouteDecision(
        warehouse=origin.code,
        platform=platform.value,
        carrier=carrier.value,
        sentences=(warehouse.reason, carrier.reason, platform.reason),
        trace=steps,
    )


def missing_units(option: WarehouseOption, needs: Mapping[str, int]) -> dict[str, int]:
    """Units by SKU that the warehouse lacks for the needs; empty when it holds all."""
    gaps = {sku: units - option.available.get(sku, 0) for sku, units in needs.items()}
    return {sku: gap for sku, gap in gaps.items() if gap > 0}


def _stocked(snapshot: RouteSnapshot) -> tuple[list[WarehouseOption], list[TraceStep]]:
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


def _no_stock(snapshot: RouteSnapshot, trace: Sequence[TraceStep]) -> RouteDecision:
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


def _choose_warehouse(snapshot: RouteSnapshot, stocked: Sequence[WarehouseOption]) -> _Choice:
    trace: list[TraceStep] = []
    for preference in snapshot.book.warehouse_preference:
        found, why = _preferred(preference, snapshot, stocked)
        outcome = "chosen" if found else "skipped"
        trace.append(TraceStep(stage="warehouse", subject=preference, outcome=outcome, reason=why))
        if found:
            return _Choice(found, f"It leaves from {found}: {why}.", tuple(trace))
    first = min(option.code for option in stocked)
    why = "no preference applies, first by code among those that hold every line"
    trace.append(TraceStep(stage="warehouse", subject="any", outcome="chosen", reason=why))
    return _Choice(first, f"It leaves from {first}: {why}.", tuple(trace))


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
    if kind != "region":
        return "", f"the preference {preference!r} is not known"
    hits = [w.code for w in stocked if f"{w.country}-{w.region}" == place]
    return _first(hits, f"in {place} with every line")


def _first(codes: Sequence[str], place: str) -> tuple[str, str]:
    if not codes:
        return "", f"no warehouse {place}"
    return min(codes), f"a warehouse {place}"


def _nearest(snapshot: RouteSnapshot, stocked: Sequence[WarehouseOption]) -> tuple[str, str]:
    goal = centre(snapshot.country, snapshot.region)
    reach: list[tuple[int, str]] = []
    for option in stocked:
        start = centre(option.country, option.region)
        if goal and start:
            reach.append((distance_km(start, goal), option.code))
    if not reach:
        return "", "the distance to the destination is not known"
    km, code = min(reach)
    return code, f"the nearest with every line, about {km} km"


def _choose_carrier(snapshot: RouteSnapshot, *, is_export: bool) -> _Choice:
    book = snapshot.book
    if snapshot.requested_carrier:
        why = "a person picked it, which wins over every rule"
        return _carrier_choice(snapshot.requested_carrier, why, "requested", ())
    if is_export:
        why = "the default for parcels that leave the country of the warehouse"
        return _carrier_choice(book.export_carrier, why, "export", ())
    tried: list[TraceStep] = []
    for rule in book.rules:
        if rule.matches(snapshot.country, snapshot.region):
            return _carrier_choice(
                rule.carrier, f"the rule “{rule.name}” matches", rule.name, tried
            )
        tried.append(
            TraceStep(
                stage="carrier",
                subject=rule.name,
                outcome="skipped",
                reason=f"not for {snapshot.country}-{snapshot.region or 'any'}",
            )
        )
    return _carrier_choice(book.default_carrier, "no rule matches, the default", "default", tried)


def _carrier_choice(carrier: str, why: str, subject: str, tried: Sequence[TraceStep]) -> _Choice:
    step = TraceStep(stage="carrier", subject=subject, outcome="chosen", reason=f"{carrier}: {why}")
    return _Choice(carrier, f"{carrier} carries it: {why}.", (*tried, step))


def _choose_platform(book: RuleBook, carrier: str, *, is_export: bool) -> _Choice:
    if is_export:
        platform = book.export_platform
        why = "the parcel leaves the country of the warehouse"
    else:
        platform = book.platform_of.get(carrier, "")
        why = f"that is where {carrier} is bought inside one country"
    outcome = "chosen" if platform else "failed"
    reason = (
        f"It is booked at {platform.capitalize()}: {why}."
        if platform
        else (f"No platform is set for {carrier}; set one at the carrier.")
    )
    step = TraceStep(stage="platform", subject=platform or carrier, outcome=outcome, reason=why)
    return _Choice(platform, reason, (step,))


def _listed(gaps: Mapping[str, int]) -> str:
    return ", ".join(f"{units} × {sku}" for sku, units in sorted(gaps.items()))
