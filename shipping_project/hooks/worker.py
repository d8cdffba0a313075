"""Tells endpoints what waits for them: one message at a time, in order, at least once."""

from __future__ import annotations

import logging
import random
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shipping_project.hooks.mail import tell_of_pause
from shipping_project.hooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.rules.retries import wait_after
from shipping_project.hooks.rules.signing import signed_headers
from shipping_project.hooks.sender import Answer, body_of, post
from shipping_project.hooks.services import QUEUE, SEND
from shipping_project.jobs.queue import nudge
from shipping_project.jobs.workers import died_here, worker_identity

logger = logging.getLogger(__name__)
# Longer than a task may run at all, so a worker that is alive never loses its lease.
LEASE = timedelta(seconds=settings.TASK_TIMEOUT_S + 60)
GONE = "It answered 410: it wants no more messages."
GAVE_UP = "It took no message for a day."


def send_to(endpoint_id: int) -> int:
    """Send what is due for an endpoint, until one fails or the time is up; returns how many went.

    A message that fails keeps those behind it waiting, since they tell what came of it.
    """
    endpoint = _claim(endpoint_id)
    if endpoint is None:
        return 0
    stop_at = time.monotonic() + settings.DRAIN_SECONDS
    sent = 0
    while time.monotonic() < stop_at:
        delivery = _head(endpoint)
        if delivery is None or delivery.due_at > timezone.now():
            break
        if not _send(endpoint, delivery):
            break
        sent += 1
    _release(endpoint)
    return sent


def sweep() -> None:
    """Wake a worker for every endpoint with something due; lost wake-ups cost a minute at most."""
    due = WebhookDelivery.objects.filter(
        state=DeliveryState.WAITING, due_at__lte=timezone.now(), endpoint__in=_free()
    )
    for endpoint_id in due.order_by().values_list("endpoint_id", flat=True).distinct():
        nudge(SEND, endpoint_id, queue=QUEUE)


def _free() -> QuerySet[WebhookEndpoint]:
    """A lease counts no more once its worker is seen to be dead on this host."""
    leased = WebhookEndpoint.objects.filter(lease_until__isnull=False)
    names = leased.order_by().values_list("claimed_by", flat=True).distinct()
    dead = [name for name in names if died_here(name)]
    now = timezone.now()
    free: QuerySet[WebhookEndpoint] = WebhookEndpoint.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now) | Q(claimed_by__in=dead),
        is_active=True,
        paused_at=None,
        organization__is_active=True,
    )
    return free


def _claim(endpoint_id: int) -> WebhookEndpoint | None:
    seen = _free().filter(pk=endpoint_id).first()
    if seen is None:
        return None
    taken = WebhookEndpoint.objects.filter(pk=seen.pk, fence=seen.fence).update(
        fence=F("fence") + 1,
        lease_until=timezone.now() + LEASE,
        claimed_by=worker_identity(),
    )
    seen.fence += 1
    return seen if taken else None


def _head(endpoint: WebhookEndpoint) -> WebhookDelivery | None:
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    head: WebhookDelivery | None = waiting.order_by("id").first()
    return head


def _send(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> bool:
    now = timezone.now()
    body = body_of(delivery.payload)
    headers = signed_headers(
        endpoint.secrets_at(now),
        message_id=delivery.message_id,
        timestamp=int(now.timestamp()),
        body=body,
    )
    answer = post(endpoint.url, body=body, headers=headers)
    with transaction.atomic():
        if not _is_mine(endpoint):
            return False
        _note(delivery, answer)
        if not answer.error:
            _settle(delivery, state=DeliveryState.DELIVERED)
            _change(endpoint, failing_since=None)
            return True
        _fail(endpoint, delivery, answer)
    return False


def _is_mine(endpoint: WebhookEndpoint) -> bool:
    """Locked until this commits; False when it was paused, changed hands or is gone."""
    mine = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(
        pk=endpoint.pk, fence=endpoint.fence, paused_at=None
    )
    return mine.first() is not None


def _note(delivery: WebhookDelivery, answer: Answer) -> None:
    delivery.attempts += 1
    _settle(
        delivery,
        attempts=delivery.attempts,
        last_status=answer.status,
        last_error=answer.error,
        last_tried_at=timezone.now(),
    )
    told = {"delivery_id": delivery.pk, "status": answer.status, "attempt": delivery.attempts}
    logger.info("webhook posted", extra=told)


def _fail(endpoint: WebhookEndpoint, delivery: WebhookDelivery, answer: Answer) -> None:
    now = timezone.now()
    _change(endpoint, failing_since=endpoint.failing_since or now)
    wait = wait_after(delivery.attempts, random.random)  # no secret hangs on it
    if answer.is_gone or wait is None:
        _settle(delivery, state=DeliveryState.FAILED)
        _change(endpoint, paused_at=now, pause_reason=GONE if answer.is_gone else GAVE_UP)
        transaction.on_commit(lambda: tell_of_pause(endpoint), robust=True)
        return
    _settle(delivery, due_at=now + wait)
    nudge(SEND, endpoint.pk, queue=QUEUE, delay_s=wait.total_seconds())


def _release(endpoint: WebhookEndpoint) -> None:
    """What came while the lease was held found it taken, so it is looked for once more."""
    mine = WebhookEndpoint.objects.filter(pk=endpoint.pk, fence=endpoint.fence)
    if not mine.update(lease_until=None):
        return
    head = _head(endpoint)
    if head and head.due_at <= timezone.now() and endpoint.paused_at is None:
        nudge(SEND, endpoint.pk, queue=QUEUE)


def _settle(delivery: WebhookDelivery, **changes: object) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(**changes)


def _change(endpoint: WebhookEndpoint, **changes: object) -> None:
    for name, value in changes.items():
        setattr(endpoint, name, value)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**changes)
