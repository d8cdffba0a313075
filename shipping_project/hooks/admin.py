"""Endpoints of partners and the messages to them."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin
from accounts.permissions import MANAGERS
from shipping_project.hooks.models import WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.services import replay, resume_endpoint, send_test


def _test(endpoint: WebhookEndpoint, words: Words, actor: str) -> str:
    return f"{send_test(endpoint=endpoint).message_id} is on its way; see Messages to partners."


def _resume(endpoint: WebhookEndpoint, words: Words, actor: str) -> str:
    resume_endpoint(endpoint=endpoint, actor=actor)
    return "What waits is being sent, the oldest first."


def _replay(delivery: WebhookDelivery, words: Words, actor: str) -> str:
    replay(delivery=delivery, actor=actor)
    return f"Sent again as {delivery.message_id}."


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(LedgerAdmin):
    """Made and changed over the API by whoever runs the endpoint; its secrets are on no page."""

    act_roles = MANAGERS
    list_display = ["url", "organization", "is_active", "failing_since", "paused_at"]
    list_filter = ["organization", "is_active", ("paused_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["url", "description"]
    exclude = ["secret", "previous_secret"]
    actions = [
        confirmed(
            NamedAction(
                name="send_test",
                description="Send a test",
                question="Each of these endpoints gets a message that tells of nothing.",
                run=_test,
            )
        ),
        confirmed(
            NamedAction(
                name="resume",
                description="Resume",
                question="What waits for these endpoints is sent, the oldest first.",
                run=_resume,
            )
        ),
    ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return [name for name in super().get_readonly_fields(request, obj) if "secret" not in name]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = ["id", "event", "endpoint", "state", "attempts", "last_status", "created_at"]
    list_filter = ["state", "event"]
    list_select_related = ["endpoint"]
    search_fields = ["=message_id", "event"]
    search_help_text = "Id of the message, or event"
    actions = [
        confirmed(
            NamedAction(
                name="replay",
                description="Send again",
                question="These messages are sent again, each under its own id.",
                run=_replay,
            )
        )
    ]
