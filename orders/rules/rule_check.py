"""What is wrong with a rule, said before it can route anything."""

from __future__ import annotations

from collections.abc import Collection

from orders.rules.conditions import UnreadableCondition, condition_faults
from orders.rules.routing.matching import asked_of
from orders.rules.routing.parts import CarrierRule, Reach
from orders.rules.service_wish import Strategy
from shipping_project.kernel.errors import FieldError


def rule_faults(
    rule: CarrierRule, *, warehouses: Collection[str], boxes: Collection[str] | None = None
) -> tuple[FieldError, ...]:
    """`warehouses` and `boxes` are the codes and names that there are; of boxes, None does not
    ask. Fields are named as the rule names them."""
    return (
        *_condition(rule),
        *_effect(rule),
        *_dates(rule),
        *_wish(rule),
        *_any_carrier(rule),
        *_warehouses(rule, warehouses),
        *_package(rule, boxes),
    )


def _condition(rule: CarrierRule) -> list[FieldError]:
    return [
        FieldError(
            field=f"condition.{one.field}" if one.field else "condition",
            code=one.code,
            message=one.message,
        )
        for one in condition_faults(rule.condition)
    ]


def _effect(rule: CarrierRule) -> list[FieldError]:
    does = (
        rule.carrier,
        rule.platform,
        rule.wish,
        rule.warehouses,
        rule.hold_reason,
        rule.split,
        rule.extras,
        rule.stop,
    )
    if any(does):
        return []
    message = "It sets nothing and does not stop; say what it is for."
    return [FieldError(field="carrier", code="rule.no_effect", message=message)]


def _dates(rule: CarrierRule) -> list[FieldError]:
    if not (rule.valid_from and rule.valid_until) or rule.valid_from <= rule.valid_until:
        return []
    message = "The last day is before the first."
    return [FieldError(field="valid_until", code="rule.dates", message=message)]


def _wish(rule: CarrierRule) -> list[FieldError]:
    wish = rule.wish
    if wish is None or wish.strategy != Strategy.BEST_SCORE.value or float(wish.day_worth or 0):
        return []
    message = "Say what a day sooner is worth, or take the cheapest."
    return [FieldError(field="day_worth", code="rule.day_worth", message=message)]


def _any_carrier(rule: CarrierRule) -> list[FieldError]:
    if not (rule.carrier and rule.wish and rule.wish.any_carrier):
        return []
    message = f"It names {rule.carrier} and asks for any carrier; say one of the two."
    return [FieldError(field="any_carrier", code="rule.any_carrier", message=message)]


def _warehouses(rule: CarrierRule, known: Collection[str]) -> list[FieldError]:
    if not rule.warehouses:
        return []
    faults = [
        FieldError(
            field="warehouses", code="rule.unknown_warehouse", message=f"There is no {code}."
        )
        for code in rule.warehouses
        if code not in known
    ]
    if _rests_on_warehouse(rule):
        message = (
            "It chooses the warehouse and rests on the choice. Set it to both, whether the parcel "
            "stays in the country or leaves it, and ask nothing of the warehouse."
        )
        field = "reach" if rule.reach != Reach.BOTH.value else "condition"
        faults.append(FieldError(field=field, code="rule.circular", message=message))
    return faults


def _package(rule: CarrierRule, boxes: Collection[str] | None) -> list[FieldError]:
    package = rule.extras.package
    if not package or boxes is None or package in boxes:
        return []
    message = f"There is no saved box {package}."
    return [FieldError(field="package", code="rule.unknown_package", message=message)]


def _rests_on_warehouse(rule: CarrierRule) -> bool:
    try:
        return any(one.field.from_warehouse for one in asked_of(rule).comparisons())
    except UnreadableCondition:
        return False
