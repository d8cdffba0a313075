"""Reading only the columns and relations that the asked fields are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, Model, QuerySet
from rest_framework.fields import Field
from rest_framework.relations import PrimaryKeyRelatedField, SlugRelatedField

Row = TypeVar("Row", bound=Model)


def narrowed(
    rows: QuerySet[Row], fields: Iterable[Field[Any, Any, Any, Any]], *, keep: Iterable[str]
) -> QuerySet[Row]:
    """The same rows with nothing but what `fields` tell of, and the columns `keep`.

    Where one is told by code of its own, what it reads is not known, and the rows stay whole.
    """
    paths = [_path(rows.model, field) for field in fields]
    if any(path is None for path in paths):
        return rows
    known = [path for path in paths if path]
    joins = {path.rpartition("__")[0] for path in known if "__" in path}
    lean = rows.prefetch_related(None).select_related(None)
    lean = lean.select_related(*sorted(joins)) if joins else lean
    return lean.only("pk", *keep, *known)


def _path(model: type[Model], field: Field[Any, Any, Any, Any]) -> str | None:
    """Such as "sellable__sku"; None for anything but columns."""
    steps = list(field.source_attrs or [])
    if isinstance(field, SlugRelatedField):
        steps.append(str(field.slug_field))
    if not steps or (isinstance(field, PrimaryKeyRelatedField) and len(steps) > 1):
        return None
    return "__".join(steps) if _is_column(model, steps) else None


def _is_column(model: type[Model], steps: list[str]) -> bool:
    for place, step in enumerate(steps):
        try:
            column = model._meta.get_field(step)
        except FieldDoesNotExist:
            return False
        if not getattr(column, "concrete", False):
            return False
        if place == len(steps) - 1:
            return True
        if not isinstance(column, ForeignKey) or not isinstance(column.related_model, type):
            return False
        model = column.related_model
    return False
