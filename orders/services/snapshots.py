"""What routing sees of an order, its stock and the rules at one moment."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict

from carriers.models import Carrier
from inventory.models import StockLevel, Warehouse
from orders.models import Order, RuleSet
from orders.rules.routing import CarrierRule, RouteSnapshot, RuleBook, WarehouseOption
from shipping_project.kernel.errors import Conflict


class NoLiveRules(Conflict):
    code = "routing.no_live_rules"
    title = "No rule set is live"


def live_rule_set() -> RuleSet:
    found = RuleSet.objects.filter(is_live=True).prefetch_related("rules").first()
    if found is None:
        raise NoLiveRules("Mark one rule set as live in the admin.")
    return found


def rule_book(rule_set: RuleSet) -> RuleBook:
    active = sorted((r for r in rule_set.rules.all() if r.is_active), key=lambda r: r.position)
    return RuleBook(
        version=rule_set.version,
        rules=tuple(
            CarrierRule(
                name=rule.name,
                country=rule.country,
                regions=tuple(rule.regions),
                carrier=rule.carrier,
            )
            for rule in active
        ),
        default_carrier=rule_set.default_carrier,
        export_carrier=rule_set.export_carrier,
        export_platform=rule_set.export_platform,
        platform_of={c.code: c.platform for c in Carrier.objects.filter(is_active=True)},
        warehouse_preference=tuple(rule_set.warehouse_preference),
    )


def route_snapshot(order: Order, book: RuleBook) -> RouteSnapshot:
    """The order as routing sees it; available units are read at this moment."""
    needs: Counter[str] = Counter()
    for line in order.lines.all():
        needs[line.sku] += line.quantity
    return RouteSnapshot(
        country=order.country,
        region=order.region,
        requested_carrier=order.requested_carrier,
        needs=dict(sorted(needs.items())),
        warehouses=_options(order),
        book=book,
    )


def _options(order: Order) -> tuple[WarehouseOption, ...]:
    # By the SKU that the order knows; the product may have got another one since.
    skus = {line.sellable_id: line.sku for line in order.lines.all()}
    available: dict[int, dict[str, int]] = {}
    for level in StockLevel.objects.filter(sellable_id__in=skus):
        available.setdefault(level.warehouse_id, {})[skus[level.sellable_id]] = level.available
    return tuple(
        WarehouseOption(
            code=warehouse.code,
            country=warehouse.country,
            region=warehouse.state,
            available=dict(sorted(available.get(warehouse.pk, {}).items())),
        )
        for warehouse in Warehouse.objects.filter(is_active=True).order_by("code")
    )


def snapshot_record(snapshot: RouteSnapshot) -> tuple[dict[str, object], str]:
    """The snapshot as JSON, and its SHA-256."""
    record = asdict(snapshot)
    text = json.dumps(record, sort_keys=True)
    return json.loads(text), hashlib.sha256(text.encode()).hexdigest()


def restored_snapshot(record: Mapping[str, object]) -> RouteSnapshot:
    """The snapshot of a stored decision, so that it can be recomputed."""
    data = json.loads(json.dumps(record))
    book = data.pop("book")
    rules = tuple(
        CarrierRule(**(rule | {"regions": tuple(rule["regions"])})) for rule in book.pop("rules")
    )
    preference = tuple(book.pop("warehouse_preference"))
    return RouteSnapshot(
        warehouses=tuple(WarehouseOption(**option) for option in data.pop("warehouses")),
        book=RuleBook(rules=rules, warehouse_preference=preference, **book),
        **data,
    )
