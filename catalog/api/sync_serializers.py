"""Keeping the catalog in step, over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.owners import OwnerField
from carriers.choices import PLATFORM_CHOICES
from catalog.models import CatalogRun, CatalogSchedule, FieldMaster, ListedIssue, SyncConflict
from catalog.sync.models import GROUP_CHOICES, MASTER_CHOICES
from catalog.sync.scheduling import LONGEST_INTERVAL
from catalog.sync.settling import Choice


class CatalogRunSerializer(serializers.ModelSerializer[CatalogRun]):
    """`seen` is the sum of all outcomes; `changes` are the first hundred rows that changed."""

    class Meta:
        model = CatalogRun
        fields = [
            "id",
            "platform",
            "state",
            "since",
            "is_dry",
            "page",
            "known",
            "seen",
            "linked",
            "updated",
            "unchanged",
            "ahead",
            "conflicted",
            "unmatched",
            "unfit",
            "gone",
            "missing",
            "changes",
            "asked_by",
            "started_at",
            "finished_at",
            "error_code",
            "error_detail",
        ]


class BeginRunSerializer(serializers.Serializer[Any]):
    platform = serializers.ChoiceField(choices=PLATFORM_CHOICES)
    is_full = serializers.BooleanField(
        default=False, help_text="The whole list, not only what changed since the last reading."
    )
    is_dry = serializers.BooleanField(
        default=False, help_text="Tell what would change and write nothing; reads the whole list."
    )


class SyncConflictSerializer(serializers.ModelSerializer[SyncConflict]):
    organization = serializers.CharField(source="listing.sellable.organization.slug")
    sku = serializers.CharField(source="listing.sellable.sku")
    platform = serializers.CharField(source="listing.platform")

    class Meta:
        model = SyncConflict
        fields = [
            "id",
            "organization",
            "sku",
            "platform",
            "group",
            "base",
            "ours",
            "theirs",
            "state",
            "found_at",
            "settled_at",
            "settled_by",
        ]


class SettleSerializer(serializers.Serializer[Any]):
    choice = serializers.ChoiceField(choices=[(one.value, one.value) for one in Choice])
    values = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        required=False,
        help_text="With the choice `edited`: the values that are to stand, by field.",
    )

    def validate(self, facts: dict[str, Any]) -> dict[str, Any]:
        if (facts["choice"] == Choice.EDITED) != bool(facts.get("values")):
            message = "Give values with the choice edited, and only with it."
            raise serializers.ValidationError({"values": message}, code="values.needed")
        return facts


class ListedIssueSerializer(serializers.ModelSerializer[ListedIssue]):
    class Meta:
        model = ListedIssue
        fields = [
            "id",
            "platform",
            "item_ref",
            "parent_ref",
            "sku",
            "title",
            "kind",
            "detail",
            "first_seen_at",
            "last_seen_at",
            "settled_at",
            "is_ignored",
        ]


class LinkSerializer(serializers.Serializer[None]):
    organization = OwnerField(help_text="Whose sellable with exactly this SKU it is.")


class IgnoreSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


class FieldMasterSerializer(serializers.ModelSerializer[FieldMaster]):
    organization = serializers.CharField(source="organization.slug", read_only=True)

    class Meta:
        model = FieldMaster
        fields = ["organization", "group", "master"]


class SetMasterSerializer(serializers.Serializer[None]):
    organization = OwnerField()
    group = serializers.ChoiceField(choices=GROUP_CHOICES)
    master = serializers.ChoiceField(choices=MASTER_CHOICES)


class CatalogScheduleSerializer(serializers.ModelSerializer[CatalogSchedule]):
    class Meta:
        model = CatalogSchedule
        fields = ["platform", "is_on", "every_minutes"]
        read_only_fields = ["platform"]
        extra_kwargs = {"every_minutes": {"min_value": 1, "max_value": LONGEST_INTERVAL}}
