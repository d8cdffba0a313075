"""Accounts as partners see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.api.owners import OwnerField
from accounts.models import ApiKey, Organization, User
from accounts.principals import warehouses_of
from accounts.scopes import SCOPES


class CredentialsSerializer(serializers.Serializer[None]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class RefreshSerializer(serializers.Serializer[None]):
    refresh = serializers.CharField(max_length=2000)


class TokensSerializer(serializers.Serializer[None]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class MeSerializer(serializers.Serializer[None]):
    label = serializers.CharField()  # type: ignore[assignment] # a field of this name
    role = serializers.CharField()
    organization = serializers.IntegerField(allow_null=True, source="organization_id")
    warehouses = serializers.SerializerMethodField(
        help_text="Codes that the person is limited to; empty for all."
    )
    scopes = serializers.SerializerMethodField(help_text="Of a key; null for a person.")

    def get_warehouses(self, actor: Any) -> list[str]:
        return list(warehouses_of(actor))

    def get_scopes(self, actor: Any) -> list[str] | None:
        scopes = getattr(actor, "scopes", None)
        return None if scopes is None else sorted(scopes)


class OrganizationSerializer(serializers.ModelSerializer[Organization]):
    unrouted_owner = serializers.CharField(
        source="unrouted_owner.username",
        default=None,
        allow_null=True,
        help_text="The user's name of who looks after orders without a route; null: the managers.",
    )

    class Meta:
        model = Organization
        fields = [
            "id",
            "name",
            "slug",
            "is_active",
            "allows_split",
            "assigns_batches",
            "unrouted_owner",
            "created_at",
        ]


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "email",
            "role",
            "organization",
            "warehouses",
            "is_active",
            "last_login",
        ]


class ApiKeySerializer(serializers.ModelSerializer[ApiKey]):
    organization = OwnerField()
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES), allow_empty=False, max_length=len(SCOPES)
    )

    networks = serializers.ListField(
        child=serializers.CharField(max_length=50),
        required=False,
        max_length=50,
        help_text="Where it may be used from, such as 203.0.113.0/24; empty for anywhere.",
    )
    replaced_by = serializers.SlugRelatedField[ApiKey](
        slug_field="prefix",
        read_only=True,
        allow_null=True,
        help_text="Prefix of the key that took over.",
    )

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "organization",
            "name",
            "prefix",
            "scopes",
            "networks",
            "rate",
            "order_rate",
            "replaced_by",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_at",
        ]
        read_only_fields = ["prefix", "created_at", "revoked_at", "last_used_at"]

    def validate_expires_at(self, moment: datetime | None) -> datetime | None:
        if moment is not None and moment <= timezone.now():
            raise serializers.ValidationError("Give a time to come.", code="expired")
        return moment


class RotationSerializer(serializers.Serializer[None]):
    overlap_hours = serializers.IntegerField(
        default=24, min_value=0, max_value=720, help_text="How long the old key works yet."
    )


class NewApiKeySerializer(ApiKeySerializer):
    """The one answer that holds the secret."""

    key = serializers.CharField(read_only=True, help_text="Shown once; keep it now.")

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "key"]
