"""Whose row a request is about: the caller's own organization, or the one that staff name."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.fields import empty

from accounts.models import Organization
from accounts.principals import sees_all


class OwnerField(serializers.SlugRelatedField[Organization]):
    """The slug of an organization. Callers with one of their own may leave it out."""

    default_error_messages = {
        "does_not_exist": "There is no organization {value} for you.",
        "required": "Say for which organization, by its slug.",
        "fixed": "The organization of a row cannot be changed.",
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "Slug; may be left out unless you act for several.")
        if not options.get("read_only"):
            options.setdefault("queryset", Organization.objects.filter(is_active=True))
        super().__init__(slug_field="slug", **options)

    def get_queryset(self) -> QuerySet[Organization]:
        actor = self.context["request"].user
        rows = Organization.objects.filter(is_active=True)
        return rows if sees_all(actor) else rows.filter(pk=actor.organization_id)

    def run_validation(self, data: Any = empty) -> Any:
        current = getattr(self.parent.instance, "organization", None)
        if data is empty and current is None and (own := self.own()) is not None:
            return own
        given = super().run_validation(data)
        if current is not None and given != current:
            self.fail("fixed")
        return given

    def own(self) -> Organization | None:
        """The organization that the caller belongs to."""
        own_id: int | None = getattr(self.context["request"].user, "organization_id", None)
        if own_id is None:
            return None
        return Organization.objects.filter(pk=own_id, is_active=True).first()

    def resolved(self) -> Organization | None:
        """Whose row it will be, for checks of other fields; None when that is at fault itself."""
        instance = self.parent.instance
        if instance is not None:
            return getattr(instance, "organization", None)
        slug = self.get_value(self.parent.initial_data)
        if slug is empty:
            return self.own()
        is_text = isinstance(slug, str) and "\x00" not in slug
        return self.get_queryset().filter(slug=slug).first() if is_text else None
