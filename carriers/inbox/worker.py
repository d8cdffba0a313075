"""Takes stored events to those who listen. The queue only wakes it."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from carriers.contracts import Platform
from carriers.errors import UpstreamError, UpstreamRefused, UpstreamUnauthorized
from carriers.inbox.events import UnreadableEvent, read_event
from carriers.inbox.models import ReceiptState, SetAsideRow, WebhookReceipt
from carriers.inbox.receive import UNREADABLE
from carriers.inbox.registry import NotYet, receiver_for
from carriers.inbox.steering import DRAIN_INBOX
from carriers.inbox.windows import prune_windows
from carriers.models import PlatformAccount
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.request_id import bind_request_id

logger = logging.getLogger(__name__)
QUEUE = "sync"
# Longer than a task may run, so an event that is being processed is never taken twice.
LEASE = timedelta(seconds=settings.TASK_TIMEOUT_S + 60)
# An event that fails this often, or kills its worker this often, waits for a person.
MAX_ATTEMPTS = 5
FIRST_BACKOFF_S = 10.0
# A platform that is away, or an order whose command is under way, is no fault of the event.
WAIT_S = 60.0
WAITS_FOR = timedelta(days=2)
RECEIVER_FAILED = "webhook.receiver_failed"
WORKER_LOST = "webhook.worker_lost"
WAITED_TOO_LONG = "webhook.waited_too_long"
KEPT_FOR = timedelta(days=30)
FAILED_KEPT_FOR = timedelta(days=90)
PRUNE_BATCH = 5_000


def drain() -> int:
    """Process what is due until nothing is or the time of one task is used up."""
    stop_at = time.monotonic() + settings.DRAIN_SECONDS
    done = 0
    while time.monotonic() < stop_at:
        if not process_next():
            return done
        done += 1
    nudge(DRAIN_INBOX, queue=QUEUE)
    return done


def sweep() -> None:
    """Wake a worker when events are due; lost wake-ups cost no more than a minute."""
    if WebhookReceipt.objects.due(timezone.now()).exists():
        nudge(DRAIN_INBOX, queue=QUEUE)


def process_next() -> bool:
    """Process one due event; False when there is none."""
    receipt = _claim_next()
    if receipt is None:
        return False
    if receipt.attempts > MAX_ATTEMPTS:
        _settle(receipt, ReceiptState.FAILED, WORKER_LOST, "Workers died while processing it.")
        return True
    with bind_request_id(receipt.request_id):
        _process(receipt)
    return True


def prune() -> int:
    """Drop events and rows set aside that nobody will ask about any more; returns how many."""
    now = timezone.now()
    old = WebhookReceipt.objects.outlived(
        settled_before=now - KEPT_FOR, failed_before=now - FAILED_KEPT_FOR
    )
    chosen = list(old.order_by("id").values_list("pk", flat=True)[:PRUNE_BATCH])
    dropped: int = WebhookReceipt.objects.filter(pk__in=chosen).delete()[0]
    rows = SetAsideRow.objects.outlived(now - FAILED_KEPT_FOR).order_by("id")
    chosen = list(rows.values_list("pk", flat=True)[:PRUNE_BATCH])
    dropped += int(SetAsideRow.objects.filter(pk__in=chosen).delete()[0])
    return dropped + prune_windows(PRUNE_BATCH)


def _claim_next() -> WebhookReceipt | None:
    """Take the next due event, committed before anything is done about it."""
    now = timezone.now()
    off = PlatformAccount.objects.filter(is_enabled=False).values("platform")
    due = WebhookReceipt.objects.due(now).exclude(platform__in=off)
    with transaction.atomic(durable=True):
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        receipt: WebhookReceipt | None = due.first()
        if receipt is None:
            return None
        WebhookReceipt.objects.filter(pk=receipt.pk).update(
            state=ReceiptState.PROCESSING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_until=now + LEASE,
        )
    receipt.refresh_from_db()
    return receipt


def _process(receipt: WebhookReceipt) -> None:
    try:
        event = read_event(receipt.body, platform=Platform(receipt.platform))
    except UnreadableEvent as exc:
        _settle(receipt, ReceiptState.FAILED, UNREADABLE, str(exc))
        return
    receiver = receiver_for(event)
    if receiver is None:
        _settle(receipt, ReceiptState.IGNORED)
        return
    try:
        receiver(event)
    except NotYet as exc:
        _wait(receipt, "webhook.not_yet", str(exc))
    except UpstreamError as exc:
        if isinstance(exc, UpstreamRefused) and not isinstance(exc, UpstreamUnauthorized):
            _try_again(receipt, exc.code, exc.detail)
        else:
            _wait(receipt, exc.code, exc.detail)
    except Exception as exc:
        logger.exception("receiver failed", extra=_facts(receipt))
        _try_again(receipt, RECEIVER_FAILED, f"{type(exc).__name__} in the receiver")
    else:
        _settle(receipt, ReceiptState.DONE)


def _wait(receipt: WebhookReceipt, code: str, detail: str) -> None:
    """Later, without counting against the event; not for ever."""
    if receipt.last_received_at < timezone.now() - WAITS_FOR:
        _settle(receipt, ReceiptState.FAILED, WAITED_TOO_LONG, detail)
    else:
        _postpone(receipt, code, detail, WAIT_S, attempts=receipt.attempts - 1)


def _try_again(receipt: WebhookReceipt, code: str, detail: str) -> None:
    if receipt.attempts >= MAX_ATTEMPTS:
        _settle(receipt, ReceiptState.FAILED, code, detail)
    else:
        delay_s = FIRST_BACKOFF_S * 3.0 ** (receipt.attempts - 1)
        _postpone(receipt, code, detail, delay_s, attempts=receipt.attempts)


def _postpone(
    receipt: WebhookReceipt, code: str, detail: str, delay_s: float, *, attempts: int
) -> None:
    _save(
        receipt,
        state=ReceiptState.RECEIVED,
        attempts=attempts,
        next_attempt_at=timezone.now() + timedelta(seconds=delay_s),
        error_code=code,
        error_detail=detail[:500],
    )
    nudge(DRAIN_INBOX, queue=QUEUE, delay_s=delay_s)


def _settle(receipt: WebhookReceipt, state: ReceiptState, code: str = "", detail: str = "") -> None:
    _save(
        receipt,
        state=state,
        settled_at=timezone.now(),
        error_code=code,
        error_detail=detail[:500],
    )
    if state is ReceiptState.FAILED:
        logger.error("webhook waits for a person", extra=_facts(receipt) | {"code": code})


def _save(receipt: WebhookReceipt, **values: object) -> None:
    """Under our fence: what was taken over meanwhile is the other worker's to write."""
    WebhookReceipt.objects.filter(
        pk=receipt.pk, fence=receipt.fence, state=ReceiptState.PROCESSING
    ).update(lease_until=None, **values)


def _facts(receipt: WebhookReceipt) -> dict[str, object]:
    return {
        "receipt_id": receipt.pk,
        "event_type": receipt.event_type,
        "attempt": receipt.attempts,
    }
