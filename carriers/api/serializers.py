"""Carriers, platforms and what we asked of them."""

from __future__ import annotations

from rest_framework import serializers

from carriers.models import ApiCall, Carrier, CarrierService, OutboxCommand, PlatformAccount


class CarrierSerializer(serializers.ModelSerializer[Carrier]):
    class Meta:
        model = Carrier
        fields = ["code", "name", "platform", "divisor_cm3_per_kg", "is_active"]


class CarrierServiceSerializer(serializers.ModelSerializer[CarrierService]):
    carrier = serializers.CharField(source="carrier.code")

    class Meta:
        model = CarrierService
        fields = ["id", "carrier", "platform", "name", "is_active", "first_seen_at"]


class PlatformAccountSerializer(serializers.ModelSerializer[PlatformAccount]):
    class Meta:
        model = PlatformAccount
        fields = ["platform", "is_enabled", "note"]
        read_only_fields = ["platform", "note"]


class PlatformSwitchSerializer(serializers.Serializer[None]):
    is_enabled = serializers.BooleanField()


class OutboxCommandSerializer(serializers.ModelSerializer[OutboxCommand]):
    organization = serializers.CharField(source="organization.slug")

    class Meta:
        model = OutboxCommand
        fields = [
            "id",
            "organization",
            "kind",
            "lane",
            "platform",
            "queue",
            "payload",
            "state",
            "attempts",
            "lookups",
            "misses",
            "next_attempt_at",
            "sent_at",
            "lease_until",
            "result",
            "error_code",
            "error_detail",
            "request_id",
            "created_at",
            "settled_at",
        ]


class ApiCallSerializer(serializers.ModelSerializer[ApiCall]):
    """As stored: keys, names and streets were struck out before it was written."""

    class Meta:
        model = ApiCall
        fields = [
            "id",
            "organization",
            "command",
            "lane",
            "platform",
            "operation",
            "method",
            "path",
            "http_status",
            "error_code",
            "duration_ms",
            "request_body",
            "response_body",
            "platform_request_id",
            "request_id",
            "started_at",
        ]
