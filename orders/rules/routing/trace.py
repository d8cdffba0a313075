"""What was tried on the way to a decision, in order and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orders.rules.conditions.fields import Facts
from orders.rules.routing.matching import ReadyRule
from orders.rules.routing.parts import (
    RULES,
    SPLIT_RULES,
    Answer,
    CarrierRule,
    Explanation,
    TraceStep,
)

NOTHING_NEW = "matches and sets nothing new"
Tests = tuple[tuple[str, str, str], ...]


class Log(Explanation):
    """Routing with a log asks every rule in full; without one it takes the short way."""

    def add(self, stage: str, subject: str, outcome: str, reason: str) -> None:
        self.steps.append(TraceStep(stage=stage, subject=subject, outcome=outcome, reason=reason))

    def stock(self, code: str, gaps: Mapping[str, int]) -> None:
        outcome = "failed" if gaps else "passed"
        reason = f"short of {listed(gaps)}" if gaps else "holds every line"
        self.add("stock", code, outcome, reason)

    def tries(self, stage: str, ready: ReadyRule, facts: Facts, day: str) -> bool:
        """Whether the rule matches. What a rule that does has set is told by `took`."""
        is_told = stage == RULES or bool(
            ready.rule.split if stage == SPLIT_RULES else ready.rule.warehouses
        )
        if not ready.rule.is_in_force(day):
            if is_told:
                self.steps.append(rule_step(stage, ready.rule, ready.place, day=day))
            return False
        matched, tried = ready.trials(facts)
        if is_told:
            tests = tuple((one.text, one.result, one.found) for one in tried)
            self.steps.append(
                rule_step(stage, ready.rule, ready.place, answer=_answer(matched), tests=tests)
            )
        return bool(matched)

    def took(self, words: Sequence[str]) -> None:
        """What the rule that was tried last has set."""
        last = self.steps.pop()
        reason = f"sets {', '.join(words)}" if words else NOTHING_NEW
        self.steps.append(last.told("chosen" if words else "passed", reason))

    def stopped(self, by: CarrierRule, rest: Sequence[ReadyRule]) -> None:
        self.steps += [rule_step(RULES, one.rule, one.place, stopped_by=by.name) for one in rest]


def rule_step(
    stage: str,
    rule: CarrierRule,
    place: int,
    *,
    answer: Answer = Answer.OUT_OF_FORCE,
    tests: Tests = (),
    day: str = "",
    stopped_by: str | None = None,
) -> TraceStep:
    """The step of one rule, with the reason that its answer means."""
    if stopped_by is not None:
        answer, reason = Answer.STOPPED, f"not evaluated: “{stopped_by}” stops before it"
    elif answer is Answer.OUT_OF_FORCE:
        reason = f"not evaluated: in force {_days(rule)}, and this is {day}"
    else:
        reason = NOTHING_NEW if answer is Answer.MATCHED else _why_not(tests, answer)
    return TraceStep(
        stage=stage,
        subject=rule.name,
        outcome="passed" if answer is Answer.MATCHED else "skipped",
        reason=reason,
        tests=tests,
        rule=place,
        answer=answer,
    )


def listed(gaps: Mapping[str, int]) -> str:
    return ", ".join(f"{units} × {sku}" for sku, units in sorted(gaps.items()))


def _answer(matched: bool | None) -> Answer:
    if matched is None:
        return Answer.OPEN
    return Answer.MATCHED if matched else Answer.REFUTED


def _why_not(tests: Tests, answer: Answer) -> str:
    """The condition that decided it: the last that was tried before the others were left out."""
    open_ones = [(text, result) for text, result, _ in tests if result.startswith("open")]
    if answer is Answer.OPEN and open_ones:
        text, result = open_ones[0]
        return f"{text}: {result.removeprefix('open: ')}"
    asked = [(text, found) for text, result, found in tests if not result.startswith("open")]
    return f"not so: {asked[-1][0]} (it is {asked[-1][1] or 'empty'})" if asked else "not so"


def _days(rule: CarrierRule) -> str:
    return " ".join(
        part
        for part in (
            rule.valid_from and f"from {rule.valid_from}",
            rule.valid_until and f"until {rule.valid_until}",
        )
        if part
    )
