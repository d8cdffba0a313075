"""Asking after the money of labels that were given back. Reads only."""

from __future__ import annotations

import logging

from django.utils import timezone

from carriers.contracts import Platform
from carriers.errors import UpstreamError, UpstreamNotFound
from carriers.models import PlatformAccount
from carriers.platforms import easyship_client, port_for
from orders.audit.charges import charges_of
from orders.models import VoidRequest
from orders.rules.voids import VoidState, is_refund
from orders.services.charges import record_charges
from orders.services.upstream import CommandUnderWay
from orders.services.voids import (
    expire_overdue,
    put_off_look,
    record_carrier_refused,
)

logger = logging.getLogger(__name__)
# One round asks after so many, those due for longest first.
BATCH = 100
NOT_VOIDED = "The carrier did not void it: the label stands at the platform."


def look_after_voids() -> int:
    """Ask for refunds that are due to be seen, and close what is overdue; returns how many came."""
    off = PlatformAccount.objects.filter(is_enabled=False).values("platform")
    due = VoidRequest.objects.to_look_after(timezone.now()).exclude(
        package__shipment__platform__in=off
    )
    rows = due.select_related("package__shipment").order_by("next_look_at")[:BATCH]
    refunded = sum(_look(void) for void in list(rows))
    expire_overdue()
    return refunded


def _look(void: VoidRequest) -> bool:
    """Whether its refund was seen. One that fails is asked again at the next round."""
    try:
        if void.package.shipment.platform == Platform.EASYSHIP.value and _take_refunds(void):
            return True
        if _stands_again(void):
            record_carrier_refused(void_id=void.pk, detail=NOT_VOIDED)
        else:
            put_off_look(void)
    except CommandUnderWay:
        put_off_look(void)
    except UpstreamError as exc:
        logger.warning("refund not asked for", extra={"void_id": void.pk, "code": exc.code})
    return False


def _take_refunds(void: VoidRequest) -> bool:
    """Easyship's records of the shipment tell its refunds. Veeqo's API tells none."""
    shipment = void.package.shipment
    records = charges_of(shipment.platform_ref)
    if not any(is_refund(record.kind) for record in records):
        return False
    currency = easyship_client().get_credit().balance.currency
    record_charges(shipment_id=shipment.pk, records=records, currency=currency)
    void.refresh_from_db()
    return void.state == VoidState.REFUNDED.value


def _stands_again(void: VoidRequest) -> bool:
    shipment = void.package.shipment
    try:
        booking = port_for(Platform(shipment.platform)).read_booking(shipment.platform_ref)
    except UpstreamNotFound:
        return False
    is_there = booking.label is not None and booking.label.label_ref == void.label_ref
    return is_there and not booking.is_cancelled
