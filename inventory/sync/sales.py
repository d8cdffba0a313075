"""Orders of the platforms' own shops: held here as soon as they are seen, and gone when shipped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from catalog.kits.contents import parts_of
from catalog.models import PlatformListing
from inventory.models import (
    MovementKind,
    PlatformSale,
    PlatformStock,
    StockLevel,
    WarehouseLink,
)
from inventory.rules.stock_sync import Owner
from inventory.services.stock import (
    StockDemand,
    move_stock,
    release_reservations,
    reserve_stock,
)
from inventory.sync.counting import note_allocated
from inventory.sync.expecting import shift_expected
from inventory.sync.kit_counting import (
    KitOrder,
    SoldKits,
    count_sold_kits,
    known_kits,
    recount_sold_kits,
)
from inventory.sync.news import Reason, Span, orders_read_until, span_of
from inventory.sync.numbers import WITH_STOCK

# Sellable, warehouse, and whether it went as a component of a kit.
Place = tuple[int, int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldUnits:
    """Units of one order there, by the platform's ids and its clock."""

    item_ref: str
    warehouse_ref: str
    units: int
    is_shipped: bool
    shipped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSale:
    """An order of the platform's own, as its list shows it; nothing is held for a cancelled one."""

    order_ref: str
    number: str
    changed_at: datetime | None
    units: tuple[SoldUnits, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Our warehouses whose number somebody owns, and our sellables, by the platform's ids.

    `parts` are the components of those that are kits here.
    """

    warehouses: dict[str, int]
    sellables: dict[str, int]
    parts: dict[int, dict[int, int]]

    def of(self, unit: SoldUnits) -> list[tuple[Place, int]]:
        """What it takes off our shelves. The platform counts a kit as itself, not its parts."""
        sellable_id = self.sellables.get(unit.item_ref)
        warehouse_id = self.warehouses.get(unit.warehouse_ref)
        if sellable_id is None or warehouse_id is None:
            return []
        parts = self.parts.get(sellable_id)
        if not parts:
            return [((sellable_id, warehouse_id, False), unit.units)]
        return [((pk, warehouse_id, True), unit.units * each) for pk, each in parts.items()]

    def kit_of(self, unit: SoldUnits) -> tuple[int, int] | None:
        """Kit and warehouse, where a kit was sold."""
        sellable_id = self.sellables.get(unit.item_ref)
        warehouse_id = self.warehouses.get(unit.warehouse_ref)
        if sellable_id not in self.parts or warehouse_id is None:
            return None
        return sellable_id, warehouse_id

    def reads_all_of(self, sale: SeenSale) -> bool:
        """Whether what the order does not name here can be taken as not sold by it any more."""
        units = [unit for unit in sale.units if unit.warehouse_ref in self.warehouses]
        return all(unit.item_ref in self.sellables for unit in units)


@dataclass(frozen=True, slots=True, order=True)
class Counts:
    """`went`: when the shipped ones went there."""

    allocated: int = 0
    shipped: int = 0
    went: Span | None = field(default=None, compare=False)


def take_sales(*, platform: str, sales: Sequence[SeenSale], places: Places | None = None) -> int:
    """Bring holds and ledger in line with what was sold there; returns how many orders moved them.

    `places` are those of all that was sold, where they have been looked up already.
    Each order is a transaction of its own, and a repeat changes nothing.
    """
    if platform not in WITH_STOCK:
        return 0
    places = places or places_of(platform, [unit for sale in sales for unit in sale.units])
    known = _known(platform, sales)
    return sum(_take(platform, sale, places, known[sale.order_ref]) for sale in sales)


def _known(platform: str, sales: Sequence[SeenSale]) -> defaultdict[str, dict[Place, PlatformSale]]:
    """What is kept of these orders, by their ids there."""
    refs = [sale.order_ref for sale in sales]
    known: defaultdict[str, dict[Place, PlatformSale]] = defaultdict(dict)
    for row in PlatformSale.objects.filter(platform=platform, order_ref__in=refs).with_level():
        known[row.order_ref][_place(row)] = row
    return known


def places_of(platform: str, units: Sequence[SoldUnits]) -> Places:
    owned = WarehouseLink.objects.filter(platform=platform).exclude(stock_owner=Owner.NOBODY.value)
    refs = {unit.item_ref for unit in units}
    found: dict[str, list[int]] = defaultdict(list)
    rows = PlatformListing.objects.at(platform).filter(external_ref__in=refs)
    for ref, sellable_id in rows.values_list("external_ref", "sellable_id"):
        found[ref].append(sellable_id)
    sellables = {ref: ids[0] for ref, ids in found.items() if len(ids) == 1}
    kits = parts_of(set(sellables.values()))
    return Places(
        warehouses=dict(owned.values_list("external_ref", "warehouse_id")),
        sellables=sellables,
        parts={
            kit_id: {part.sellable_id: part.units for part in parts}
            for kit_id, parts in kits.items()
        },
    )


def counts_of(units: Sequence[SoldUnits], places: Places) -> dict[Place, Counts]:
    sums: dict[Place, list[int]] = defaultdict(lambda: [0, 0])
    went: dict[Place, list[datetime | None]] = defaultdict(list)
    for unit in units:
        for place, count in places.of(unit):
            sums[place][unit.is_shipped] += count
            if unit.is_shipped:
                went[place].append(unit.shipped_at)
    return {
        place: Counts(allocated=allocated, shipped=shipped, went=span_of(went[place]))
        for place, (allocated, shipped) in sums.items()
    }


def kit_counts_of(units: Sequence[SoldUnits], places: Places) -> dict[tuple[int, int], SoldKits]:
    """Kits as the platform counts them, by kit and warehouse."""
    found: dict[tuple[int, int], list[SoldUnits]] = defaultdict(list)
    for unit in units:
        if (place := places.kit_of(unit)) is not None:
            found[place].append(unit)
    return {
        place: SoldKits(
            allocated=sum(unit.units for unit in sold if not unit.is_shipped),
            shipped=sum(unit.units for unit in sold if unit.is_shipped),
            went=span_of([unit.shipped_at for unit in sold if unit.is_shipped]),
        )
        for place, sold in found.items()
    }


def _take(
    platform: str, sale: SeenSale, places: Places, rows: Mapping[Place, PlatformSale]
) -> bool:
    wanted = counts_of(sale.units, places)
    if _is_outdated(sale, rows.values()):
        return False
    if places.reads_all_of(sale):
        owned = set(places.warehouses.values())
        wanted |= {place: Counts() for place in rows.keys() - wanted.keys() if place[1] in owned}
    moved = False
    for place, counts in sorted(wanted.items()):
        row = rows.get(place)
        if row is None or (row.allocated, row.shipped) != (counts.allocated, counts.shipped):
            _follow(platform, sale, place, counts)
            moved = True
    has_kits = bool(places.parts) or any(row.is_in_kit for row in rows.values())
    return (has_kits and _follow_kits(platform, sale, places)) or moved


def _follow_kits(platform: str, sale: SeenSale, places: Places) -> bool:
    """The platform's own number of the kit, now that its components are held and gone here."""
    wanted = kit_counts_of(sale.units, places)
    if not places.reads_all_of(sale):
        wanted = known_kits(platform=platform, order_ref=sale.order_ref) | wanted
    order = KitOrder(
        platform=platform,
        reference=sale.order_ref,
        is_sale=True,
        reason=Reason(
            what=f"{platform.capitalize()} orders",
            ref=sale.number or sale.order_ref,
            since=orders_read_until(platform),
        ),
        changed_at=sale.changed_at,
    )
    return count_sold_kits(order=order, wanted=wanted)


def _is_outdated(sale: SeenSale, rows: Iterable[PlatformSale]) -> bool:
    """Of a page that was read before another list told the same order's later state."""
    known = [row.changed_at for row in rows if row.changed_at is not None]
    return sale.changed_at is not None and bool(known) and sale.changed_at < max(known)


def _place(row: PlatformSale) -> Place:
    return row.level.sellable_id, row.level.warehouse_id, row.is_in_kit


@transaction.atomic
def _follow(platform: str, sale: SeenSale, place: Place, counts: Counts) -> None:
    """The level is held throughout, so that two readers cannot count one order twice."""
    sellable_id, warehouse_id, is_in_kit = place
    level, _ = StockLevel.objects.get_or_create(sellable_id=sellable_id, warehouse_id=warehouse_id)
    StockLevel.objects.locked().get(pk=level.pk)
    row, is_new = PlatformSale.objects.get_or_create(
        platform=platform,
        order_ref=sale.order_ref,
        level=level,
        is_in_kit=is_in_kit,
        defaults={"number": sale.number},
    )
    gone = counts.shipped - row.shipped
    row.allocated, row.shipped = counts.allocated, counts.shipped
    row.changed_at, row.seen_at = sale.changed_at, timezone.now()
    if is_new and _was_gone_before(row):
        # Its units were no longer there when both sides first agreed.
        row.taken = row.shipped
    elif not is_in_kit:
        what = f"{row.get_platform_display()} orders"
        ref = row.number or row.order_ref
        reason = Reason(what=what, ref=ref, since=orders_read_until(platform), went=counts.went)
        shift_expected(level_id=level.pk, platform=platform, units=-gone, reason=reason)
    _settle(row, place)


def _was_gone_before(row: PlatformSale) -> bool:
    """Shipped before the first agreement, or with none so far."""
    if not row.shipped:
        return False
    stocks = PlatformStock.objects.at(row.platform).filter(level=row.level_id)
    first = stocks.values_list("first_agreed_at", flat=True).first()
    return first is None or (row.changed_at is not None and row.changed_at < first)


def _settle(row: PlatformSale, place: Place) -> None:
    """Take the gone off the ledger and hold the promised, as far as there are units for it."""
    if row.held:
        release_reservations(reference=row.reference)
        row.held = 0
    _take_gone(row, place)
    _hold(row, place)
    row.save()


def _take_gone(row: PlatformSale, place: Place) -> None:
    units = row.shipped - row.taken
    level = StockLevel.objects.get(pk=row.level_id)
    units = min(units, level.available) if units > 0 else units
    if not units:
        return
    move_stock(
        sellable_id=place[0],
        warehouse_id=place[1],
        quantity=-units,
        kind=MovementKind.SALE,
        reason=f"{row.get_platform_display()} order {row.number}"[:200],
        reference=row.order_ref[:60],
        actor=row.platform,
    )
    row.taken += units


def _hold(row: PlatformSale, place: Place) -> None:
    level = StockLevel.objects.select_related("warehouse").get(pk=row.level_id)
    units = min(row.allocated, level.available)
    if units <= 0:
        return
    row.holds += 1
    reserve_stock(
        reference=row.reference,
        demands=[StockDemand(sellable_id=place[0], quantity=units)],
        warehouse_code=level.warehouse.code,
    )
    if not row.is_in_kit:
        counted = {place[0]: units}
        note_allocated(reference=row.reference, platform=row.platform, units=counted)
    row.held = units


def settle_short_sales() -> int:
    """Hold what could not be held before, now that there may be units; returns for how many."""
    settled = 0
    short = PlatformSale.objects.short().filter(level__on_hand__gt=0)
    for row in list(short.with_level().order_by("pk")[:500]):
        if row.level.available > 0:
            with transaction.atomic():
                StockLevel.objects.locked().get(pk=row.level_id)
                fresh = PlatformSale.objects.select_for_update().get(pk=row.pk)
                _settle(fresh, _place(row))
                settled += 1
            if row.is_in_kit:
                recount_sold_kits(platform=row.platform, order_ref=row.order_ref)
    return settled
