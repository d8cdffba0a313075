"""What routing sees of an order, its stock and the rules at one moment."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone

from carriers.models import Carrier
from inventory.models import StockLevel, Warehouse
from orders.models import Order, OrderLine, RoutingRule, RuleSet
from orders.rules.addresses import is_po_box
from orders.rules.conditions.fields import billable_weight_g
from orders.rules.routing import CarrierRule, RouteSnapshot, RuleBook, WarehouseOption
from orders.rules.service_wish import ServiceWish, Strategy, read_wish
from orders.services.contents import parcel_of
from shipping_project.kernel.errors import Conflict

HELD_BY_RULE = "order.held_by_rule"


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
        rules=tuple(as_carrier_rule(rule) for rule in active),
        default_carrier=rule_set.default_carrier,
        export_carrier=rule_set.export_carrier,
        export_platform=rule_set.export_platform,
        platform_of={c.code: c.platform for c in Carrier.objects.filter(is_active=True)},
        warehouse_preference=tuple(rule_set.warehouse_preference),
    )


def as_carrier_rule(rule: RoutingRule) -> CarrierRule:
    return CarrierRule(
        name=rule.name,
        country=rule.country,
        regions=tuple(rule.regions),
        carrier=rule.carrier,
        reach=rule.reach,
        condition=rule.condition,
        platform=rule.platform,
        wish=_wish(rule),
        warehouses=tuple(rule.warehouses),
        hold_reason=rule.hold_reason,
        stop=rule.stop,
        valid_from=rule.valid_from.isoformat() if rule.valid_from else "",
        valid_until=rule.valid_until.isoformat() if rule.valid_until else "",
    )


def _wish(rule: RoutingRule) -> ServiceWish | None:
    if not (rule.strategy or rule.service or rule.max_days):
        return None
    return ServiceWish(
        strategy=rule.strategy or Strategy.CHEAPEST.value,
        service=rule.service,
        max_days=rule.max_days,
        day_worth=str(rule.day_worth) if rule.strategy == Strategy.BEST_SCORE.value else "",
    )


def route_snapshot(order: Order, book: RuleBook) -> RouteSnapshot:
    """The order as routing sees it; available units are read at this moment."""
    now = timezone.now()
    lines = list(order.lines.select_related("sellable__product"))
    needs: Counter[str] = Counter()
    for line in lines:
        needs[line.sku] += line.quantity
    return RouteSnapshot(
        country=order.country,
        region=order.region,
        requested_carrier=order.requested_carrier,
        needs=dict(sorted(needs.items())),
        warehouses=_options(lines),
        book=book,
        facts=_facts(order, len(lines), now),
        lines=tuple(_line_facts(line) for line in lines),
        at=now.isoformat(timespec="seconds"),
        # It can only be dispatched again because a person let it go.
        is_released=order.events.filter(kind=HELD_BY_RULE).exists(),
    )


def _facts(order: Order, line_count: int, now: datetime) -> dict[str, str | int | bool | None]:
    parcel = parcel_of(order)
    volume_cm3 = -(-parcel.length_mm * parcel.width_mm * parcel.height_mm // 1000)
    until = None if order.ship_by is None else order.ship_by - now
    return {
        "postal_code": order.postal_code,
        "is_po_box": is_po_box(order.address),
        "is_company": bool(order.company),
        "weight_g": parcel.weight_g,
        "billable_weight_g": billable_weight_g(parcel.weight_g, volume_cm3),
        "longest_side_mm": parcel.length_mm,
        "volume_cm3": volume_cm3,
        "value": str(order.total),
        "currency": order.currency,
        "line_count": line_count,
        "source": order.source,
        "organization": order.organization.slug,
        "hours_to_ship_by": None if until is None else int(until.total_seconds() // 3600),
    }


def _line_facts(line: OrderLine) -> dict[str, str]:
    sellable = line.sellable
    return {
        "sku": line.sku,
        "brand": sellable.product.brand,
        "category": sellable.product.category,
        "hs_code": sellable.hs_code,
        "origin_country": sellable.origin_country,
    }


def _options(lines: Sequence[OrderLine]) -> tuple[WarehouseOption, ...]:
    # By the SKU that the order knows; the product may have got another one since.
    skus = {line.sellable_id: line.sku for line in lines}
    available: dict[int, dict[str, int]] = {}
    for level in StockLevel.objects.filter(sellable_id__in=skus):
        available.setdefault(level.warehouse_id, {})[skus[level.sellable_id]] = level.available
    return tuple(
        WarehouseOption(
            code=warehouse.code,
            country=warehouse.country,
            region=warehouse.state,
            available=dict(sorted(available.get(warehouse.pk, {}).items())),
            time_zone=warehouse.time_zone,
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
    rules = tuple(_restored_rule(rule) for rule in book.pop("rules"))
    preference = tuple(book.pop("warehouse_preference"))
    return RouteSnapshot(
        warehouses=tuple(WarehouseOption(**option) for option in data.pop("warehouses")),
        book=RuleBook(rules=rules, warehouse_preference=preference, **book),
        lines=tuple(data.pop("lines", ())),
        **data,
    )


def _restored_rule(data: dict[str, Any]) -> CarrierRule:
    wish = data.get("wish")
    lists = {name: tuple(data.get(name, ())) for name in ("regions", "warehouses")}
    return CarrierRule(**{**data, **lists, "wish": read_wish(wish) if wish else None})
