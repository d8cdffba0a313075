"""Endpoints, and what is to be told to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from shipping_project.hooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.rules.addresses import fault_of_url
from shipping_project.hooks.rules.events import TEST, asks_for, is_askable
from shipping_project.hooks.rules.signing import new_secret
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen

SEND = "shipping_project.hooks.worker.send_to"
QUEUE = "default"
SECRET_OVERLAP = timedelta(hours=24)
MOST_ENDPOINTS = 20
DELIVERIES_KEPT_FOR = timedelta(days=30)


def create_endpoint(
    *, organization_id: int, url: str, events: Sequence[str], actor: str, description: str = ""
) -> WebhookEndpoint:
    """A new endpoint with its secret. Raises InvalidInput, and Conflict beyond MOST_ENDPOINTS."""
    _check(url=url, events=events)
    with transaction.atomic():
        mine = WebhookEndpoint.objects.of_organization(organization_id)
        if mine.count() >= MOST_ENDPOINTS:
            raise Conflict(f"There are {MOST_ENDPOINTS} endpoints already; delete one first.")
        endpoint: WebhookEndpoint = WebhookEndpoint.objects.create(
            organization_id=organization_id,
            url=url,
            description=description,
            events=sorted(set(events)),
            secret=new_secret(),
        )
        after = {"url": url, "events": endpoint.events}
        record_audit(actor=actor, action="webhook.created", subject=endpoint, after=after)
    return endpoint


def change_endpoint(*, endpoint: WebhookEndpoint, actor: str, **changes: Any) -> None:
    """Change url, events, description or is_active. Raises InvalidInput."""
    _check(**{name: changes[name] for name in ("url", "events") if name in changes})
    before = {name: getattr(endpoint, name) for name in changes}
    with transaction.atomic():
        hold_to_seen(endpoint)
        for name, value in changes.items():
            setattr(endpoint, name, value)
        endpoint.save(update_fields=[*changes, "updated_at"])
        action = "webhook.changed"
        record_audit(actor=actor, action=action, subject=endpoint, before=before, after=changes)
        nudge(SEND, endpoint.pk, queue=QUEUE)


def delete_endpoint(*, endpoint: WebhookEndpoint, actor: str) -> None:
    """What waits for it is dropped with it."""
    with transaction.atomic():
        hold_to_seen(endpoint)
        record_audit(actor=actor, action="webhook.deleted", subject=endpoint)
        endpoint.delete()


def rotate_secret(*, endpoint: WebhookEndpoint, actor: str) -> None:
    """A new secret; messages are signed with both for SECRET_OVERLAP."""
    with transaction.atomic():
        endpoint.previous_secret = endpoint.secret
        endpoint.previous_until = timezone.now() + SECRET_OVERLAP
        endpoint.secret = new_secret()
        endpoint.save(update_fields=["secret", "previous_secret", "previous_until", "updated_at"])
        record_audit(actor=actor, action="webhook.secret_rotated", subject=endpoint)


def resume_endpoint(*, endpoint: WebhookEndpoint, actor: str) -> None:
    """Go on with what waits, the oldest first and at once."""
    with transaction.atomic():
        endpoint.paused_at, endpoint.pause_reason, endpoint.failing_since = None, "", None
        endpoint.save(update_fields=["paused_at", "pause_reason", "failing_since", "updated_at"])
        waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
        waiting.update(due_at=timezone.now(), attempts=0)
        record_audit(actor=actor, action="webhook.resumed", subject=endpoint)
        nudge(SEND, endpoint.pk, queue=QUEUE)


def send_test(*, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A message that tells of nothing, to see whether it arrives."""
    with transaction.atomic():
        return _enqueue([endpoint], TEST, [{"endpoint": endpoint.pk}])[0]


def replay(*, delivery: WebhookDelivery, actor: str) -> None:
    """Send a message again under the same id, behind nothing but what is older."""
    with transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.WAITING, due_at=timezone.now(), attempts=0, last_error=""
        )
        delivery.refresh_from_db()
        after = {"message_id": delivery.message_id}
        record_audit(actor=actor, action="webhook.replayed", subject=delivery.endpoint, after=after)
        nudge(SEND, delivery.endpoint_id, queue=QUEUE)


def announce(*, organization_id: int, event: str, data: Mapping[str, Any]) -> None:
    """Tell every endpoint of the organization that asked for it, once this commits."""
    announce_all(organization_id=organization_id, event=event, data=[data])


def announce_all(*, organization_id: int, event: str, data: Iterable[Mapping[str, Any]]) -> None:
    """The same for many; one query where nobody asked, and `data` is not read then."""
    active = WebhookEndpoint.objects.of_organization(organization_id).filter(is_active=True)
    read = active.only("events").order_by()
    wanted = [endpoint for endpoint in read if asks_for(endpoint.events, event)]
    if wanted:
        with transaction.atomic():
            _enqueue(wanted, event, data)


def prune_deliveries() -> int:
    """Drop old messages, also those that a paused endpoint never took; returns how many."""
    old = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - DELIVERIES_KEPT_FOR)
    return int(old.delete()[0])


def _enqueue(
    endpoints: Sequence[WebhookEndpoint], event: str, data: Iterable[Mapping[str, Any]]
) -> list[WebhookDelivery]:
    messages = [(f"msg_{uuid4().hex}", _payload(event, one)) for one in data]
    deliveries = [
        WebhookDelivery(endpoint=endpoint, message_id=message_id, event=event, payload=payload)
        for message_id, payload in messages
        for endpoint in endpoints
    ]
    WebhookDelivery.objects.bulk_create(deliveries)
    for endpoint in endpoints:
        nudge(SEND, endpoint.pk, queue=QUEUE)
    return deliveries


def _payload(event: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": event, "timestamp": timezone.now().isoformat(), "data": dict(data)}


def _check(*, url: str | None = None, events: Sequence[str] | None = None) -> None:
    faults = []
    private_allowed = settings.WEBHOOK_PRIVATE_TARGETS
    if url is not None and (words := fault_of_url(url, private_allowed=private_allowed)):
        faults.append(FieldError(field="url", code="url.refused", message=words))
    if events is not None:
        faults += _faults_of_events(events)
    if faults:
        raise InvalidInput(errors=faults)


def _faults_of_events(events: Sequence[str]) -> list[FieldError]:
    message = 'Choose from the events listed at /api/v1/webhook-events, a family, or "*".'
    unknown = [name for name in events if not is_askable(name)]
    if not events or unknown:
        return [FieldError(field="events", code="event.unknown", message=message)]
    return []
