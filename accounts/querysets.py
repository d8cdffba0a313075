"""Separation of tenants, and of warehouses for people who are limited to some: the one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Self, TypeVar

from django.db import models
from django.db.models import Q

from accounts.principals import sees_all, warehouses_of

Row = TypeVar("Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Row], Generic[Row]):
    """Rows that belong to an organization, directly or over a relation.

    A model whose organization is reached over a relation names the path in the class attribute
    `organization_path`, such as "order__organization"; so does `warehouse_path` for a warehouse
    that is not simply "warehouse".
    """

    def visible_to(self, actor: object) -> Self:
        """The rows this actor may know of; for anybody else they do not exist."""
        if sees_all(actor):
            return self.in_warehouses(warehouses_of(actor))
        organization_id = getattr(actor, "organization_id", None)
        if not getattr(actor, "is_authenticated", False) or organization_id is None:
            return self.none()
        return self.of_organization(organization_id).in_warehouses(warehouses_of(actor))

    def in_warehouses(self, codes: Sequence[str]) -> Self:
        """Rows of these warehouses and of none in particular; all of them without any code."""
        return rows_in_warehouses(self, codes)

    def of_organization(self, organization_id: int) -> Self:
        path = getattr(self.model, "organization_path", "organization")
        return self.filter(**{f"{path}_id" if "__" not in path else path: organization_id})


Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


def rows_in_warehouses(rows: Rows, codes: Sequence[str]) -> Rows:
    path = warehouse_path_of(rows.model)
    if not codes or not path:
        return rows
    return rows.filter(Q(**{f"{path}__code__in": codes}) | Q(**{path: None}))


def warehouse_path_of(model: type[models.Model]) -> str:
    """The path from a row to its warehouse, "" for rows that lie in none."""
    declared: str | None = getattr(model, "warehouse_path", None)
    if declared is not None:
        return declared
    names = {field.name for field in model._meta.get_fields() if field.many_to_one}
    return "warehouse" if "warehouse" in names else ""
