"""What rules name that is closed, switched off or not there."""

from __future__ import annotations

from collections.abc import Iterator

from orders.rules.conditions.fields import Operator
from orders.rules.lint.findings import Code, Finding, Severity
from orders.rules.lint.shapes import Shape
from orders.rules.lint.survey import Survey

# Here a value stands for one thing, which is there or is not.
WHOLE = frozenset({Operator.IS, Operator.IN, Operator.NOT_IN})
WAREHOUSE_FIELDS = frozenset({"warehouse", "stocked_in"})


def naming_what_is_gone(survey: Survey) -> Iterator[Finding]:
    for shape in survey.shapes:
        yield from _warehouses(survey, shape)
        yield from _carrier(survey, shape)
        yield from _service(survey, shape)
        yield from _values(survey, shape)
        yield from _package(survey, shape)
    yield from _preferences(survey)


def _found(survey: Survey, shape: Shape, code: Code, field: str, words: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.WARNING,
        rules=(shape.place,),
        words=f"“{shape.rule.name}” {words}.",
        field=field,
        example=survey.example(shape),
    )


def _warehouses(survey: Survey, shape: Shape) -> Iterator[Finding]:
    is_open = {option.code for option in survey.world.warehouses}
    if not is_open:
        return
    for code in shape.rule.warehouses:
        if code not in is_open:
            words = f"names the warehouse {code}, which {_gone(survey, code)}"
            yield _found(survey, shape, Code.CLOSED_WAREHOUSE, "warehouses", words)
    for asked in shape.ready.asks.comparisons():
        if asked.field.name in WAREHOUSE_FIELDS and asked.operator in WHOLE:
            for value in asked.values:
                if value not in is_open:
                    words = f"asks for the warehouse {value}, which {_gone(survey, str(value))}"
                    yield _found(survey, shape, Code.CLOSED_WAREHOUSE, "condition", words)


def _gone(survey: Survey, code: str) -> str:
    return "is closed" if code in survey.world.closed_warehouses else "there is not"


def _preferences(survey: Survey) -> Iterator[Finding]:
    options = survey.world.warehouses
    codes = {f"warehouse:{option.code}" for option in options}
    places = {f"region:{option.country}-{option.region}" for option in options}
    for preference in survey.book.warehouse_preference if options else ():
        if ":" in preference and preference not in codes | places:
            yield Finding(
                code=Code.CLOSED_WAREHOUSE,
                severity=Severity.HINT,
                rules=(),
                words=f"The preference {preference} fits no warehouse that is open.",
                field="warehouse_preference",
                example=survey.any_order(),
            )


def _carrier(survey: Survey, shape: Shape) -> Iterator[Finding]:
    rule = shape.rule
    if rule.carrier and rule.carrier not in survey.book.platform_of:
        words = f"picks {rule.carrier}, which is switched off"
        yield _found(survey, shape, Code.DISABLED_CARRIER, "carrier", words)
    platforms = survey.world.platforms
    if rule.platform and platforms and rule.platform not in platforms:
        words = f"books at {rule.platform.capitalize()}, which is switched off"
        yield _found(survey, shape, Code.DISABLED_PLATFORM, "platform", words)


def _service(survey: Survey, shape: Shape) -> Iterator[Finding]:
    """A carrier's services are those that a platform has offered so far."""
    rule = shape.rule
    wanted = rule.wish.service.casefold() if rule.wish else ""
    offered = survey.world.services.get(rule.carrier, frozenset())
    if wanted and offered and not any(wanted in name.casefold() for name in offered):
        words = f"asks for “{wanted}”, and no service of {rule.carrier} is named so"
        yield _found(survey, shape, Code.UNKNOWN_SERVICE, "service", words)


def _values(survey: Survey, shape: Shape) -> Iterator[Finding]:
    for asked in shape.ready.asks.comparisons():
        known = survey.world.known.get(asked.field.name)
        if not known or asked.operator not in WHOLE:
            continue
        strange = [str(value) for value in asked.values if value not in known]
        if strange:
            words = f"asks for {asked.field.label} {', '.join(strange)}, which there is not"
            yield _found(survey, shape, Code.UNKNOWN_VALUE, "condition", words)


def _package(survey: Survey, shape: Shape) -> Iterator[Finding]:
    package, known = shape.rule.extras.package, survey.world.known.get("package")
    if package and known and package not in known:
        words = f"packs in the box {package}, which there is not"
        yield _found(survey, shape, Code.UNKNOWN_VALUE, "package", words)


def never_hit(survey: Survey) -> Iterator[Finding]:
    """Rules that no order of the last days matched."""
    world = survey.world
    if world.hits is None or not world.counted:
        return
    for shape in survey.shapes:
        if shape.place in world.hits and not world.hits[shape.place] and shape.boxes != ():
            yield Finding(
                code=Code.DEAD,
                severity=Severity.HINT,
                rules=(shape.place,),
                words=f"“{shape.rule.name}” took part in none of the last {world.counted:,} "
                f"decisions of {world.hit_days} days.",
                example=survey.example(shape),
            )
