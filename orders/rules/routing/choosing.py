"""The way of an order: first the warehouse, then what the rules say of a parcel from there.

Pure and deterministic: the same snapshot always gives the same decision, and every step that was
tried stands in the trace with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orders.rules.conditions import Trial
from orders.rules.conditions.fields import Fact
from orders.rules.routing.matching import ReadyRule, order_facts, ready_rules, warehouse_facts
from orders.rules.routing.parts import (
    NO_CARRIER_PLATFORM,
    Choice,
    RouteDecision,
    RouteSnapshot,
    RuleBook,
    TraceStep,
    WarehouseOption,
)
from orders.rules.routing.warehouses import choose_warehouse, no_stock, stocked_warehouses
from orders.rules.service_wish import ANY_CHEAPEST, ServiceWish

Tests = tuple[tuple[str, str, str], ...]


def choose_route(snapshot: RouteSnapshot) -> RouteDecision:
    return Router(snapshot.book).route(snapshot)


@dataclass
class _Answer:
    """What the rules have set so far, each by the first rule that did."""

    carrier: str = ""
    rule: str = ""
    platform: str = ""
    platform_rule: str = ""
    wish: ServiceWish | None = None
    hold_reason: str = ""
    trace: list[TraceStep] = field(default_factory=list)


class Router:
    """One version of the rules, made ready once for many orders."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.rules = ready_rules(book.rules)

    def route(self, snapshot: RouteSnapshot) -> RouteDecision:
        """Warehouse first, since whether the parcel leaves the country decides the platform."""
        stocked, trace = stocked_warehouses(snapshot)
        if not stocked:
            return no_stock(snapshot, trace)
        facts = order_facts(snapshot)
        named, steps = self._warehouse_rules(facts, snapshot.at[:10])
        preferences = (*named, *self.book.warehouse_preference)
        warehouse = choose_warehouse(snapshot, stocked, preferences)
        origin = next(option for option in stocked if option.code == warehouse.value)
        before = (*trace, *steps, *warehouse.trace)
        return self._from(origin, snapshot, facts, warehouse.reason, before)

    def _from(
        self,
        origin: WarehouseOption,
        snapshot: RouteSnapshot,
        facts: dict[str, Fact],
        why_warehouse: str,
        before: Sequence[TraceStep],
    ) -> RouteDecision:
        facts |= warehouse_facts(origin, snapshot)
        is_export = bool(facts["leaves_country"])
        answer = self._ask(facts, snapshot)
        carrier = self._carrier(answer, snapshot.requested_carrier, is_export=is_export)
        platform = self._platform(answer, carrier.value, is_export=is_export)
        steps = (*before, *answer.trace, *carrier.trace, *platform.trace)
        if not platform.value:
            return RouteDecision(
                failure=NO_CARRIER_PLATFORM, sentences=(platform.reason,), trace=steps
            )
        return RouteDecision(
            warehouse=origin.code,
            platform=platform.value,
            carrier=carrier.value,
            wish=answer.wish or ANY_CHEAPEST,
            hold_reason="" if snapshot.is_released else answer.hold_reason,
            sentences=(why_warehouse, carrier.reason, platform.reason, *_wish_words(answer)),
            trace=steps,
        )

    def _warehouse_rules(
        self, facts: Mapping[str, Fact], day: str
    ) -> tuple[tuple[str, ...], list[TraceStep]]:
        """The warehouses that the first matching rule names, which come before all others.

        What rests on the warehouse is open here, so such a rule neither names one nor stops.
        """
        steps: list[TraceStep] = []
        if not any(ready.rule.warehouses for ready in self.rules):
            return (), steps
        for ready in self.rules:
            rule = ready.rule
            matched, tried = ready.trials(facts) if rule.is_in_force(day) else (False, [])
            if rule.warehouses and tried:
                steps.append(_step("warehouse rule", rule.name, matched, tried, "names"))
            if matched and rule.warehouses:
                return tuple(f"warehouse:{code}" for code in rule.warehouses), steps
            if matched and rule.stop:
                break
        return (), steps

    def _ask(self, facts: Mapping[str, Fact], snapshot: RouteSnapshot) -> _Answer:
        answer = _Answer(carrier=snapshot.requested_carrier)
        day = snapshot.at[:10]
        for ready in self.rules:
            if not ready.rule.is_in_force(day):
                answer.trace.append(_out_of_force(ready, day))
                continue
            matched, tried = ready.trials(facts)
            if not matched:
                answer.trace.append(_step("carrier", ready.rule.name, matched, tried))
                continue
            _take(answer, ready, tried)
            if ready.rule.stop:
                break
        return answer

    def _carrier(self, answer: _Answer, requested: str, *, is_export: bool) -> Choice:
        if requested:
            why = "a person picked it, which wins over every rule"
            return _carrier_choice(requested, why, "requested")
        if answer.carrier:
            # Its step stands among those of the rules.
            why = f"the rule “{answer.rule}” matches"
            return Choice(answer.carrier, f"{answer.carrier} carries it: {why}.", ())
        if is_export:
            why = "the default for parcels that leave the country of the warehouse"
            return _carrier_choice(self.book.export_carrier, why, "export")
        why = "no rule matches, the default"
        return _carrier_choice(self.book.default_carrier, why, "default")

    def _platform(self, answer: _Answer, carrier: str, *, is_export: bool) -> Choice:
        if answer.platform:
            platform, why = answer.platform, f"the rule “{answer.platform_rule}” says so"
        elif is_export:
            platform = self.book.export_platform
            why = "the parcel leaves the country of the warehouse"
        else:
            platform = self.book.platform_of.get(carrier, "")
            why = f"that is where {carrier} is bought inside one country"
        outcome = "chosen" if platform else "failed"
        sentence = (
            f"It is booked at {platform.capitalize()}: {why}."
            if platform
            else f"No platform is set for {carrier}; set one at the carrier."
        )
        step = TraceStep(stage="platform", subject=platform or carrier, outcome=outcome, reason=why)
        return Choice(platform, sentence, (step,))


def _take(answer: _Answer, ready: ReadyRule, tried: Sequence[Trial]) -> None:
    """Keep what the rule sets and no earlier one did.

    Its platform and service are meant for its own carrier, so they go with no other.
    """
    rule = ready.rule
    set_now: list[str] = []
    if rule.carrier and not answer.carrier:
        answer.carrier, answer.rule = rule.carrier, rule.name
        set_now.append(f"carrier {rule.carrier}")
    if not rule.carrier or rule.carrier == answer.carrier:
        if rule.platform and not answer.platform:
            answer.platform, answer.platform_rule = rule.platform, rule.name
            set_now.append(f"platform {rule.platform}")
        if rule.wish and not answer.wish:
            answer.wish = rule.wish
            set_now.append(rule.wish.words)
    if rule.hold_reason and not answer.hold_reason:
        answer.hold_reason = rule.hold_reason
        set_now.append("hold")
    reason = f"sets {', '.join(set_now)}" if set_now else "matches and sets nothing new"
    outcome = "chosen" if set_now else "passed"
    answer.trace.append(
        TraceStep(
            stage="carrier", subject=rule.name, outcome=outcome, reason=reason, tests=_rows(tried)
        )
    )


def _step(
    stage: str, subject: str, matched: bool | None, tried: Sequence[Trial], verb: str = ""
) -> TraceStep:
    if matched:
        outcome, reason = "chosen", f"{verb} the warehouse"
    else:
        outcome, reason = "skipped", _why_not(tried, matched)
    return TraceStep(
        stage=stage, subject=subject, outcome=outcome, reason=reason, tests=_rows(tried)
    )


def _why_not(tried: Sequence[Trial], matched: bool | None) -> str:
    """The condition that decided it: the last that was tried before the others were left out."""
    open_ones = [one for one in tried if one.result.startswith("open")]
    if matched is None and open_ones:
        return f"{open_ones[0].text}: {open_ones[0].result.removeprefix('open: ')}"
    asked = [one for one in tried if not one.result.startswith("open")]
    return f"not so: {asked[-1].text} (it is {asked[-1].found or 'empty'})" if asked else "not so"


def _rows(tried: Sequence[Trial]) -> Tests:
    return tuple((one.text, one.result, one.found) for one in tried)


def _out_of_force(ready: ReadyRule, day: str) -> TraceStep:
    rule = ready.rule
    span = " ".join(
        part
        for part in (
            rule.valid_from and f"from {rule.valid_from}",
            rule.valid_until and f"until {rule.valid_until}",
        )
        if part
    )
    reason = f"not evaluated: in force {span}, and this is {day}"
    return TraceStep(stage="carrier", subject=rule.name, outcome="skipped", reason=reason)


def _carrier_choice(carrier: str, why: str, subject: str) -> Choice:
    step = TraceStep(stage="carrier", subject=subject, outcome="chosen", reason=f"{carrier}: {why}")
    return Choice(carrier, f"{carrier} carries it: {why}.", (step,))


def _wish_words(answer: _Answer) -> tuple[str, ...]:
    return (f"Asked for is {answer.wish.words}.",) if answer.wish else ()
