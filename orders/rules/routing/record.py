"""The trace as it is kept: short, since what a rule asks stands in its version.

Of a rule only what came of its comparisons is kept, one letter each. What was asked is in the rules
and what was found in the snapshot, and both are kept with the decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from orders.rules.conditions import Comparison
from orders.rules.conditions.fields import Facts
from orders.rules.conditions.tree import DECIDED, NOT_KNOWN, NOT_KNOWN_YET, OTHER_CURRENCY
from orders.rules.routing.choosing import router_for
from orders.rules.routing.facts import OrderFacts
from orders.rules.routing.matching import ReadyRule
from orders.rules.routing.parts import (
    OFFERS,
    SPLIT_RULES,
    WAREHOUSE_RULES,
    Answer,
    RouteDecision,
    RouteSnapshot,
    TraceStep,
)
from orders.rules.routing.trace import Tests, rule_step

# What came of a comparison, by the beginning of its result; "open" goes on with the reason.
LETTERS: Mapping[str, str] = {
    "true": "T",
    "false": "F",
    f"open: {DECIDED}": "d",
    f"open: {NOT_KNOWN_YET}": "W",
    f"open: {NOT_KNOWN}": "U",
    f"open: {OTHER_CURRENCY}": "C",
}
RESULTS = {"T": "true", "F": "false", "d": f"open: {DECIDED}"}
# Before the letters: what the rule came to where it was not refuted.
SIGNS = {Answer.MATCHED: "+", Answer.OPEN: "?", Answer.OUT_OF_FORCE: "-", Answer.REFUTED: ""}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A warehouse or carrier; `removed_by` is the first thing that did, "" for the one chosen."""

    kind: str
    name: str
    removed_by: str


def candidates_of(
    snapshot: RouteSnapshot, route: RouteDecision, steps: Sequence[TraceStep]
) -> tuple[Candidate, ...]:
    """Every warehouse that is active and every carrier that can be booked."""
    carriers = sorted({*snapshot.book.platform_of, *filter(None, [route.carrier])})
    why = route.sentences[1 if route.is_routed else 0]
    return (
        *(_warehouse(option.code, route, steps) for option in snapshot.warehouses),
        *(Candidate("carrier", code, "" if code == route.carrier else why) for code in carriers),
    )


def _warehouse(code: str, route: RouteDecision, steps: Sequence[TraceStep]) -> Candidate:
    if code == route.warehouse:
        return Candidate("warehouse", code, "")
    failed = (step.reason for step in steps if (step.subject, step.outcome) == (code, "failed"))
    return Candidate("warehouse", code, next(failed, route.sentences[0]))


def record_of(snapshot: RouteSnapshot, route: RouteDecision) -> dict[str, Any]:
    """As plain JSON."""
    told = route.explain()
    candidates = candidates_of(snapshot, route, told.steps)
    return {
        "origin": told.origin,
        "steps": _short_steps(told.steps),
        "candidates": [[one.kind, one.name, one.removed_by] for one in candidates],
    }


def _short_steps(steps: Sequence[TraceStep]) -> list[object]:
    short: list[object] = []
    for (stage, is_rule), run in groupby(steps, key=lambda step: (step.stage, step.rule >= 0)):
        if is_rule:
            short.append(_short_rules(list(run)))
        elif stage == OFFERS:
            # What was on offer stands in the snapshot, in this order.
            short.append([stage, "", "", [[step.outcome, step.reason] for step in run]])
        else:
            short += [[step.stage, step.subject, step.outcome, step.reason] for step in run]
    return short


def _short_rules(steps: Sequence[TraceStep]) -> dict[str, object]:
    """`rules` are their places where they are not the first ones; `stop` is the one after which
    none was asked."""
    asked = [step for step in steps if step.answer is not Answer.STOPPED]
    places = [step.rule for step in asked]
    short: dict[str, object] = {
        "stage": steps[0].stage,
        "results": " ".join(_letters(step) for step in asked),
        "set": {str(step.rule): step.reason for step in asked if step.outcome == "chosen"},
    }
    if places != list(range(len(places))):
        short["rules"] = places
    if len(asked) < len(steps):
        short["stop"] = places[-1]
    return short


def _letters(step: TraceStep) -> str:
    sign = SIGNS[step.answer or Answer.REFUTED]
    return sign + "".join(_letter(result) for _, result, _ in step.tests)


def _letter(result: str) -> str:
    return next(letter for begin, letter in LETTERS.items() if result.startswith(begin))


def kept_candidates(record: Mapping[str, Any]) -> tuple[Candidate, ...]:
    return tuple(Candidate(*row) for row in record.get("candidates", ()))


def matched_rules(record: Mapping[str, Any]) -> Iterator[int]:
    """The places of the rules that matched."""
    for row in record["steps"]:
        if isinstance(row, Mapping) and row["results"]:
            words = row["results"].split(" ")
            places = row.get("rules", range(len(words)))
            for place, word in zip(places, words, strict=True):
                if word.startswith(SIGNS[Answer.MATCHED]):
                    yield place


def kept_steps(record: Mapping[str, Any], snapshot: RouteSnapshot) -> tuple[TraceStep, ...]:
    """The whole trace again."""
    rules = router_for(snapshot.book).rules
    steps: list[TraceStep] = []
    for row in record["steps"]:
        if isinstance(row, Mapping):
            steps += _long_rules(row, rules, _facts(row, snapshot, record["origin"]))
        else:
            stage, subject, outcome, reason = row
            if stage == OFFERS:
                steps += _long_offers(reason, snapshot, record["origin"])
            else:
                steps.append(
                    TraceStep(stage=stage, subject=subject, outcome=outcome, reason=reason)
                )
    return tuple(steps)


def _long_offers(
    rows: Sequence[Sequence[str]], snapshot: RouteSnapshot, origin: str
) -> Iterator[TraceStep]:
    offers = [offer for offer in snapshot.offers if offer.warehouse == origin]
    for offer, (outcome, reason) in zip(offers, rows, strict=True):
        yield TraceStep(stage=OFFERS, subject=offer.words, outcome=outcome, reason=reason)


def _facts(row: Mapping[str, Any], snapshot: RouteSnapshot, origin: str) -> OrderFacts:
    facts = OrderFacts(snapshot)
    if row["stage"] not in (WAREHOUSE_RULES, SPLIT_RULES):
        facts.origin = next((one for one in snapshot.warehouses if one.code == origin), None)
    return facts


def _long_rules(
    row: Mapping[str, Any], rules: Sequence[ReadyRule], facts: OrderFacts
) -> Iterator[TraceStep]:
    stage = row["stage"]
    # An empty word is a rule without conditions that was refuted, which there is not.
    words = row["results"].split(" ") if row["results"] else []
    places = row.get("rules", range(len(words)))
    for place, word in zip(places, words, strict=True):
        step = _long_rule(stage, rules[place], word, facts)
        reason = row["set"].get(str(place))
        yield step.told("chosen", reason) if reason else step
    if "stop" in row:
        by = rules[row["stop"]].rule.name
        for ready in rules[row["stop"] + 1 :]:
            yield rule_step(stage, ready.rule, ready.place, stopped_by=by)


def _long_rule(stage: str, ready: ReadyRule, word: str, facts: OrderFacts) -> TraceStep:
    answer = next(one for one, sign in SIGNS.items() if word.startswith(sign))
    letters = word.removeprefix(SIGNS[answer])
    tests: Tests = tuple(
        (asked.text, _result(letter, asked, facts), "" if letter == "d" else asked.found(facts))
        for asked, letter in zip(ready.asks.comparisons(), letters, strict=False)
    )
    day = facts.snapshot.at[:10]
    return rule_step(stage, ready.rule, ready.place, answer=answer, tests=tests, day=day)


def _result(letter: str, asked: Comparison, facts: Facts) -> str:
    return RESULTS.get(letter) or f"open: {asked.why_open(facts)}"
