"""Endpoints and messages as partners see them."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.owners import OwnerField
from shipping_project.hooks.models import WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.rules.addresses import LONGEST_URL

MOST_EVENTS = 100


class EndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    organization = OwnerField()
    url = serializers.CharField(max_length=LONGEST_URL)
    events = serializers.ListField(
        child=serializers.CharField(max_length=60),
        allow_empty=False,
        max_length=MOST_EVENTS,
        help_text='Names, families such as "order.*", or "*".',
    )

    class Meta:
        model = WebhookEndpoint
        fields = [
            "id",
            "organization",
            "url",
            "description",
            "events",
            "is_active",
            "failing_since",
            "paused_at",
            "pause_reason",
            "previous_until",
            "created_at",
            "updated_at",
        ]
        read_only_fields = [
            "failing_since",
            "paused_at",
            "pause_reason",
            "previous_until",
            "created_at",
            "updated_at",
        ]


class NewEndpointSerializer(EndpointSerializer):
    """The answers that hold the secret: of a creation and of a rotation."""

    secret = serializers.CharField(read_only=True, help_text="Shown once; keep it now.")

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "secret"]


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    class Meta:
        model = WebhookDelivery
        fields = [
            "id",
            "endpoint",
            "message_id",
            "event",
            "payload",
            "state",
            "created_at",
            "due_at",
            "attempts",
            "last_status",
            "last_error",
            "last_tried_at",
        ]
        read_only_fields = fields


class WebhookEventSerializer(serializers.Serializer[None]):
    name = serializers.CharField()
    meaning = serializers.CharField()


class WebhookEventsSerializer(serializers.Serializer[None]):
    """In the envelope of every list, though there is always one page."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = WebhookEventSerializer(many=True)
