"""Buying many labels in one call where the platform takes batches: Easyship.

Three calls for all of them take the place of two for each: one list of the bookings, one batch, and
one list of what became of them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from carriers.contracts import Booking, RateQuote
from carriers.models import OutboxCommand
from carriers.outbox.leases import UNANSWERED, LeaseLost
from carriers.outbox.outcomes import BatchOutcome, Finding, Missed, Queued, Rejected, Retry
from carriers.platforms import easyship_port
from orders.handlers.batches import BATCH_UNDER_WAY, in_open_batches
from orders.handlers.consignments import package_of, shipment_of
from orders.handlers.labels import choose_quote, finding_of, outcome_before
from orders.models import Shipment
from orders.services.purchases import mark_unknown, open_intent, send_intent

logger = logging.getLogger(__name__)
Chosen = tuple[Booking, RateQuote]


def buy_labels(commands: Sequence[OutboxCommand]) -> Mapping[int, BatchOutcome]:
    """Reads first, then one batch of all that still want a label.

    Bookings that the list does not show with their rates are left for the call that takes one.
    """
    port = easyship_port()
    shipments = {command.pk: shipment_of(command) for command in commands}
    bookings = port.read_bookings([one.platform_ref for one in shipments.values()])
    outcomes: dict[int, BatchOutcome] = {}
    ordered: dict[int, Chosen] = {}
    for command in commands:
        shipment = shipments[command.pk]
        booking = bookings.get(shipment.platform_ref)
        if booking is not None and (known := outcome_before(shipment, booking)) is not None:
            outcomes[command.pk] = known
        elif booking is not None and booking.quotes:
            answer = _announce(command, shipment, booking)
            if isinstance(answer, Rejected | Retry):
                outcomes[command.pk] = answer
            elif answer is not None:
                ordered[command.pk] = answer
    if ordered:
        batch_ref = port.buy_labels(list(ordered.values()))
        outcomes |= dict.fromkeys(ordered, Queued(batch_ref))
    return outcomes


def _announce(
    command: OutboxCommand, shipment: Shipment, booking: Booking
) -> Chosen | Rejected | Retry | None:
    """Commit that the label is about to be bought; None where another worker is at it."""
    quote = choose_quote(shipment, booking)
    if not isinstance(quote, RateQuote):
        return quote
    try:
        intent = open_intent(package=package_of(shipment), quote=quote, command=command)
        send_intent(intent=intent, command=command, batch_ref=UNANSWERED)
    except LeaseLost:
        logger.warning("lease lost", extra={"command_id": command.pk, "kind": command.kind})
        return None
    return booking, quote


def find_labels(commands: Sequence[OutboxCommand]) -> Mapping[int, Finding]:
    """What became of purchases without a clear answer, or that a batch was to bring."""
    shipments = {command.pk: shipment_of(command) for command in commands}
    for shipment in shipments.values():
        mark_unknown(package=package_of(shipment))
    refs = [one.platform_ref for one in shipments.values()]
    bookings = easyship_port().read_bookings(refs)
    shown: dict[int, Finding] = {
        pk: finding_of(one, bookings[one.platform_ref])
        for pk, one in shipments.items()
        if one.platform_ref in bookings
    }
    missed = [one for one in commands if isinstance(shown.get(one.pk), Missed)]
    return shown | dict.fromkeys(in_open_batches(missed), BATCH_UNDER_WAY)
