"""Events as Easyship posts them, signed, and a receiver that does what a test tells it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import jwt
from django.test import Client
from django.urls import reverse

from carriers.contracts import Platform
from carriers.inbox.events import InboxEvent
from carriers.inbox.models import WebhookReceipt
from carriers.inbox.registry import register

SECRET = "webh_0123456789abcdef0123456789abcdef"
OLD_SECRET = "webh_fedcba9876543210fedcba9876543210"
# One of Easyship's events that no app listens to; the receiver below does.
SCRIPTED = "courier.state.changed"


@dataclass
class Script:
    """What the receiver raises in turn, and the events that it was told of."""

    errors: list[Exception] = field(default_factory=list)
    told: list[InboxEvent] = field(default_factory=list)

    def clear(self) -> None:
        self.errors.clear()
        self.told.clear()


SCRIPT = Script()


def receive(event: InboxEvent) -> None:
    SCRIPT.told.append(event)
    if SCRIPT.errors:
        raise SCRIPT.errors.pop(0)


register(Platform.EASYSHIP, SCRIPTED, receive)


def make_event(event_type: str = SCRIPTED, resource_id: str = "ESUS10000001", **data: Any) -> str:
    return json.dumps({
        "event_type": event_type,
        "resource_type": "shipment",
        "resource_id": resource_id,
        "data": {"easyship_shipment_id": resource_id, **data},
    })  # fmt: skip


def make_signature(secret: str = SECRET, company: str = "CUS0001") -> str:
    return jwt.encode({"easyship_company_id": company}, secret, algorithm="HS256")


def post_event(
    body: str | bytes, *, signature: str | None = None, client: Client | None = None
) -> Any:
    """A post to the address that is given to Easyship; signed with `SECRET` unless told."""
    return (client or Client(enforce_csrf_checks=True)).post(
        reverse("webhook-easyship"),
        data=body,
        content_type="application/json",
        headers={"X-EASYSHIP-SIGNATURE": make_signature() if signature is None else signature},
    )


def only_receipt() -> WebhookReceipt:
    receipt: WebhookReceipt = WebhookReceipt.objects.get()
    return receipt
