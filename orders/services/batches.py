"""A batch of orders with all that its cheapest assignment rests on, read from the store."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from catalog.kits.contents import Part as KitPart
from catalog.kits.contents import parts_of
from inventory.models import StockLevel, Warehouse
from inventory.rules.calendar import open_days
from orders.models import Order, OrderLine, RoutingOverride
from orders.querysets import OrderQuerySet
from orders.rules.assigning import Batch, Candidate, Slot
from orders.rules.geography import apart_km
from orders.rules.rate_table import Carriage, RateTable
from orders.rules.routing import RouteSnapshot, Split, WarehouseOption, choose_route
from orders.rules.splitting import LineNeed, Shelf
from orders.rules.states import OrderState
from orders.services.rates import exchange_for, rate_table
from orders.services.rule_books import live_rule_set, rule_book
from orders.services.snapshots import planned_parcels, route_snapshot
from shipping_project.kernel.money import Money

# Days on which a warehouse with a limit may hand over, from the first that is open.
MOST_DAYS = 3
# Where no table prices a parcel, distance stands in: so much, and so much for 1,000 km.
UNKNOWN_CENTS, UNKNOWN_CENTS_1000_KM = 600, 250
FAR_KM = 20_000
CENTS = 100


def may_wait_for_a_batch(now: datetime) -> Q:
    """Open orders that are not urgent and that no person sent a way of their own."""
    urgent = now + timedelta(hours=settings.ASSIGN_URGENT_HOURS)
    picked = RoutingOverride.objects.filter(order=OuterRef("pk"))
    return (
        Q(state=OrderState.VALID.value, parent=None)
        & (Q(ship_by=None) | Q(ship_by__gt=urgent))
        & Q(~Exists(picked))
    )


def orders_to_assign(organization_id: int) -> OrderQuerySet:
    """The oldest of them, as many as one batch takes."""
    rows: OrderQuerySet = Order.objects.dispatchable().filter(organization=organization_id)
    return rows.filter(may_wait_for_a_batch(timezone.now())).order_by("pk")[: settings.ASSIGN_MOST]


@dataclass(frozen=True, slots=True)
class _Prices:
    """What a parcel costs by our tables, in cents of one currency."""

    table: RateTable
    currency: str
    day: date

    def cents(self, snapshot: RouteSnapshot, option: WarehouseOption, carrier: str) -> int:
        carriage = Carriage(
            organization=str(snapshot.facts["organization"]),
            warehouse=option.code,
            origin=option.country,
            destination=snapshot.country,
            weight_g=int(str(snapshot.facts["weight_g"])),
            volume_cm3=int(str(snapshot.facts["volume_cm3"])),
            day=self.day.isoformat(),
        )
        offers = self.table.offers(carriage, carrier=carrier)
        told = (self._in_cents(Decimal(offer.price), offer.currency) for offer in offers)
        known = [cents for cents in told if cents is not None]
        shipping = min(known) if known else _by_distance(snapshot, option)
        handling = self._in_cents(Decimal(option.handling or 0), option.handling_currency)
        return shipping + (handling or 0)

    def _in_cents(self, amount: Decimal, currency: str) -> int | None:
        exchange = exchange_for({currency, self.currency}, day=self.day)
        money = exchange.in_currency(Money(amount, currency), self.currency)
        return None if money is None else round(money.amount * CENTS)


def _by_distance(snapshot: RouteSnapshot, option: WarehouseOption) -> int:
    km = apart_km(option.country, option.region, snapshot.country, snapshot.region)
    return UNKNOWN_CENTS + UNKNOWN_CENTS_1000_KM * (FAR_KM if km is None else km) // 1_000


def read_batch(orders: Sequence[Order], *, currency: str) -> Batch:
    """Stock, room, prices and promises as they are now. Takes no lock."""
    now = timezone.now()
    warehouses = {one.code: one for one in Warehouse.objects.filter(is_active=True)}
    lines = _lines(orders)
    kits = parts_of({line.sellable_id for own in lines.values() for line in own})
    slots = tuple(_slots(list(warehouses.values()), now))
    table = rate_table(organization_id=orders[0].organization_id)
    prices = _Prices(table, currency, now.date())
    book = rule_book(live_rule_set())
    candidates = tuple(
        _candidate(order, route_snapshot(order, book), prices, slots, warehouses).with_lines(
            _needs(lines.get(order.pk, ()), kits)
        )
        for order in orders
    )
    levels = _levels({sku for one in candidates for line in one.lines for sku in line.per_unit})
    return Batch(
        candidates=candidates,
        shelves=tuple(
            Shelf(code=code, available=levels.get(one.pk, ({}, {}))[0])
            for code, one in sorted(warehouses.items())
        ),
        slots=slots,
        scarce_cents={
            (code, sku): settings.ASSIGN_SCARCE_CENTS
            for code, one in warehouses.items()
            for sku in levels.get(one.pk, ({}, {}))[1]
        },
    )


def _lines(orders: Sequence[Order]) -> dict[int, list[OrderLine]]:
    found: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=orders).order_by("position"):
        found.setdefault(line.order_id, []).append(line)
    return found


def _needs(
    lines: Sequence[OrderLine], kits: Mapping[int, tuple[KitPart, ...]]
) -> tuple[LineNeed, ...]:
    """By the id of what lies on the shelf."""
    return tuple(
        LineNeed(
            position=line.position,
            quantity=line.quantity,
            per_unit={str(part.sellable_id): part.units for part in kits.get(line.sellable_id, ())}
            or {str(line.sellable_id): 1},
        )
        for line in lines
    )


def _slots(warehouses: Sequence[Warehouse], now: datetime) -> Iterator[Slot]:
    planned = planned_parcels(warehouses, now)
    for one in sorted(warehouses, key=lambda warehouse: warehouse.code):
        calendar, limit = one.calendar, one.daily_capacity
        wanted = MOST_DAYS if limit is not None else 1
        for day in open_days(calendar, now, wanted):
            room = None if limit is None else limit - planned.get(one.pk, {}).get(day, 0)
            if room is None or room > 0:
                yield Slot(warehouse=one.code, day=day.isoformat(), room=room)


def _candidate(
    order: Order,
    snapshot: RouteSnapshot,
    prices: _Prices,
    slots: Sequence[Slot],
    warehouses: Mapping[str, Warehouse],
) -> Candidate:
    """From each warehouse by the carrier that the rules have for it; held by a rule, from none."""
    cents: dict[str, int] = {}
    for option in snapshot.warehouses:
        # As if it had everything: what it has is counted over the whole batch.
        full = replace(option, available=snapshot.needs)
        route = choose_route(replace(snapshot, warehouses=(full,)))
        if route.is_routed and not route.hold_reason:
            cents[option.code] = prices.cents(snapshot, option, route.carrier)
    split = choose_route(replace(snapshot, warehouses=tuple(_emptied(snapshot)))).split
    return Candidate(
        order=order.pk,
        lines=(),
        cents=cents,
        late_cents=_late_cents(order, slots, warehouses),
        may_split=split == Split.ALLOW if split else bool(order.organization.allows_split),
    )


def _emptied(snapshot: RouteSnapshot) -> Iterator[WarehouseOption]:
    return (replace(option, available={}) for option in snapshot.warehouses)


def _late_cents(
    order: Order, slots: Sequence[Slot], warehouses: Mapping[str, Warehouse]
) -> dict[str, int]:
    """So much for each day after the promise, by the day of handing over."""
    if order.ship_by is None:
        return {}
    late: dict[str, int] = {}
    for slot in slots:
        zone = ZoneInfo(warehouses[slot.warehouse].time_zone)
        days = (date.fromisoformat(slot.day) - order.ship_by.astimezone(zone).date()).days
        late[slot.day] = max(late.get(slot.day, 0), max(0, days) * settings.ASSIGN_LATE_CENTS)
    return late


def _levels(ids: Collection[str]) -> dict[int, tuple[dict[str, int], set[str]]]:
    """Units by the sellable's id, and which of them are scarce, by warehouse."""
    found: dict[int, tuple[dict[str, int], set[str]]] = {}
    rows = StockLevel.objects.filter(sellable__in=[int(text) for text in ids])
    for level in rows.filter(on_hand__gt=F("reserved")):
        units, scarce = found.setdefault(level.warehouse_id, ({}, set()))
        units[str(level.sellable_id)] = level.available
        if level.available <= level.low_at:
            scarce.add(str(level.sellable_id))
    return found
