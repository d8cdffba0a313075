"""What was tried on the way to a decision, in order and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orders.rules.conditions import Trial
from orders.rules.conditions.fields import Facts
from orders.rules.routing.matching import ReadyRule
from orders.rules.routing.parts import RULES, WAREHOUSE_RULES, CarrierRule, TraceStep


class Log:
    """Routing with a log asks every rule in full; without one it takes the short way."""

    def __init__(self) -> None:
        self.steps: list[TraceStep] = []

    def add(self, stage: str, subject: str, outcome: str, reason: str) -> None:
        self.steps.append(TraceStep(stage=stage, subject=subject, outcome=outcome, reason=reason))

    def stock(self, code: str, gaps: Mapping[str, int]) -> None:
        outcome = "failed" if gaps else "passed"
        reason = f"short of {listed(gaps)}" if gaps else "holds every line"
        self.add("stock", code, outcome, reason)

    def tries(self, stage: str, ready: ReadyRule, facts: Facts, day: str) -> bool:
        """Whether the rule matches. A rule that does is told of by `took`, by who acts on it."""
        rule = ready.rule
        if not rule.is_in_force(day):
            if stage == RULES:
                self._rule(stage, ready, "skipped", _out_of_force(rule, day))
            return False
        matched, tried = ready.trials(facts)
        reason = "matches" if matched else _why_not(tried, matched)
        if rule.warehouses or stage != WAREHOUSE_RULES:
            self._rule(stage, ready, "passed" if matched else "skipped", reason, tried)
        return bool(matched)

    def took(self, words: Sequence[str]) -> None:
        """What the rule that was tried last has set."""
        last = self.steps.pop()
        reason = f"sets {', '.join(words)}" if words else "matches and sets nothing new"
        outcome = "chosen" if words else "passed"
        self.steps.append(last.told(outcome, reason))

    def stopped(self, stage: str, by: CarrierRule, rest: Sequence[ReadyRule]) -> None:
        for ready in rest:
            self._rule(stage, ready, "skipped", f"not evaluated: “{by.name}” stops before it")

    def _rule(
        self,
        stage: str,
        ready: ReadyRule,
        outcome: str,
        reason: str,
        tried: Sequence[Trial] = (),
    ) -> None:
        self.steps.append(
            TraceStep(
                stage=stage,
                subject=ready.rule.name,
                outcome=outcome,
                reason=reason,
                tests=tuple((one.text, one.result, one.found) for one in tried),
                rule=ready.place,
            )
        )


def listed(gaps: Mapping[str, int]) -> str:
    return ", ".join(f"{units} × {sku}" for sku, units in sorted(gaps.items()))


def _why_not(tried: Sequence[Trial], matched: bool | None) -> str:
    """The condition that decided it: the last that was tried before the others were left out."""
    open_ones = [one for one in tried if one.result.startswith("open")]
    if matched is None and open_ones:
        return f"{open_ones[0].text}: {open_ones[0].result.removeprefix('open: ')}"
    asked = [one for one in tried if not one.result.startswith("open")]
    return f"not so: {asked[-1].text} (it is {asked[-1].found or 'empty'})" if asked else "not so"


def _out_of_force(rule: CarrierRule, day: str) -> str:
    span = " ".join(
        part
        for part in (
            rule.valid_from and f"from {rule.valid_from}",
            rule.valid_until and f"until {rule.valid_until}",
        )
        if part
    )
    return f"not evaluated: in force {span}, and this is {day}"
