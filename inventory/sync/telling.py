"""What the platforms are to be told of our stock: found by looking, queued once, newest wins."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from carriers.contracts import StockEntry
from carriers.models import OutboxCommand
from carriers.outbox.commands import cancel_pending, enqueue_command
from inventory.models import PlatformStock, StockDrift, StockLevel
from inventory.rules.stock_sync import Ours, Owner
from inventory.sync.drifting import heal_drift
from inventory.sync.news import Stored, is_line_put_away, units_of, unsure_lines
from inventory.sync.numbers import ours_of
from inventory.sync.taking import IGNORED, UNLINKED, agree, explain, take_entries

TELL = "stock.tell"
BATCH = 200
# One task looks for at most this long; the next one goes on, since what was looked at is done.
LOOK_SECONDS = 40
# A change has the time of its statement and is seen only when it commits, so what changed within
# this long is looked at once more.
GRACE = timedelta(minutes=1)


def tell_changed() -> int:
    """Queue what changed here since the last look; returns how many commands that is."""
    stop_at = time.monotonic() + LOOK_SECONDS
    queued, after, is_more = 0, 0, True
    while is_more and time.monotonic() < stop_at:
        due = PlatformStock.objects.to_look_at(timezone.now()).filter(pk__gt=after)
        ids = list(due.order_by("pk").values_list("pk", flat=True)[:BATCH])
        queued += _look(ids)
        is_more, after = len(ids) == BATCH, ids[-1] if ids else 0
    return queued


@transaction.atomic
def _look(ids: Sequence[int]) -> int:
    started = timezone.now()
    stocks = list(PlatformStock.objects.filter(pk__in=ids).with_all().locked())
    ours = ours_of(stocks)
    drifting = set(
        StockDrift.objects.still_open().filter(stock__in=ids).values_list("stock_id", flat=True)
    )
    lanes = OutboxCommand.objects.filter(lane__in=[lane_of(pk) for pk in ids]).still_open()
    busy = set(lanes.values_list("lane", flat=True))
    return sum(
        _look_at(
            stock,
            ours[stock.pk],
            started,
            is_busy=lane_of(stock.pk) in busy,
            is_drifting=stock.pk in drifting,
        )
        for stock in stocks
    )


def _look_at(
    stock: PlatformStock, ours: Ours, started: datetime, *, is_busy: bool, is_drifting: bool
) -> bool:
    is_queued = False
    if stock.look_again_at is not None and stock.look_again_at <= started:
        stock.look_again_at = None
        if not is_busy:
            is_queued = _queue(stock, stock.wanted)
    elif not is_drifting and _is_tellable(stock) and _is_to_tell(stock, ours):
        is_known = ours.to_tell == stock.wanted and (is_busy or stock.tell_error)
        is_queued = not is_known and _queue(stock, ours.to_tell)
    stock.compared_at = started - GRACE
    stock.save(update_fields=["compared_at", "look_again_at", "wanted", "version"])
    return is_queued


def _is_tellable(stock: PlatformStock) -> bool:
    """Never before both sides have agreed once, unless nothing at all is stated there."""
    if stock.link.stock_owner != Owner.OURS.value or stock.is_infinite:
        return False
    return stock.expected is not None or (stock.physical is None and stock.seen_at is not None)


def _is_to_tell(stock: PlatformStock, ours: Ours) -> bool:
    """Changed here, or sent without an answer and so not known to stand there."""
    return ours.to_tell != stock.expected or stock.telling is not None


def _queue(stock: PlatformStock, wanted: int | None, *, is_forced: bool = False) -> bool:
    """One command waits for each number: an older one that nobody has touched is withdrawn."""
    lane = lane_of(stock.pk)
    cancel_pending(lane=lane)
    stock.wanted, stock.version = wanted, stock.version + 1
    enqueue_command(
        organization_id=stock.level.sellable.organization_id,
        kind=TELL,
        lane=lane,
        platform=stock.link.platform,
        payload={"stock_id": stock.pk, "version": stock.version, "is_forced": is_forced},
    )
    return True


def lane_of(stock_id: int) -> str:
    return f"stock:{stock_id}"


def tell_anyway(stock: PlatformStock) -> None:
    """Ours is to stand there, whoever owns the number; the caller holds the row."""
    stock.telling = ours_of([stock])[stock.pk].to_tell
    _queue(stock, stock.telling, is_forced=True)
    stock.save(update_fields=["telling", "wanted", "version"])


def stock_to_tell(command: OutboxCommand) -> PlatformStock | None:
    """None where a newer command was written since, so that this one is dropped."""
    rows = PlatformStock.objects.with_all().filter(pk=command.payload["stock_id"])
    found: PlatformStock | None = rows.filter(version=command.payload["version"]).first()
    return found


@transaction.atomic
def begin_telling(*, stock_id: int, entry: StockEntry, is_forced: bool) -> int | None:
    """Take what stands there first; returns the number to send, or None for nothing to tell.

    It is noted before it is sent, so that a reading which meets it knows it for ours. One whose
    answer was lost is sent once more though it seems to stand there.
    """
    platform = PlatformStock.objects.filter(pk=stock_id).values_list("link__platform", flat=True)
    if take_entries(platform=platform[0], entries=[entry])[UNLINKED]:
        # Linked to another sellable as well by now, so it cannot be said whose number this is.
        return None
    stock = _locked(stock_id)
    number = ours_of([stock])[stock.pk].to_tell
    is_drifting = StockDrift.objects.still_open().filter(stock=stock).exists()
    is_due = _is_tellable(stock) and stock.rest_since is None and not is_drifting
    stands = number == stock.physical and stock.telling is None
    if stands or not (is_forced or is_due):
        return None
    stock.telling = number
    # The number is worked out with them; whatever comes from here on may be before it or after.
    explain(stock)
    stock.save(update_fields=["telling", "lines", "explained"])
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the platform said to a number that was sent; `set_at` by its own clock."""

    sent: int
    physical: int | None
    allocated: int
    set_at: datetime | None

    @classmethod
    def of(cls, result: Mapping[str, Any]) -> Answered:
        at = result.get("set_at")
        return cls(
            sent=result["sent"],
            physical=result["physical"],
            allocated=result["allocated"],
            set_at=datetime.fromisoformat(at) if at else None,
        )

    def as_result(self) -> dict[str, Any]:
        return asdict(self) | {"set_at": self.set_at.isoformat() if self.set_at else None}


@transaction.atomic
def record_told(*, stock_id: int, answered: Answered) -> None:
    """What the platform answered is what it has. A number that it ignored is not told for ever.

    An order of which we heard while it was on its way may have been shipped before it came, and
    then its units stand there again by our number. Where the platform's clock does not say so,
    that is for the next reading to tell.
    """
    stock = _locked(stock_id)
    sent = answered.sent
    stock.physical, stock.allocated = answered.physical, answered.allocated
    stock.seen_at, stock.set_at = timezone.now(), answered.set_at
    if answered.physical == sent and stock.telling is not None:
        # What it took off itself since is off `telling` already.
        stock.told, stock.told_at = sent, stock.seen_at
        on, unsure = _since_it_stood(stock, stock.telling)
        stock.physical = on
        agree(stock, on=on)
        stock.lines = unsure
        stock.rest, stock.rest_since, stock.rest_met = 0, None, 0
        heal_drift(stock)
    else:
        stock.telling, stock.tell_error = None, IGNORED
    stock.save()


def _since_it_stood(stock: PlatformStock, number: int) -> tuple[int, list[Stored]]:
    """What was heard while it was on its way is off it already, also what went before it stood.

    Returns the number without those, and of which of them nobody knows.
    """
    unsure = []
    for line in unsure_lines(stock.lines):
        is_before = is_line_put_away(line, stock.set_at)
        if is_before:
            number -= units_of(line)
        elif is_before is None:
            unsure.append(line)
    return number, unsure


@transaction.atomic
def record_not_told(*, stock_id: int, code: str) -> None:
    """Refused: the same number is not told again before the next whole reading."""
    stock = _locked(stock_id)
    stock.telling, stock.tell_error = None, code
    stock.save(update_fields=["telling", "tell_error"])


def _locked(stock_id: int) -> PlatformStock:
    """The level before the row."""
    rows = PlatformStock.objects.filter(pk=stock_id)
    list(StockLevel.objects.filter(at_platforms__in=rows).select_for_update(of=("self",)))
    found: PlatformStock = rows.with_all().locked().get()
    return found
