"""Booking many shipments in one call where the platform takes batches: Easyship.

Only what leaves a warehouse that is a saved address there, and holds products of its catalog, may
go in one; the rest is booked one by one.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from carriers.contracts import Consignment
from carriers.models import OutboxCommand
from carriers.outbox.leases import UNANSWERED, LeaseLost, mark_sending
from carriers.outbox.outcomes import BatchOutcome, Delivered, Finding, Queued, Retry
from carriers.platforms import easyship_port
from orders.handlers.batches import BATCH_UNDER_WAY, in_open_batches
from orders.handlers.booking import delivered_from
from orders.handlers.consignments import (
    CALLED_OFF,
    NotLinked,
    NotListed,
    consignment_for,
    is_called_off,
    shipment_of,
)

logger = logging.getLogger(__name__)
OTHER_ORIGIN = Retry("batch.gathering", "It leaves another warehouse, so it goes with the next.", 0)
# The platform's clock may be behind ours by so much.
CLOCKS_APART = timedelta(minutes=5)


def book_many(commands: Sequence[OutboxCommand]) -> Mapping[int, BatchOutcome]:
    """One batch for the warehouse that most of them leave; the others go with the next."""
    outcomes: dict[int, BatchOutcome] = {}
    wanted: dict[int, Consignment] = {}
    for command in commands:
        shipment = shipment_of(command)
        if shipment.platform_ref:
            outcomes[command.pk] = Delivered({"platform_ref": shipment.platform_ref})
        elif is_called_off(shipment):
            outcomes[command.pk] = CALLED_OFF
        else:
            try:
                wanted[command.pk] = consignment_for(shipment, is_catalogued=True)
            except (NotListed, NotLinked):
                continue
    if wanted:
        outcomes |= _send(commands, wanted)
    return outcomes


def _send(
    commands: Sequence[OutboxCommand], wanted: Mapping[int, Consignment]
) -> dict[int, BatchOutcome]:
    counted = Counter(one.warehouse_ref for one in wanted.values())
    origin = counted.most_common(1)[0][0]
    together = {
        command.pk: wanted[command.pk]
        for command in commands
        if command.pk in wanted
        and wanted[command.pk].warehouse_ref == origin
        and _announce(command)
    }
    others = {pk for pk, one in wanted.items() if one.warehouse_ref != origin}
    outcomes: dict[int, BatchOutcome] = dict.fromkeys(others, OTHER_ORIGIN)
    if together:
        batch_ref = easyship_port().create_bookings(list(together.values()))
        outcomes |= dict.fromkeys(together, Queued(batch_ref))
    return outcomes


def _announce(command: OutboxCommand) -> bool:
    """Commit that it is about to be booked; False where another worker is at it."""
    try:
        mark_sending(command, batch_ref=UNANSWERED)
    except LeaseLost:
        logger.warning("lease lost", extra={"command_id": command.pk, "kind": command.kind})
        return False
    return True


def find_many(commands: Sequence[OutboxCommand]) -> Mapping[int, Finding]:
    """Bookings found in the list of what changed since they were sent.

    One that is not there waits while its batch is open, and is looked up alone afterwards.
    """
    references = {command.pk: shipment_of(command).reference for command in commands}
    since = min(command.sent_at or timezone.now() for command in commands) - CLOCKS_APART
    bookings = easyship_port().bookings_since(since, set(references.values()))
    shown: dict[int, Finding] = {}
    for pk, reference in references.items():
        found = delivered_from(bookings.get(reference, ()))
        if found is not None:
            shown[pk] = found
    missing = [command for command in commands if command.pk not in shown]
    return shown | dict.fromkeys(in_open_batches(missing), BATCH_UNDER_WAY)
