"""Buying a label once, finding out whether it was bought, and fetching its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from carriers.contracts import Booking, Label, LabelledParcel, RateQuote
from carriers.errors import UpstreamNotFound
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import (
    Delivered,
    Finding,
    Missed,
    Outcome,
    Rejected,
    Retry,
    Unanswered,
    Unknown,
)
from orders.handlers.batches import BATCH_UNDER_WAY, is_batch_done
from orders.handlers.consignments import (
    CALLED_OFF,
    consignment_for,
    is_called_off,
    package_of,
    port_of,
    shipment_of,
)
from orders.models import Shipment
from orders.rules.exchange import missing_words
from orders.rules.prices import PRICE_RISEN
from orders.rules.quotes import chosen_quote, earliest_words, judge_quotes, uncompared
from orders.rules.service_wish import ANY_CHEAPEST, ServiceWish
from orders.services.booking import record_refusal
from orders.services.cancellation import go_on_cancelling
from orders.services.kinds import BOOK, BOOKING_GONE
from orders.services.labels import (
    record_label,
    record_label_file,
    record_label_file_missing,
    record_quotes,
    store_label_file,
)
from orders.services.prices import agreed_price, is_beyond_estimate, is_too_much
from orders.services.progress import need_attention
from orders.services.purchases import (
    asked_at,
    close_as_missed,
    close_as_refused,
    hand_over,
    mark_unknown,
    open_intent,
    send_intent,
)
from orders.services.rates import exchange_for
from orders.services.stock_there import note_allocated_there
from shipping_project.kernel.money import Money

RATES_IN_THE_MAKING = Retry("rates.pending", "The platform is still rating the booking.", 10.0)
RATES_UNCOMPARED = "rates.no_currency_rate"
RATED_WITHIN = timedelta(minutes=2)
LABEL_IN_THE_MAKING = Unanswered("label.pending", "The platform is still making the label.")
OVERDUE = "label.overdue"
STILL_MAKING = "The platform has been making the label for {minutes} minutes and is not done."


def buy_label(command: OutboxCommand) -> Outcome:
    """Ask whether a label exists, and only then buy one: reads first, one write last."""
    shipment = shipment_of(command)
    port = port_of(shipment)
    try:
        booking = port.read_booking(shipment.platform_ref)
    except UpstreamNotFound:
        return _gone(shipment)
    known = outcome_before(shipment, booking)
    if known is not None:
        return known
    booking = port.prepare_booking(booking, consignment_for(shipment))
    note_allocated_there(shipment=shipment)
    quote = choose_quote(shipment, booking)
    if not isinstance(quote, RateQuote):
        return quote
    intent = open_intent(package=package_of(shipment), quote=quote, command=command)
    send_intent(intent=intent, command=command)
    return Delivered(label_record(port.buy_label(booking, quote)))


def outcome_before(shipment: Shipment, booking: Booking) -> Outcome | None:
    """What the booking itself already says; None when a label is to be bought for it."""
    if booking.label is not None:
        return Delivered(label_record(booking.label))
    if booking.label_pending:
        if is_overdue(shipment):
            return Rejected(OVERDUE, still_making())
        return LABEL_IN_THE_MAKING
    if booking.is_cancelled:
        return _gone(shipment)
    return None


def choose_quote(shipment: Shipment, booking: Booking) -> RateQuote | Rejected | Retry:
    """The service to buy, noted beside the others; or why nothing is bought after all."""
    quotes = port_of(shipment).quote(booking)
    if not quotes and _was_booked_just_now(shipment):
        return RATES_IN_THE_MAKING
    wish = _wish_of(shipment)
    today = timezone.now().date()
    exchange = exchange_for({one.price.currency for one in quotes}, day=today)
    judged = judge_quotes(quotes, carrier=shipment.carrier, wish=wish, exchange=exchange)
    record_quotes(shipment=shipment, judged=judged)
    quote = chosen_quote(judged)
    if quote is not None and (others := uncompared(judged)):
        words = missing_words(others, into=quote.price.currency, day=today.isoformat())
        return Rejected(RATES_UNCOMPARED, words)
    if quote is None:
        place = shipment.get_platform_display()
        detail = f"{place} offers no {shipment.carrier} service for {_goods_words(shipment)}"
        if wish != ANY_CHEAPEST:
            detail = f"{detail} Asked for is {wish.words}."
        own = [one for one in quotes if one.carrier == shipment.carrier]
        services = [(one.service_name, one.delivery_days) for one in own]
        detail = f"{detail} {earliest_words(services, wish)}".rstrip()
        return Rejected("service.not_available", detail)
    if estimate := is_beyond_estimate(shipment, quote.price):
        words = f"The label costs {quote.price}; about {estimate} was expected when it was chosen."
        return Rejected(PRICE_RISEN, words)
    agreed = agreed_price(shipment=shipment, price=quote.price)
    if is_too_much(agreed, quote.price):
        return Rejected(PRICE_RISEN, f"The label costs {quote.price} now; {agreed} was agreed to.")
    return CALLED_OFF if is_called_off(shipment) else quote


def _wish_of(shipment: Shipment) -> ServiceWish:
    """That of the decision, by the promised day and the one on which it leaves as of now."""
    today = timezone.now().astimezone(ZoneInfo(shipment.warehouse.time_zone)).date()
    leaves_on = max(shipment.ship_on or today, today)
    promised = shipment.order.deliver_by
    return shipment.decision.wish.promised(
        deliver_by=promised.isoformat() if promised else "", leaves_on=leaves_on.isoformat()
    )


def _goods_words(shipment: Shipment) -> str:
    boxes = shipment.packages.count()
    if boxes == 1:
        return "this parcel."
    return (
        f"these {boxes} parcels together; split the order, save a box that holds all of it, or "
        "pick another carrier."
    )


def _was_booked_just_now(shipment: Shipment) -> bool:
    """In a batch, which books before it rates."""
    since = timezone.now() - RATED_WITHIN
    bookings = OutboxCommand.objects.in_lane(shipment.order.lane).filter(
        kind=BOOK, settled_at__gte=since
    )
    return bool(bookings.exclude(batch_ref="").exists())


def _gone(shipment: Shipment) -> Rejected:
    place = shipment.get_platform_display()
    detail = f"Booking {shipment.platform_ref} was cancelled or deleted at {place} by someone else."
    return Rejected(BOOKING_GONE, detail)


def find_label(command: OutboxCommand) -> Finding:
    """What became of a purchase without a clear answer, read from the booking itself."""
    shipment = shipment_of(command)
    mark_unknown(package=package_of(shipment))
    finding = finding_of(shipment, port_of(shipment).read_booking(shipment.platform_ref))
    if isinstance(finding, Missed) and command.batch_ref and not is_batch_done(command):
        return BATCH_UNDER_WAY
    return finding


def finding_of(shipment: Shipment, booking: Booking) -> Finding:
    """What a booking shows of the label that was asked for."""
    if booking.label is not None:
        return Delivered(label_record(booking.label))
    if booking.label_pending:
        return Unknown(OVERDUE, still_making()) if is_overdue(shipment) else LABEL_IN_THE_MAKING
    if booking.label_failure:
        return Rejected("label.failed", booking.label_failure)
    return Missed("The platform shows no label on the booking.")


def is_overdue(shipment: Shipment) -> bool:
    """Whether a label has been in the making for so long that a person should know."""
    since = asked_at(package=package_of(shipment)) or shipment.booked_at
    limit = timedelta(minutes=settings.LABEL_PENDING_MINUTES)
    return since is not None and timezone.now() - since > limit


def still_making() -> str:
    return STILL_MAKING.format(minutes=settings.LABEL_PENDING_MINUTES)


def settle_label(command: OutboxCommand, outcome: Outcome) -> None:
    shipment = shipment_of(command)
    if isinstance(outcome, Delivered):
        label = label_from(outcome.result)
        record_label(shipment_id=shipment.pk, label=label, fence=command.fence)
    elif isinstance(outcome, Rejected):
        _close_unbought(command, shipment, outcome)
        if go_on_cancelling(order_id=shipment.order_id):
            return
        record_refusal(
            shipment_id=shipment.pk,
            step="refused the label",
            code=outcome.code,
            detail=outcome.detail,
        )
    else:
        hand_over(package=package_of(shipment), detail=outcome.detail)
        need_attention(
            shipment.order,
            code=outcome.code,
            detail=f"It is not clear whether the label was bought. {outcome.detail}",
            kind="label.unknown",
        )


def _close_unbought(command: OutboxCommand, shipment: Shipment, outcome: Rejected) -> None:
    """What was sent was refused; without a sending, an earlier one was proven a miss by now.

    One that is overdue may still bring a label, so it stays open.
    """
    package = package_of(shipment)
    if outcome.code == OVERDUE:
        return
    if command.sent_at is None:
        close_as_missed(package=package)
    else:
        close_as_refused(package=package, detail=outcome.detail)


def fetch_label(command: OutboxCommand) -> Outcome:
    shipment = shipment_of(command)
    package = package_of(shipment)
    label = Label(
        label_ref=package.label_ref,
        tracking_number=package.tracking_number,
        document_url=package.label_document_url,
    )
    document = port_of(shipment).fetch_label(label, shipment.platform_ref)
    name = store_label_file(shipment_id=shipment.pk, content=document.content)
    return Delivered({"file": name})


def settle_label_file(command: OutboxCommand, outcome: Outcome) -> None:
    shipment = shipment_of(command)
    if isinstance(outcome, Delivered):
        record_label_file(shipment_id=shipment.pk)
    else:
        record_label_file_missing(shipment_id=shipment.pk, code=outcome.code, detail=outcome.detail)
    go_on_cancelling(order_id=shipment.order_id)


def label_record(label: Label) -> dict[str, object]:
    """A label as the command keeps it."""
    return {
        "label_ref": label.label_ref,
        "tracking_number": label.tracking_number,
        "carrier": label.carrier,
        "service_name": label.service_name,
        "tracking_url": label.tracking_url,
        "document_url": label.document_url,
        "cost": str(label.cost.amount) if label.cost else None,
        "currency": label.cost.currency if label.cost else "",
        "parcels": [asdict(parcel) for parcel in label.parcels],
    }


def label_from(record: Mapping[str, object]) -> Label:
    own = ("cost", "currency", "parcels")
    texts = {key: str(value) for key, value in record.items() if key not in own}
    amount = record["cost"]
    cost = Money(Decimal(str(amount)), str(record["currency"])) if amount is not None else None
    return Label(cost=cost, parcels=_parcels_from(record.get("parcels")), **texts)


def _parcels_from(told: object) -> tuple[LabelledParcel, ...]:
    """Commands that ended before there were several parcels tell of none."""
    rows = told if isinstance(told, list) else []
    return tuple(LabelledParcel(**row) for row in rows)
