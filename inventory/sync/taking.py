"""Taking what a platform says of stock: compare, explain, and write what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from carriers.contracts import StockEntry
from catalog.kits.contents import parts_of
from catalog.models import PlatformListing, Sellable
from inventory.models import (
    MovementKind,
    PlatformStock,
    StockLevel,
    WarehouseLink,
)
from inventory.rules.stock_sync import (
    Memory,
    Ours,
    Owner,
    Step,
    Theirs,
    Verdict,
    explanation,
    judge,
    signed,
)
from inventory.services.stock import move_stock
from inventory.sync.doubts import is_in_doubt
from inventory.sync.drifting import heal_drift, open_drift
from inventory.sync.news import came_since, orders_read_until, units_of, unsure_lines
from inventory.sync.numbers import lines_of, ours_of

SETTLE = timedelta(seconds=settings.STOCK_SETTLE_S)
UNLINKED = "unlinked"
# A number was answered with another one.
IGNORED = "stock.ignored_there"
# Of goods that are sold all the time no pause is ever met; so often in a row the same is left over,
# each time with all orders read in between, and it is no news of orders any more.
TIMES_MET = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """A stated number, with the listing and the warehouse that it is of."""

    entry: StockEntry
    listing: PlatformListing
    link: WarehouseLink


def take_entries(*, platform: str, entries: Sequence[StockEntry]) -> Counter[str]:
    """In the caller's transaction; returns how many came to what. A repeat changes nothing."""
    counts: Counter[str] = Counter()
    pairs = _pairs(platform, entries)
    counts[UNLINKED] = len(entries) - len(pairs)
    kept = [pair for pair in pairs if pair.link.stock_owner != Owner.NOBODY.value]
    counts[Step.LEFT.value] += len(pairs) - len(kept)
    stocks = _locked_stocks(kept)
    ours = ours_of(list(stocks.values()))
    for pair in kept:
        stock = stocks.get((pair.listing.pk, pair.link.pk))
        if stock is None:
            # Nothing there, and nothing here.
            counts[Step.AGREED.value] += 1
        else:
            counts[_take(stock, pair.entry, ours[stock.pk]).value] += 1
    return counts


def _pairs(platform: str, entries: Sequence[StockEntry]) -> list[Pair]:
    """An item that two sellables are linked to is nobody's."""
    links = {row.external_ref: row for row in WarehouseLink.objects.filter(platform=platform)}
    refs = {entry.item_ref for entry in entries}
    rows = PlatformListing.objects.at(platform).filter(external_ref__in=refs)
    listings: dict[str, list[PlatformListing]] = {}
    for row in rows:
        listings.setdefault(row.external_ref, []).append(row)
    return [
        Pair(entry, listings[entry.item_ref][0], links[entry.warehouse_ref])
        for entry in entries
        if len(listings.get(entry.item_ref, ())) == 1 and entry.warehouse_ref in links
    ]


def _locked_stocks(pairs: Sequence[Pair]) -> dict[tuple[int, int], PlatformStock]:
    """Sellables, then levels, then these rows: everybody locks in this order.

    A row is made for what is stated there or lies here; an empty place has none.
    """
    ids = {pair.listing.sellable_id for pair in pairs}
    list(Sellable.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk"))
    levels = _levels(pairs)
    known = {(pair.listing.pk, pair.link.pk) for pair in pairs}
    rows = PlatformStock.objects.filter(
        listing_id__in={one for one, _ in known}, link_id__in={one for _, one in known}
    )
    there = set(rows.values_list("listing_id", "link_id"))
    PlatformStock.objects.bulk_create(
        (
            PlatformStock(listing=pair.listing, link=pair.link, level=level)
            for pair in pairs
            if (pair.listing.pk, pair.link.pk) not in there
            and (level := levels.get((pair.listing.sellable_id, pair.link.warehouse_id)))
        ),
        ignore_conflicts=True,
    )
    found = {(row.listing_id, row.link_id): row for row in rows.with_all().locked()}
    return {place: row for place, row in found.items() if place in known}


def _levels(pairs: Sequence[Pair]) -> dict[tuple[int, int], StockLevel]:
    """Locked in the shared order; made where something is stated and none was ever here."""
    rows = StockLevel.objects.filter(
        sellable_id__in={pair.listing.sellable_id for pair in pairs},
        warehouse_id__in={pair.link.warehouse_id for pair in pairs},
    )
    there = set(rows.values_list("sellable_id", "warehouse_id"))
    wanted = {
        (pair.listing.sellable_id, pair.link.warehouse_id)
        for pair in pairs
        if pair.entry.physical and not pair.entry.is_infinite
    } | _kits_to_make(pairs)
    StockLevel.objects.bulk_create(
        (
            StockLevel(sellable_id=sellable_id, warehouse_id=warehouse_id)
            for sellable_id, warehouse_id in sorted(wanted - there)
        ),
        ignore_conflicts=True,
    )
    return {(row.sellable_id, row.warehouse_id): row for row in rows.locked()}


def _kits_to_make(pairs: Sequence[Pair]) -> set[tuple[int, int]]:
    """Kits whose components lie there, whatever is stated of them."""
    parts = parts_of({pair.listing.sellable_id for pair in pairs})
    shelves = StockLevel.objects.filter(
        sellable_id__in={part.sellable_id for members in parts.values() for part in members},
    )
    there = set(shelves.values_list("sellable_id", "warehouse_id")) if parts else set()
    return {
        (pair.listing.sellable_id, pair.link.warehouse_id)
        for pair in pairs
        for part in parts.get(pair.listing.sellable_id, ())
        if (part.sellable_id, pair.link.warehouse_id) in there
    }


def _take(stock: PlatformStock, entry: StockEntry, ours: Ours) -> Step:
    now = timezone.now()
    stock.physical, stock.allocated = entry.physical, entry.allocated
    stock.is_infinite, stock.seen_at = entry.is_infinite, now
    stock.look_again_at = None
    verdict = _verdict(stock, ours)
    if verdict.step is Step.TAKE:
        _take_theirs(stock, verdict)
    _keep(stock, ours, verdict)
    stock.save()
    return verdict.step


def _verdict(stock: PlatformStock, ours: Ours) -> Verdict:
    """What was met before and stayed so long enough is judged; anything else waits for news."""
    first = _judged(stock, ours, has_settled=False)
    if first.step is not Step.WAIT or first.rest != stock.rest or not _is_read_through(stock):
        return first
    if came_since(stock.lines, stock.rest_since or timezone.now()):
        # What was left over then may be explained by now, and this be other orders' doing.
        stock.rest_since, stock.rest_met = timezone.now(), stock.rest_met + 1
        if stock.rest_met < TIMES_MET:
            return first
    return _judged(stock, ours, has_settled=True)


def _judged(stock: PlatformStock, ours: Ours, *, has_settled: bool) -> Verdict:
    return judge(
        owner=Owner(stock.link.stock_owner),
        ours=ours,
        theirs=Theirs(
            physical=stock.physical, allocated=stock.allocated, is_infinite=stock.is_infinite
        ),
        memory=Memory(
            expected=stock.expected,
            telling=stock.telling,
            unsure=_unsure(stock, since=None),
            late=_unsure(stock, since=stock.agreed_at if stock.telling is not None else None),
            ignored=stock.wanted if stock.tell_error == IGNORED else None,
            has_settled=has_settled,
        ),
    )


def _unsure(stock: PlatformStock, *, since: datetime | None) -> tuple[int, ...]:
    return tuple(
        units_of(line)
        for line in unsure_lines(stock.lines)
        if since is None or came_since([line], since)
    )


def _is_read_through(stock: PlatformStock) -> bool:
    """Long enough, without a doubt of our own, and with the orders read since."""
    since = stock.rest_since
    if since is None or since > timezone.now() - SETTLE:
        return False
    if is_in_doubt(stock.link.platform, stock.level):
        return False
    until = orders_read_until(stock.link.platform)
    return until is not None and until > since


def _take_theirs(stock: PlatformStock, verdict: Verdict) -> None:
    move_stock(
        sellable_id=stock.level.sellable_id,
        warehouse_id=stock.level.warehouse_id,
        quantity=verdict.take,
        kind=MovementKind.PLATFORM,
        reason=f"{stock.link.get_platform_display()} says {stock.physical}",
        actor=stock.link.platform,
    )


def _keep(stock: PlatformStock, ours: Ours, verdict: Verdict) -> None:
    if verdict.step in (Step.WAIT, Step.DRIFT):
        _keep_rest(stock, ours, verdict)
        return
    stock.rest, stock.rest_since, stock.rest_met = 0, None, 0
    if verdict.step in (Step.AGREED, Step.TAKE):
        agree(stock, on=stock.physical, taken=verdict.take)
    elif verdict.step is Step.TELL:
        _keep_unchanged(stock)
    heal_drift(stock)


def _keep_rest(stock: PlatformStock, ours: Ours, verdict: Verdict) -> None:
    now = timezone.now()
    if verdict.rest != stock.rest or stock.rest_since is None:
        stock.rest, stock.rest_since, stock.rest_met = verdict.rest, now, 0
    if verdict.step is Step.WAIT:
        stock.look_again_at = now + SETTLE
    else:
        open_drift(stock, ours=ours, rest=verdict.rest)


def agree(stock: PlatformStock, *, on: int | None, taken: int = 0) -> None:
    """Both say the same from here on."""
    explain(stock, taken=taken)
    stock.expected, stock.telling = on, None
    stock.agreed_at = timezone.now()
    stock.first_agreed_at = stock.first_agreed_at or stock.agreed_at
    stock.tell_error = ""


def explain(stock: PlatformStock, *, taken: int = 0) -> None:
    """What changed there since the last agreement is told by its reasons, and done with."""
    reasons = list(explanation(lines_of(stock.lines)))
    if taken:
        reasons.append(f"{signed(taken)}: taken from there")
    if reasons:
        stock.explained = "; ".join(reasons)[:500]
    stock.lines = []


def _keep_unchanged(stock: PlatformStock) -> None:
    """Ours is newer, and to be told at the next look, one that was refused before as well.

    While an answer is missing, nobody knows which number it is that stands there; but this one is
    what the next one is sent over.
    """
    if stock.telling is None:
        # Also our own number over units that had just been taken off: it stands there as it is.
        agree(stock, on=stock.physical)
    else:
        stock.expected, stock.agreed_at = stock.physical, timezone.now()
    stock.compared_at, stock.tell_error = None, ""


def entries_without(
    item_refs: Iterable[str], stated: Sequence[StockEntry], platform: str
) -> list[StockEntry]:
    """For items that have no number in a warehouse known there: none is stated."""
    places = WarehouseLink.objects.filter(platform=platform).values_list("external_ref", flat=True)
    told = {(entry.item_ref, entry.warehouse_ref) for entry in stated}
    return [
        StockEntry(item_ref=item_ref, warehouse_ref=place, physical=None, allocated=0, available=0)
        for item_ref in item_refs
        for place in places
        if (item_ref, place) not in told
    ]
