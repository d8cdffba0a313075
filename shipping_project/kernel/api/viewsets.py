"""What every family of routes has in common: reading in parts, versions, pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from shipping_project.kernel.api.asked import (
    EVERYTHING,
    OF_ROWS,
    Asked,
    Expansion,
    asked_of,
    unknown_parameters,
)
from shipping_project.kernel.api.narrowing import narrowed
from shipping_project.kernel.errors import InvalidInput
from shipping_project.kernel.pagination import CHANGED, tells_changes
from shipping_project.kernel.versions import check_seen, expecting, version_of, versions_in

READS = frozenset({"list", "retrieve"})
CHANGES = frozenset({"PATCH", "PUT", "DELETE"})
Row = TypeVar("Row", bound=Model)


class ApiViewSet(viewsets.GenericViewSet[Row]):
    """The base of all viewsets; `Listed` and `Shown` add the two ways to read.

    `serializer_class` describes the documents, also where `documents` makes them without it, so
    that `fields=` knows their names. A service behind PATCH, PUT or DELETE calls `hold_to_seen`
    inside its transaction, which is what makes `If-Match` hold.
    """

    expansions: ClassVar[Mapping[str, Expansion]] = {}
    # Besides `id` and `updated_at`: never NULL, and with an index.
    ordering_fields: ClassVar[tuple[str, ...]] = ()
    asked: Asked = EVERYTHING

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        seen = request.headers.get("If-Match", "*").strip()
        is_bound = request.method in CHANGES and seen != "*"
        with expecting(self._model(), seen) if is_bound else nullcontext():
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action in READS:
            self.asked, faults = asked_of(request.query_params, self)
            # Those of a list are told together with those of its filters.
            if self.action == "retrieve":
                faults += unknown_parameters(request.query_params, OF_ROWS)
                if faults:
                    raise InvalidInput(errors=faults)
        seen = request.headers.get("If-Match", "*").strip()
        if request.method == "POST" and self.detail and seen != "*":
            check_seen(self.get_object(), versions_in(seen))

    def filter_queryset(self, queryset: Any) -> Any:
        rows = super().filter_queryset(queryset)
        if self.asked.fields is None or self.action not in READS:
            return rows
        return self.narrow(rows)

    def narrow(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Rows with what the asked fields need; `documents` of one's own may know better."""
        form = self._form([])
        keep = [CHANGED] if tells_changes(rows.model) else []
        if not keep and self.action == "retrieve":
            # Its version is made of the whole row.
            return rows
        keep += [name for name in self.ordering_fields if self.action == "list"]
        return narrowed(rows, form.fields.values(), keep=keep) if not self.asked.expand else rows

    def documents(self, rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
        """The rows as they are told."""
        form = self._form(rows)
        return [form.to_representation(row) for row in rows]

    def tell(self, rows: Sequence[Row]) -> list[Mapping[str, Any]]:
        """What was asked for of each row, and what was to be told beside it."""
        told = [self.asked.part_of(document) for document in self.documents(rows)]
        if not self.asked.expand:
            return told
        beside = {name: self.expansions[name].tell(rows) for name in self.asked.expand}
        return [
            {**document, "expanded": {name: found.get(row.pk) for name, found in beside.items()}}
            for row, document in zip(rows, told, strict=True)
        ]

    def _form(self, rows: Iterable[Row]) -> Any:
        form: Any = self.get_serializer()
        for name in set(form.fields) - (self.asked.fields or set(form.fields)):
            form.fields.pop(name)
        return form

    def _model(self) -> type[Model]:
        declared: Any = getattr(self, "queryset", None)
        return cast("type[Model]", declared.model)


class Listed(ApiViewSet[Row]):
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.tell(page or []))


class Shown(ApiViewSet[Row]):
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        response = Response(self.tell([row])[0])
        response.row_version = version_of(row)  # type: ignore[attr-defined] # for the ETag
        return response


class ReadOnlyViewSet(Listed[Row], Shown[Row]):
    """Rows that are looked at; an action may do more."""
