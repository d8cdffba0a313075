"""Storing what a platform posts, before anything is done about it."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, PositiveIntegerField, Value, When
from django.utils import timezone

from carriers.contracts import Platform
from carriers.inbox.events import InboxEvent, UnreadableEvent, read_event
from carriers.inbox.models import ReceiptState, WebhookReceipt
from carriers.inbox.steering import DRAIN_INBOX
from carriers.inbox.verification import Sender
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.request_id import current_request_id

logger = logging.getLogger(__name__)
# A post whose answer was lost comes again a minute later. The same body later than this tells of
# the same thing happening once more, since most bodies bear no time.
REDELIVERED_WITHIN = timedelta(minutes=10)
# Anybody can post; what was refused is kept to be looked at, and no flood of it fills the table.
REFUSALS_KEPT = 100
REFUSALS_SPAN = timedelta(hours=1)
UNREADABLE = "webhook.unreadable"
UNSIGNED = "webhook.not_signed_by_us"


def store_webhook(*, platform: Platform, body: bytes, sender: Sender) -> None:
    """Keep a verified event once and wake a worker; a repeat is counted."""
    now = timezone.now()
    digest = hashlib.sha256(body).hexdigest()
    with transaction.atomic(durable=True):
        if not _count_repeat(platform, digest, now):
            _insert(platform, body, digest, sender)
        nudge(DRAIN_INBOX, queue="sync")


def _count_repeat(platform: Platform, digest: str, now: datetime) -> bool:
    """False when this body never came before."""
    is_new_round = {
        "state__in": (ReceiptState.DONE, ReceiptState.IGNORED),
        "last_received_at__lt": now - REDELIVERED_WITHIN,
    }
    repeated = WebhookReceipt.objects.filter(
        platform=platform.value, digest=digest, is_verified=True
    ).update(
        times_received=F("times_received") + 1,
        state=Case(When(**is_new_round, then=Value(ReceiptState.RECEIVED)), default=F("state")),
        attempts=Case(
            When(**is_new_round, then=Value(0, output_field=PositiveIntegerField())),
            default=F("attempts"),
        ),
        next_attempt_at=Case(When(**is_new_round, then=Value(now)), default=F("next_attempt_at")),
        last_received_at=now,
    )
    return repeated == 1


def _insert(platform: Platform, body: bytes, digest: str, sender: Sender) -> None:
    receipt = WebhookReceipt(
        platform=platform.value,
        digest=digest,
        body=body.decode("utf-8", "replace").replace("\x00", ""),
        is_verified=True,
        account_ref=sender.account_ref,
        request_id=current_request_id(),
    )
    try:
        _describe(receipt, read_event(body, platform=platform))
    except UnreadableEvent as exc:
        # Answered all the same: a webhook that is not answered is switched off for good.
        receipt.state, receipt.settled_at = ReceiptState.FAILED, timezone.now()
        receipt.error_code, receipt.error_detail = UNREADABLE, str(exc)
    # Another process may store the same body at this very moment.
    WebhookReceipt.objects.bulk_create([receipt], ignore_conflicts=True)


def _describe(receipt: WebhookReceipt, event: InboxEvent) -> None:
    receipt.event_type = event.event_type[:80]
    receipt.resource_type = event.resource_type[:40]
    receipt.resource_id = (event.resource_id or event.shipment_ref)[:80]


def note_refused(*, platform: Platform, body: bytes) -> None:
    """Keep that an unsigned post came, without its body, as far as the hour's share goes."""
    now = timezone.now()
    logger.warning("webhook refused", extra={"platform": platform.value, "bytes": len(body)})
    with transaction.atomic(durable=True):
        if WebhookReceipt.objects.refused_since(now - REFUSALS_SPAN).count() >= REFUSALS_KEPT:
            return
        WebhookReceipt.objects.create(
            platform=platform.value,
            digest=hashlib.sha256(body).hexdigest(),
            state=ReceiptState.REFUSED,
            settled_at=now,
            error_code=UNSIGNED,
            request_id=current_request_id(),
        )
