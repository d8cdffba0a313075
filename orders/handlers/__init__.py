"""Carrying out what orders ask of the platforms; importing this registers the handlers."""

from django.conf import settings

from carriers.contracts import Platform
from carriers.limits import Priority
from carriers.outbox.registry import CommandHandler, Together, register
from carriers.services.signatures import register_resolver
from inventory.sync.doubts import register_doubt
from orders.handlers import booking, booking_batches, label_batches, labels, orphans, voids
from orders.handlers.batches import MOST
from orders.services.attention import explain_orders
from orders.services.kinds import (
    ADOPT_LABEL,
    BOOK,
    BUY_LABEL,
    CANCEL_BOOKING,
    FETCH_LABEL,
    VOID_LABEL,
    VOID_ORPHAN,
)
from orders.services.stock_there import is_label_going_back, is_label_in_doubt

# A difference in stock there is not judged while it may be a label of ours.
register_doubt(is_label_in_doubt)
register_doubt(is_label_going_back)
register(
    CommandHandler(
        kind=BOOK,
        carry_out=booking.book,
        reconcile=booking.find_booking,
        settle=booking.settle_booking,
        together=Together(
            platforms=frozenset({Platform.EASYSHIP.value}),
            least=settings.EASYSHIP_BATCH_FROM,
            most=MOST,
            heralds=frozenset(),
            carry_out=booking_batches.book_many,
            reconcile=booking_batches.find_many,
        ),
    )
)
register(
    CommandHandler(
        kind=BUY_LABEL,
        carry_out=labels.buy_label,
        reconcile=labels.find_label,
        settle=labels.settle_label,
        priority=Priority.BUY,
        together=Together(
            platforms=frozenset({Platform.EASYSHIP.value}),
            least=settings.EASYSHIP_BATCH_FROM,
            most=MOST,
            heralds=frozenset({BOOK}),
            carry_out=label_batches.buy_labels,
            reconcile=label_batches.find_labels,
        ),
    )
)
register(
    CommandHandler(kind=FETCH_LABEL, carry_out=labels.fetch_label, settle=labels.settle_label_file)
)
register(
    CommandHandler(
        kind=VOID_LABEL,
        carry_out=voids.void_label,
        reconcile=voids.find_void,
        settle=voids.settle_void,
    )
)
register(
    CommandHandler(
        kind=CANCEL_BOOKING,
        carry_out=voids.cancel_booking,
        settle=voids.settle_booking_cancelled,
        priority=Priority.VOID,
    )
)
register(
    CommandHandler(
        kind=VOID_ORPHAN, carry_out=orphans.void_orphan, settle=orphans.settle_void_orphan
    )
)
register(
    CommandHandler(kind=ADOPT_LABEL, carry_out=orphans.adopt_label, settle=orphans.settle_adoption)
)
register_resolver(explain_orders)
