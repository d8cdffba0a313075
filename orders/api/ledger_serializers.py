"""The money of labels, as the API tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from shipping_project.kernel.moments import EARLIEST, LATEST, OUT_OF_RANGE

TextField = serializers.CharField
MOST_DAYS = timedelta(days=366)


class LedgerLineSerializer(serializers.Serializer[None]):
    at = serializers.DateTimeField()
    package = serializers.IntegerField()
    kind = TextField(help_text="quoted, bought, refunded or adjusted; a quote moves no money.")
    amount = TextField(allow_null=True, help_text="Below zero for what came back.")
    currency = TextField()
    upstream_ref = TextField()
    note = TextField()
    matched_ref = TextField(help_text="The platform's own record of it, once compared.")
    matched_at = serializers.DateTimeField(allow_null=True)


class MoneySerializer(serializers.Serializer[None]):
    amount = TextField()
    currency = TextField()


class SpendingSerializer(serializers.Serializer[None]):
    group = TextField(help_text="Reference of the shipment, name of the platform, or day.")
    currency = TextField()
    quoted = TextField()
    bought = TextField()
    refunded = TextField(help_text="Zero or below.")
    adjusted = TextField()
    net = TextField(help_text="Bought, refunded and adjusted together.")


class VoidSerializer(serializers.Serializer[None]):
    package = serializers.IntegerField()
    label_ref = TextField()
    state = TextField(help_text="requested, accepted, refunded, rejected or expired.")
    purpose = TextField(help_text="cancel, replace or found.")
    requested_at = serializers.DateTimeField()
    window_ends_at = serializers.DateTimeField(help_text="The platform takes no void after this.")
    accepted_at = serializers.DateTimeField(allow_null=True)
    refund_due_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    detail = TextField()


class LedgerSerializer(serializers.Serializer[None]):
    lines = LedgerLineSerializer(many=True)
    shipments = SpendingSerializer(many=True)
    net = MoneySerializer(many=True)
    unpriced = serializers.IntegerField(help_text="Labels without a known price.")
    voids = VoidSerializer(many=True, help_text="Labels given back, oldest first.")


class LedgerTotalsAskedSerializer(serializers.Serializer[None]):
    by = serializers.ChoiceField(choices=["platform", "day"])
    since = serializers.DateField(help_text="First day, in UTC.")
    until = serializers.DateField(help_text="Last day; at most 366 after the first.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not timedelta(0) <= attrs["until"] - attrs["since"] <= MOST_DAYS:
            raise serializers.ValidationError(
                {"until": "Give a day from `since` on, at most 366 after it."}
            )
        if not EARLIEST.date() <= attrs["until"] < LATEST.date():
            raise serializers.ValidationError({"until": OUT_OF_RANGE}, code="time.out_of_range")
        return attrs


class LedgerTotalsSerializer(serializers.Serializer[None]):
    totals = SpendingSerializer(many=True)
