"""What routing sees of an order, its stock and the rules at one moment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone

from catalog.kits.contents import unpacked
from catalog.models import Sellable
from inventory.models import StockLevel, Warehouse
from inventory.rules.calendar import is_late, ship_day
from orders.models import Order, OrderLine, RuleSet, Shipment
from orders.rules.addresses import is_po_box
from orders.rules.conditions.fields import ANY_DANGER, billable_weight_g
from orders.rules.exchange import DatedRate
from orders.rules.geography import apart_km
from orders.rules.offers import kept_offers, offers_record
from orders.rules.parcels import volume_cm3
from orders.rules.routing import RouteSnapshot, RuleBook, WarehouseOption
from orders.services.contents import BoxesAtHand, boxes_at_hand
from orders.services.native import native_booking
from orders.services.rule_books import record_digest, restored_book

# Farther than any place.
FAR_KM = 100_000
HELD_BY_RULE = "order.held_by_rule"
NO_BOOK = RuleBook(
    version=0,
    rules=(),
    default_carrier="",
    export_carrier="",
    export_platform="",
    platform_of={},
    warehouse_preference=(),
)


def route_snapshot(order: Order, book: RuleBook) -> RouteSnapshot:
    """The order as routing sees it; available units are read at this moment."""
    now = timezone.now()
    lines = list(order.lines.select_related("sellable__product"))
    units = _units(lines)
    skus = _skus(lines, units)
    native = native_booking(order)
    at_hand = boxes_at_hand(order)
    options = _options(skus, order.ship_by, now, at_hand)
    if native is not None:
        # It is allocated there already; from elsewhere its label would be another parcel's.
        code = native.warehouse.code if native.warehouse else ""
        options = tuple(option for option in options if option.code == code)
    return RouteSnapshot(
        country=order.country,
        region=order.region,
        requested_carrier=order.requested_carrier,
        needs={skus[pk]: units[pk] for pk in sorted(units, key=skus.__getitem__)},
        warehouses=options,
        book=book,
        facts=_facts(order, at_hand, len(lines), now),
        lines=tuple(_line_facts(line) for line in lines),
        at=now.isoformat(timespec="seconds"),
        # It can only be dispatched again because a person let it go.
        is_released=order.events.filter(kind=HELD_BY_RULE).exists(),
        booked_at=native.source.platform if native else "",
    )


def _facts(
    order: Order, at_hand: BoxesAtHand, line_count: int, now: datetime
) -> dict[str, str | int | bool | None]:
    parcels = [box.parcel for box in at_hand.packed_in(None)]
    billed = sum(billable_weight_g(one.weight_g, volume_cm3(one)) for one in parcels)
    until = None if order.ship_by is None else order.ship_by - now
    return {
        "postal_code": order.postal_code,
        "is_po_box": is_po_box(order.address),
        "is_company": bool(order.company),
        "is_residential": order.is_residential,
        "weight_g": sum(one.weight_g for one in parcels),
        "billable_weight_g": billed,
        "longest_side_mm": max(one.length_mm for one in parcels),
        "volume_cm3": sum(volume_cm3(one) for one in parcels),
        "value": str(order.total),
        "currency": order.currency,
        "line_count": line_count,
        "source": order.source,
        "channel": order.channel,
        "organization": order.organization.slug,
        "requested_service": order.requested_service,
        "customer_tag": "\n".join(order.customer_tags),
        "ship_by_day": order.ship_by.astimezone(UTC).date().isoformat() if order.ship_by else None,
        "hours_to_ship_by": None if until is None else int(until.total_seconds() // 3600),
        "deliver_by_day": order.deliver_by.isoformat() if order.deliver_by else None,
        "days_to_deliver_by": (order.deliver_by - now.date()).days if order.deliver_by else None,
    }


def _line_facts(line: OrderLine) -> dict[str, str]:
    sellable = line.sellable
    return {
        "sku": line.sku,
        "brand": sellable.product.brand,
        "category": sellable.product.category,
        "hs_code": sellable.hs_code,
        "origin_country": sellable.origin_country,
        "product_tag": "\n".join(sellable.product.tags),
        "dangerous_goods": "\n".join(dangers_of(sellable)),
    }


def dangers_of(sellable: Sellable) -> list[str]:
    known = {
        "LIQUID": sellable.contains_liquids,
        "BATTERY_PI966": sellable.contains_battery_pi966,
        "BATTERY_PI967": sellable.contains_battery_pi967,
        sellable.un_number: bool(sellable.un_number),
    }
    there = [name for name, is_there in known.items() if is_there]
    return [ANY_DANGER, *there] if there else []


def _units(lines: Sequence[OrderLine]) -> dict[int, int]:
    """What has to leave the shelf: of a kit its components."""
    ordered: Counter[int] = Counter()
    for line in lines:
        ordered[line.sellable_id] += line.quantity
    return unpacked(ordered)


def _skus(lines: Sequence[OrderLine], units: Mapping[int, int]) -> dict[int, str]:
    """By the SKU that the order knows; the product may have got another one since."""
    skus = {line.sellable_id: line.sku for line in lines if line.sellable_id in units}
    parts = units.keys() - skus.keys()
    named = Sellable.objects.filter(pk__in=parts).values_list("pk", "sku") if parts else ()
    return skus | dict(named)


def _options(
    skus: Mapping[int, str],
    ship_by: datetime | None,
    now: datetime,
    at_hand: BoxesAtHand | None = None,
) -> tuple[WarehouseOption, ...]:
    available: dict[int, dict[str, int]] = {}
    for level in StockLevel.objects.filter(sellable_id__in=skus):
        available.setdefault(level.warehouse_id, {})[skus[level.sellable_id]] = level.available
    warehouses = list(Warehouse.objects.filter(is_active=True).order_by("code"))
    planned = planned_parcels(warehouses, now)
    return tuple(
        _option(
            warehouse,
            available.get(warehouse.pk, {}),
            ship_day(warehouse.calendar, now, planned.get(warehouse.pk, {})),
            ship_by,
            boxes=len(at_hand.packed_in(warehouse.pk)) if at_hand else 1,
        )
        for warehouse in warehouses
    )


def _option(
    warehouse: Warehouse,
    available: Mapping[str, int],
    day: date | None,
    ship_by: datetime | None,
    *,
    boxes: int,
) -> WarehouseOption:
    return WarehouseOption(
        code=warehouse.code,
        country=warehouse.country,
        region=warehouse.state,
        available=dict(sorted(available.items())),
        time_zone=warehouse.time_zone,
        ships_on=day.isoformat() if day else "",
        is_late=is_late(warehouse.calendar, day, ship_by),
        boxes=boxes,
        handling=str(warehouse.handling_cost),
        handling_currency=warehouse.handling_currency,
    )


def available_by_code(
    order: Order, sellable_ids: Collection[int]
) -> list[tuple[str, dict[str, int]]]:
    """Units by the sellable's id in each active warehouse, those that keep the promise and are
    near first."""
    options = _options({pk: str(pk) for pk in sellable_ids}, order.ship_by, timezone.now())
    to = (order.country, order.region)

    def rank(option: WarehouseOption) -> tuple[bool, int, str]:
        km = apart_km(option.country, option.region, *to)
        return option.is_late, FAR_KM if km is None else km, option.code

    return [(one.code, dict(one.available)) for one in sorted(options, key=rank)]


def planned_parcels(warehouses: Sequence[Warehouse], now: datetime) -> dict[int, dict[date, int]]:
    """How many parcels those with a limit are to hand over on the days to come.

    Read without a lock: of two orders at one moment both may take a day's last place, which is a
    plan and costs no more than a parcel beyond it.
    """
    limited = [one.pk for one in warehouses if one.daily_capacity is not None]
    planned: dict[int, dict[date, int]] = {}
    if not limited:
        return planned
    rows = Shipment.objects.live().filter(
        warehouse__in=limited, ship_on__gte=now.date() - timedelta(days=1)
    )
    counts = rows.order_by().values_list("warehouse", "ship_on").annotate(parcels=Count("packages"))
    for warehouse_id, day, parcels in counts:
        planned.setdefault(warehouse_id, {})[day] = parcels
    return planned


def snapshot_record(
    snapshot: RouteSnapshot, *, rule_set: RuleSet | None = None
) -> tuple[dict[str, object], str]:
    """The snapshot as JSON, and its SHA-256.

    Of a published rule set it names version and digest in place of the rules, which never change.
    """
    record = asdict(replace(snapshot, book=NO_BOOK, offers=()))
    record |= {
        "book": _book_record(snapshot, rule_set),
        "offers": offers_record(snapshot.offers) if snapshot.offers else {},
    }
    plain = json.loads(json.dumps(record))
    return plain, record_digest(plain)


def _book_record(snapshot: RouteSnapshot, rule_set: RuleSet | None) -> dict[str, object]:
    if rule_set is None or not rule_set.digest:
        return asdict(snapshot.book)
    return {
        "version": rule_set.version,
        "digest": rule_set.digest,
        "platform_of": snapshot.book.platform_of,
    }


def restored_snapshot(record: Mapping[str, Any], *, book: RuleBook | None = None) -> RouteSnapshot:
    """The snapshot of a stored decision, to be recomputed by its own rules or those of `book`."""
    return RouteSnapshot(
        **{
            **record,
            "warehouses": tuple(WarehouseOption(**option) for option in record["warehouses"]),
            "book": book or restored_book(record["book"]),
            "lines": tuple(record.get("lines", ())),
            "offers_from": tuple(record.get("offers_from", ())),
            "offers": kept_offers(record.get("offers") or {}),
            "exchange": tuple(DatedRate(**rate) for rate in record.get("exchange", ())),
        }
    )
