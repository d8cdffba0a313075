"""Kits that a platform has taken off its own number of the kit, where here their components are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from catalog.kits.contents import Part, parts_of
from inventory.models import KitCount, PlatformSale, PlatformStock, Reservation, StockLevel
from inventory.rules.kit_stock import take_whole_kits
from inventory.sync.expecting import shift_expected
from inventory.sync.news import Reason, Span

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Kits of one order at one place. `held` of the allocated have their components held here."""

    allocated: int = 0
    held: int = 0
    shipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KitOrder:
    """Whose kits they are, and how a change of them there is told."""

    platform: str
    reference: str
    is_sale: bool
    reason: Reason
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldKits:
    """Kits of one sale at one place; the shipped ones `went` in that time by its clock."""

    allocated: int = 0
    shipped: int = 0
    went: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedKits:
    """The kits among what an order names, with their parts, and those counted for it before."""

    parts: dict[int, tuple[Part, ...]]
    known: dict[Place, KitCount]

    @property
    def sellable_ids(self) -> set[int]:
        return self.parts.keys() | {sellable_id for sellable_id, _ in self.known}


def ordered_kits(
    *, platform: str, reference: str, is_sale: bool, named: Collection[int]
) -> OrderedKits:
    known = KitCount.objects.of(platform=platform, reference=reference, is_sale=is_sale)
    rows = {
        (row.level.sellable_id, row.level.warehouse_id): row
        for row in known.select_related("level")
    }
    return OrderedKits(parts=parts_of({*named, *(pk for pk, _ in rows)}), known=rows)


def make_levels(kits: OrderedKits, warehouse_ids: Collection[int]) -> None:
    """Empty ones, to hang the kits' numbers on."""
    wanted = {(pk, place) for pk in kits.parts for place in warehouse_ids} - kits.known.keys()
    if wanted:
        StockLevel.objects.bulk_create(
            (StockLevel(sellable_id=pk, warehouse_id=place) for pk, place in sorted(wanted)),
            ignore_conflicts=True,
        )


def count_promised_kits(
    *,
    order: KitOrder,
    kits: OrderedKits,
    holds: Sequence[Reservation],
    allocated: Mapping[Place, int],
    shipped: Mapping[Place, int],
) -> None:
    """Of an order of ours; the caller holds the levels. Kits beyond what is held say nothing."""
    shelves: dict[int, Counter[int]] = defaultdict(Counter)
    for hold in holds:
        shelves[hold.warehouse_id][hold.sellable_id] += hold.quantity
    named = {place for place in (*allocated, *shipped) if place[0] in kits.parts}
    for place in sorted(named | kits.known.keys()):
        parts, shelf = _units(kits, place), shelves[place[1]]
        gone = take_whole_kits(shelf, parts, shipped.get(place, 0))
        there = take_whole_kits(shelf, parts, allocated.get(place, 0))
        _write(order, place, Numbers(allocated=there, held=there, shipped=gone))


def _units(kits: OrderedKits, place: Place) -> dict[int, int]:
    return {part.sellable_id: part.units for part in kits.parts.get(place[0], ())}


@transaction.atomic
def count_sold_kits(*, order: KitOrder, wanted: Mapping[Place, SoldKits]) -> bool:
    """Of an order of the platform's own; False: no news.

    Its components were followed before, so it is known how many of them are held.
    """
    kits = ordered_kits(
        platform=order.platform,
        reference=order.reference,
        is_sale=True,
        named=[pk for pk, _ in wanted],
    )
    if not kits.parts and not kits.known:
        return False
    make_levels(kits, {place for _, place in wanted})
    _lock(wanted.keys() | kits.known.keys())
    shelves = _held_for_sale(order)
    moved = [
        _follow(order, place, wanted.get(place, SoldKits()), _units(kits, place), shelves[place[1]])
        for place in sorted(wanted.keys() | kits.known.keys())
    ]
    return any(moved)


@transaction.atomic
def recount_sold_kits(*, platform: str, order_ref: str) -> None:
    """Components of a sale were held, that could not be before."""
    order = KitOrder(
        platform=platform,
        reference=order_ref,
        is_sale=True,
        reason=Reason(what="", ref="", since=None),
    )
    count_sold_kits(order=order, wanted=known_kits(platform=platform, order_ref=order_ref))


def known_kits(*, platform: str, order_ref: str) -> dict[Place, SoldKits]:
    """Those of a sale by place, as they were last seen."""
    rows = KitCount.objects.of(platform=platform, reference=order_ref, is_sale=True)
    return {
        (row.level.sellable_id, row.level.warehouse_id): SoldKits(
            allocated=row.allocated, shipped=row.shipped
        )
        for row in rows.select_related("level")
    }


def _lock(places: Collection[Place]) -> None:
    levels = StockLevel.objects.filter(
        sellable_id__in={pk for pk, _ in places}, warehouse_id__in={pk for _, pk in places}
    )
    list(levels.locked())


def _held_for_sale(order: KitOrder) -> dict[int, Counter[int]]:
    rows = PlatformSale.objects.filter(
        platform=order.platform, order_ref=order.reference, is_in_kit=True
    )
    shelves: dict[int, Counter[int]] = defaultdict(Counter)
    for row in rows.with_level():
        shelves[row.level.warehouse_id][row.level.sellable_id] += row.held
    return shelves


def _follow(
    order: KitOrder, place: Place, sold: SoldKits, parts: Mapping[int, int], shelf: Counter[int]
) -> bool:
    held = take_whole_kits(shelf, parts, sold.allocated)
    numbers = Numbers(allocated=sold.allocated, held=held, shipped=sold.shipped)
    own = replace(order, reason=replace(order.reason, went=sold.went))
    return _write(own, place, numbers)


def _write(order: KitOrder, place: Place, numbers: Numbers) -> bool:
    """The caller holds the level."""
    sellable_id, warehouse_id = place
    level = StockLevel.objects.filter(sellable_id=sellable_id, warehouse_id=warehouse_id)
    row, is_new = KitCount.objects.get_or_create(
        platform=order.platform,
        reference=order.reference,
        is_sale=order.is_sale,
        level=level.get(),
    )
    before = Numbers(allocated=row.allocated, held=row.held, shipped=row.shipped)
    if before == numbers:
        return is_new
    row.allocated, row.held, row.shipped = numbers.allocated, numbers.held, numbers.shipped
    row.save(update_fields=["allocated", "held", "shipped"])
    # For the next look at what is to be told.
    level.change()
    if not (is_new and _was_gone_before(row, order)):
        shift_expected(
            level_id=row.level_id,
            platform=order.platform,
            units=before.shipped - numbers.shipped,
            reason=order.reason,
        )
    return True


def _was_gone_before(row: KitCount, order: KitOrder) -> bool:
    """A sale that was shipped before both sides first agreed, or with no agreement so far."""
    if not row.shipped or not order.is_sale:
        return False
    stocks = PlatformStock.objects.at(row.platform).filter(level=row.level_id)
    first = stocks.values_list("first_agreed_at", flat=True).first()
    return first is None or (order.changed_at is not None and order.changed_at < first)
