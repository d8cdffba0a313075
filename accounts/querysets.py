"""Tenant separation, in the one place where it happens."""

from __future__ import annotations

from typing import Generic, Self, TypeVar

from django.db import models

from accounts.principals import sees_all

Row = TypeVar("Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Row], Generic[Row]):
    """Rows that belong to an organization, directly or over a relation.

    A model whose organization is reached over a relation names the path in the class attribute
    `organization_path`, such as "order__organization".
    """

    def visible_to(self, actor: object) -> Self:
        """The rows this actor may know of; for anybody else they do not exist."""
        if sees_all(actor):
            return self.all()
        organization_id = getattr(actor, "organization_id", None)
        if not getattr(actor, "is_authenticated", False) or organization_id is None:
            return self.none()
        return self.of_organization(organization_id)

    def of_organization(self, organization_id: int) -> Self:
        path = getattr(self.model, "organization_path", "organization")
        return self.filter(**{f"{path}_id" if "__" not in path else path: organization_id})
