"""Rules that match nothing, come too late, or say otherwise than others about the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orders.rules.conditions import Comparison
from orders.rules.lint.boxes import TooTangled
from orders.rules.lint.findings import Code, Finding, Severity
from orders.rules.lint.shapes import OF_CARRIER, Shape
from orders.rules.lint.survey import Survey
from orders.rules.routing.parts import RouteSnapshot

MOST_CLASHES = 300


def never_matching(survey: Survey) -> Iterator[Finding]:
    for shape in survey.shapes:
        if shape.rule.valid_until and shape.rule.valid_until < survey.day:
            yield Finding(
                code=Code.EXPIRED,
                severity=Severity.HINT,
                rules=(shape.place,),
                words=f"“{shape.rule.name}” was in force until {shape.rule.valid_until}.",
                field="valid_until",
                example=survey.example(shape, since=shape.rule.valid_from),
            )
        elif shape.boxes == ():
            yield _never(survey, shape)
        elif shape.boxes is None:
            yield Finding(
                code=Code.UNCHECKED,
                severity=Severity.HINT,
                rules=(shape.place,),
                words=f"“{shape.rule.name}” is too tangled to be compared with others.",
                field="condition",
            )


def _never(survey: Survey, shape: Shape) -> Finding:
    """The example is an order that all of it but one part is so of."""
    parts = shape.ready.asks.parts
    for left_out, part in enumerate(parts):
        others = [one for at, one in enumerate(parts) if at != left_out]
        example = survey.example_of_parts(others, shape)
        if example:
            told = part.text if isinstance(part, Comparison) else "a group of its conditions"
            words = f"“{shape.rule.name}” can never match: “{told}” contradicts the rest of it"
            break
    else:
        example, words = survey.any_order(), f"“{shape.rule.name}” can never match"
    return Finding(
        code=Code.NEVER_MATCHES,
        severity=Severity.WARNING,
        rules=(shape.place,),
        words=f"{words}, with the warehouses there are.",
        field="condition",
        example=example,
    )


def coming_too_late(survey: Survey) -> Iterator[Finding]:
    for shape in survey.shapes:
        if not shape.boxes or survey.is_over(shape):
            continue
        try:
            finding = _too_late(survey, shape)
        except TooTangled:
            continue
        if finding:
            yield finding


def _too_late(survey: Survey, shape: Shape) -> Finding | None:
    cover, name = survey.cover, shape.rule.name
    earlier = list(_earlier(survey, shape))
    stops = cover.of_rules(one for one in earlier if one.rule.stop)
    left, met = cover.left(shape.boxes or (), stops)
    if left is None:
        words = (
            f"“{name}” is never reached: {survey.names(cover.places(met))} match first and stop."
        )
        return _late(survey, shape, Code.UNREACHABLE, cover.places(met), words)
    rivals = survey.rivals(shape) if OF_CARRIER & set(shape.sets) else []
    gets_other = all(one.rule.carrier != shape.rule.carrier for one in rivals)
    takers = 0
    for aspect in shape.sets:
        sets = cover.of_rules(
            one for one in earlier if _sets_before(one, shape, aspect, gets_other)
        )
        left, met = cover.left(shape.boxes or (), stops | sets)
        if left is not None:
            return None
        takers |= met
    if not takers or _keeps_others_back(survey, shape):
        return None
    places = cover.places(takers)
    words = f"“{name}” sets nothing new: {survey.names(places)} match all its orders before it."
    return _late(survey, shape, Code.SHADOWED, places, words)


def _keeps_others_back(survey: Survey, shape: Shape) -> bool:
    """Whether a rule after it would set something for orders that this one stops at."""
    return shape.rule.stop and any(
        _would_set(survey, shape, later) for later in survey.after(shape)
    )


def _would_set(survey: Survey, shape: Shape, later: Shape) -> bool:
    if later.boxes is None:
        return bool(later.sets)
    cover, boxes = survey.cover, survey.both(shape, later)
    earlier = [one for one in _earlier(survey, later) if one.place < shape.place]
    stops = cover.of_rules(one for one in earlier if one.rule.stop)
    for aspect in later.sets:
        sets = cover.of_rules(one for one in earlier if _sets_before(one, later, aspect, False))
        if cover.left(boxes, stops | sets)[0] is not None:
            return True
    return False


def _earlier(survey: Survey, shape: Shape) -> Iterator[Shape]:
    """Those that are asked before it, also while the warehouse is chosen if it has a say there."""
    is_early = bool(shape.rule.warehouses or shape.rule.split)
    for one in survey.before(shape):
        if not (is_early and one.rests_on_warehouse):
            yield one


def _sets_before(other: Shape, shape: Shape, aspect: str, gets_other: bool) -> bool:
    """Whether, where the other matches, this is set by the time `shape` is asked.

    `gets_other`: no earlier rule gives its orders the carrier that it would.
    """
    if aspect not in OF_CARRIER:
        return aspect in other.sets
    if not shape.rule.carrier:
        return aspect in other.sets and not other.rule.carrier
    if gets_other and other.rule.carrier:
        return True
    return aspect in other.sets and other.rule.carrier in ("", shape.rule.carrier)


def _late(survey: Survey, shape: Shape, code: Code, takers: Sequence[int], words: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        rules=(shape.place, *dict.fromkeys(takers)),
        words=words,
        example=survey.example(shape),
    )


def clashing(survey: Survey) -> Iterator[Finding]:
    """Pairs that set the same thing differently where neither is the exception from the other."""
    found = 0
    for later in survey.shapes:
        for earlier in survey.meeting(later):
            finding = _clash_of(survey, earlier, later)
            if finding:
                yield finding
                found += 1
            if found == MOST_CLASHES:
                return


def _clash_of(survey: Survey, earlier: Shape, later: Shape) -> Finding | None:
    aspects = _differing(earlier, later)
    both = survey.both(earlier, later) if aspects else []
    reached = survey.reaching(both, earlier) if both else None
    if reached is None:
        return None
    if survey.is_within(earlier, later) or survey.is_within(later, earlier):
        return None
    example = survey.example_of_both(earlier, later, reached)
    return _clash(earlier, later, aspects, example) if example else None


def _differing(earlier: Shape, later: Shape) -> list[str]:
    is_other = bool(earlier.rule.carrier and later.rule.carrier)
    is_other = is_other and earlier.rule.carrier != later.rule.carrier
    return [
        name
        for name, value in later.sets.items()
        if name in earlier.sets
        and earlier.sets[name] != value
        # Of two carriers, each with its own service, only the carriers differ.
        and not (is_other and name in OF_CARRIER)
    ]


def _clash(earlier: Shape, later: Shape, aspects: Sequence[str], example: RouteSnapshot) -> Finding:
    names = ", ".join(name.replace("wish", "service").replace("_", " ") for name in aspects)
    first, second = earlier.rule.name, later.rule.name
    return Finding(
        code=Code.CLASH,
        severity=Severity.HINT,
        rules=(later.place, earlier.place),
        words=f"“{first}” and “{second}” match some orders both and differ in {names}; "
        f"“{first}” wins because it comes first.",
        example=example,
    )
