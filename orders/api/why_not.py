"""Why an order did not go another way, over REST."""

from __future__ import annotations

from rest_framework import serializers

from carriers.contracts import CarrierCode, Platform


class WantedSerializer(serializers.Serializer[None]):
    """The way that is asked about, by at least one of the three."""

    carrier = serializers.ChoiceField(choices=[one.value for one in CarrierCode], default="")
    platform = serializers.ChoiceField(choices=[one.value for one in Platform], default="")
    warehouse = serializers.CharField(max_length=12, default="")

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        if not any(attrs.values()):
            raise serializers.ValidationError({"carrier": "Name a carrier, platform or warehouse."})
        return attrs


class WhyNotSerializer(serializers.Serializer[None]):
    """`changes` each suffice alone, the smallest first; each was tried by routing once more."""

    is_chosen = serializers.BooleanField()
    constraint = serializers.CharField()
    changes = serializers.ListField(child=serializers.CharField())
