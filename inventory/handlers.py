"""Telling the platforms how many there are. What stands there is read first, each time."""

from __future__ import annotations

from carriers.contracts import StockEntry
from carriers.errors import UpstreamNotFound
from carriers.limits import Priority
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import Delivered, Outcome, Rejected
from carriers.outbox.registry import CommandHandler, register
from carriers.platforms import veeqo_client
from inventory.models import PlatformStock
from inventory.sync.telling import (
    TELL,
    Answered,
    begin_telling,
    record_not_told,
    record_told,
    stock_to_tell,
)

DROPPED = Delivered({"dropped": "A newer number was queued since."})
NOTHING = Delivered({"kept": "Nothing is to be told by what stands there now."})


def tell(command: OutboxCommand) -> Outcome:
    """The number is absolute and worked out anew, so a repeat is harmless.

    Where somebody changed it there meanwhile nothing is overwritten; it is taken like any reading.
    """
    stock = stock_to_tell(command)
    if stock is None:
        return DROPPED
    entry = _read(stock)
    sent = begin_telling(
        stock_id=stock.pk, entry=entry, is_forced=bool(command.payload["is_forced"])
    )
    if sent is None:
        return NOTHING
    answer = veeqo_client().set_stock(
        stock.listing.external_ref, stock.link.external_ref, physical=sent
    )
    answered = Answered(
        sent=sent,
        physical=answer.physical,
        allocated=answer.allocated,
        set_at=answer.updated_at,
    )
    return Delivered(answered.as_result())


def settle_told(command: OutboxCommand, outcome: Outcome) -> None:
    stock_id = int(command.payload["stock_id"])
    if not PlatformStock.objects.filter(pk=stock_id).exists():
        return
    if isinstance(outcome, Delivered) and "sent" in outcome.result:
        record_told(stock_id=stock_id, answered=Answered.of(outcome.result))
    elif isinstance(outcome, Rejected):
        record_not_told(stock_id=stock_id, code=outcome.code)


def _read(stock: PlatformStock) -> StockEntry:
    """A pair that the platform has no entry for states no number."""
    item_ref, place = stock.listing.external_ref, stock.link.external_ref
    try:
        return veeqo_client().get_stock(item_ref, place)
    except UpstreamNotFound:
        return StockEntry(
            item_ref=item_ref, warehouse_ref=place, physical=None, allocated=0, available=0
        )


register(
    CommandHandler(
        kind=TELL, carry_out=tell, settle=settle_told, queue="sync", priority=Priority.SYNC
    )
)
