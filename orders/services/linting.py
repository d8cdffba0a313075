"""Rules looked over with what there is now: warehouses, carriers, services, products, decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models.functions import Upper
from django.utils import timezone

from accounts.models import Organization
from carriers.models import CarrierService, PlatformAccount
from catalog.models import Product, Sellable
from inventory.models import Warehouse
from orders.models import OrderSource, RoutingDecision, RoutingRule, RuleSet
from orders.rules.conditions import UnreadableCondition
from orders.rules.conditions.fields import tidied_text
from orders.rules.lint import Finding, World, lint
from orders.rules.lint.coverage import Coverage, coverage
from orders.rules.routing import RuleBook, WarehouseOption
from orders.rules.routing.record import matched_rules
from orders.services.rule_books import book_content, book_of
from orders.services.rules import box_names
from shipping_project.kernel.errors import InvalidInput

HIT_DAYS = 30
# So many of the newest decisions tell which rules are used, however many there are.
MOST_COUNTED = 5_000
Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LintReport:
    """`book` has the rules that findings name by their place."""

    book: RuleBook
    findings: tuple[Finding, ...]


def lint_rule_set(rule_set: RuleSet, *, rules: Iterable[RoutingRule] | None = None) -> LintReport:
    """`rules` are looked over in place of its own."""
    if rules is None:
        content = rule_set.content or book_content(rule_set)
    else:
        content = book_content(rule_set, rules=rules)
    book = book_of(content, version=rule_set.version)
    world = _world(_skus_named(content), *_hits(rule_set, content))
    return LintReport(book=book, findings=lint(book, world))


def cover_rule_set(rule_set: RuleSet, *, currency: str) -> Coverage:
    """Raises InvalidInput for rules that cannot be read."""
    content = rule_set.content or book_content(rule_set)
    try:
        return coverage(book_of(content, version=rule_set.version), _world(), currency=currency)
    except UnreadableCondition as exc:
        raise InvalidInput("Some rules cannot be read.", errors=exc.errors) from exc


def _world(
    skus: frozenset[str] = frozenset(), hits: Mapping[int, int] | None = None, counted: int = 0
) -> World:
    """`skus` are those that the rules name; of all others nothing is asked."""
    return World(
        day=timezone.now().date().isoformat(),
        warehouses=tuple(_option(row) for row in Warehouse.objects.filter(is_active=True)),
        closed_warehouses=frozenset(
            Warehouse.objects.filter(is_active=False).values_list("code", flat=True)
        ),
        platforms=frozenset(
            PlatformAccount.objects.filter(is_enabled=True).values_list("platform", flat=True)
        ),
        services=_services(),
        known=_known(skus),
        hits=hits,
        hit_days=HIT_DAYS,
        counted=counted,
    )


def _option(row: Warehouse) -> WarehouseOption:
    return WarehouseOption(
        code=row.code,
        country=row.country,
        region=row.state,
        available={},
        time_zone=row.time_zone,
    )


def _services() -> dict[str, frozenset[str]]:
    rows = CarrierService.objects.filter(is_active=True).values_list("carrier__code", "name")
    found: dict[str, set[str]] = {}
    for carrier, name in rows:
        found.setdefault(carrier, set()).add(name)
    return {carrier: frozenset(names) for carrier, names in found.items()}


def _known(skus: frozenset[str]) -> dict[str, frozenset[str]]:
    found = {
        "organization": Organization.objects.values_list("slug", flat=True),
        "source": [source.value for source in OrderSource],
        "brand": Product.objects.exclude(brand="").values_list("brand", flat=True).distinct(),
        "category": Product.objects.exclude(category="")
        .values_list("category", flat=True)
        .distinct(),
    }
    known = {
        name: frozenset(tidied_text(name, value) for value in values)
        for name, values in found.items()
    }
    # As below; the names of boxes are told apart by case.
    known["package"] = box_names() | {""}
    if skus:
        rows = Sellable.objects.annotate(told=Upper("sku")).filter(told__in=skus)
        # One that is never named keeps the set from being empty, which would mean "not checked".
        known["sku"] = frozenset(rows.values_list("told", flat=True)) | {""}
    return known


def _skus_named(content: Content) -> frozenset[str]:
    return frozenset(
        value for rule in content["rules"] for value in _values_of("sku", rule["condition"])
    )


def _values_of(name: str, tree: Any) -> Iterator[str]:
    """Of the comparisons of one field; the tree may be one that cannot be read."""
    if isinstance(tree, list):
        for one in tree:
            yield from _values_of(name, one)
    elif isinstance(tree, dict) and tree.get("field") == name:
        given = tree.get("value")
        values = given if isinstance(given, list) else [given]
        yield from (tidied_text(name, value) for value in values if isinstance(value, str))
    elif isinstance(tree, dict):
        for one in tree.values():
            yield from _values_of(name, one)


def _hits(rule_set: RuleSet, content: Content) -> tuple[dict[int, int], int]:
    """How often a rule matched lately; a draft's rule is counted where the live rules have it."""
    counting = rule_set if rule_set.digest else RuleSet.objects.filter(is_live=True).first()
    if counting is None or not counting.digest:
        return {}, 0
    since = timezone.now() - timedelta(days=HIT_DAYS)
    newest = RoutingDecision.objects.filter(rule_set=counting, at__gte=since).order_by("-id")
    counted, matched = 0, Counter[int]()
    for trace in newest.values_list("trace", flat=True)[:MOST_COUNTED].iterator():
        if isinstance(trace, dict):
            counted += 1
            matched.update(set(matched_rules(trace)))
    rules = counting.content["rules"]
    places = {at: rules.index(rule) for at, rule in enumerate(content["rules"]) if rule in rules}
    return {at: matched[place] for at, place in places.items()}, counted
