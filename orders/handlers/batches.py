"""Whether a batch that a platform took on can still bring something."""

from __future__ import annotations

from collections.abc import Sequence

from carriers.models import OutboxCommand
from carriers.outbox.leases import UNANSWERED
from carriers.outbox.outcomes import Unanswered
from carriers.platforms import easyship_port
from orders.services.kinds import BOOK, BUY_LABEL

# What one page of the platform's list shows at once is a hundred; each needs a few rows of ours.
MOST = 50
BATCH_UNDER_WAY = Unanswered("batch.taken_on", "The platform has not worked the batch off yet.")
# The platform's word for the batches that a kind of command goes in.
BATCH_OF = {BUY_LABEL: "label_batch", BOOK: "shipment_batch"}


def is_batch_done(command: OutboxCommand) -> bool:
    """Whether the command's batch can bring nothing any more.

    The answer that would have named it may be lost; then no batch of its kind at all may be open.
    """
    port = easyship_port()
    if command.batch_ref == UNANSWERED:
        return not port.has_open_batches(BATCH_OF[command.kind])
    return port.is_batch_done(command.batch_ref)


def in_open_batches(commands: Sequence[OutboxCommand]) -> set[int]:
    """Those whose batch is not worked off yet; each batch is asked about once."""
    one_of = {one.batch_ref: one for one in commands if one.batch_ref}
    open_refs = {ref for ref, one in one_of.items() if not is_batch_done(one)}
    return {one.pk for one in commands if one.batch_ref in open_refs}
