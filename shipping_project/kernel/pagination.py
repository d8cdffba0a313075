"""Pages that cost the same at ten rows and at ten million."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Field, IntegerField, Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.moments import is_in_range

if TYPE_CHECKING:
    from rest_framework.request import Request

PAGE_SIZE = 50
MOST_ROWS = 200
LONGEST_ID = 18
LONGEST_CURSOR = 500
CHANGED = "updated_at"
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Ordering:
    """`words` as asked for, such as "-updated_at"; the id decides among equals."""

    words: str
    model: type[Model]

    @property
    def descends(self) -> bool:
        return self.words.startswith("-")

    @property
    def field(self) -> Field[Any, Any]:
        name = self.words.removeprefix("-")
        meta = self.model._meta
        field: Field[Any, Any] = meta.pk if name == "id" else meta.get_field(name)  # type: ignore[assignment]
        return field

    def sort(self, rows: QuerySet[Row], *, back: bool) -> QuerySet[Row]:
        sign = "-" if self.descends is not back else ""
        names = ["pk"] if self.field.primary_key else [self.field.attname, "pk"]
        return rows.order_by(*(sign + name for name in names))

    def beyond(self, place: Place) -> Q:
        """What comes after the place, or before it when going back."""
        word = "lt" if self.descends is not place.back else "gt"
        name, field = self.field.attname, self.field
        if field.primary_key:
            return Q(**{f"pk__{word}": place.pk})
        same = Q(**{f"{name}__{word}": place.value}) | Q(**{f"pk__{word}": place.pk})
        # The first part alone is what an index can be entered by.
        return Q(**{f"{name}__{word}e": place.value}) & same


@dataclass(frozen=True, slots=True)
class Place:
    """The row at the edge of a page, and to which side the next one lies."""

    value: Any
    pk: Any
    back: bool


class CursorPages(BasePagination):
    """`?cursor=` is opaque, `?page_size=` goes up to 200, `?ordering=` is by a field and the id.

    Newest first unless asked otherwise. With `?updated_since=` in the order of change, the oldest
    first: a row that changes during a walk moves to its end and is met once more, never missed.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        faults = self.faults(request, queryset.model, view)
        if faults:
            raise InvalidInput(errors=faults)
        self.request = request
        self.ordering = _ordering(request, queryset.model)
        size, place = _size(request), _place(request, self.ordering)
        back = place is not None and place.back
        chosen = queryset if place is None else queryset.filter(self.ordering.beyond(place))
        rows = list(self.ordering.sort(chosen, back=back)[: size + 1])
        is_cut = len(rows) > size
        page = rows[:size][::-1] if back else rows[:size]
        has_next, has_previous = (True, is_cut) if back else (is_cut, place is not None)
        self.next = self._link(page[-1], back=False) if page and has_next else None
        self.previous = self._link(page[0], back=True) if page and has_previous else None
        return page

    def faults(self, request: Request, model: type[Model], view: Any) -> list[FieldError]:
        """What is wrong with the parameters of a page, all of it."""
        found: list[FieldError] = []
        if _size(request) == 0:
            message = f"Give a whole number from 1 to {MOST_ROWS}."
            found.append(FieldError(field="page_size", code="page_size.invalid", message=message))
        known = orderings(model, view)
        words = request.query_params.get("ordering", "")
        if words and words not in known:
            message = f"Choose from {', '.join(known)}."
            found.append(FieldError(field="ordering", code="ordering.unknown", message=message))
        elif not _is_place(request, _ordering(request, model)):
            message = "Take the address from `next` or `previous` of a page as it is."
            found.append(FieldError(field="cursor", code="cursor.invalid", message=message))
        return found

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        queryset = getattr(view, "queryset", None)
        known = orderings(queryset.model, view) if queryset is not None else ["-id", "id"]
        size = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": PAGE_SIZE}
        return [
            _parameter("cursor", "From `next` or `previous` of a page.", {"type": "string"}),
            _parameter("page_size", "Rows on a page.", size),
            _parameter("ordering", "Newest first, if absent.", {"type": "string", "enum": known}),
        ]

    def _link(self, row: Model, *, back: bool) -> str:
        value = self.ordering.field.value_to_string(row)
        told = json.dumps([self.ordering.words, value, str(row.pk), back], separators=(",", ":"))
        cursor = urlsafe_b64encode(told.encode()).decode().rstrip("=")
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)


def whole_list(documents: Sequence[object]) -> Response:
    """The same envelope for a list that is always short."""
    return Response({"next": None, "previous": None, "results": documents})


def orderings(model: type[Model], view: Any) -> list[str]:
    """By what a list can be ordered; a view adds fields that are never NULL and have an index."""
    more: Sequence[str] = getattr(view, "ordering_fields", ()) or ()
    names = ["id", *([CHANGED] if tells_changes(model) else []), *more]
    return [sign + name for name in names for sign in ("-", "")]


def tells_changes(model: type[Model]) -> bool:
    return any(field.name == CHANGED for field in model._meta.concrete_fields)


def _ordering(request: Request, model: type[Model]) -> Ordering:
    by_change = "updated_since" in request.query_params and tells_changes(model)
    usual = CHANGED if by_change else "-id"
    return Ordering(request.query_params.get("ordering", "") or usual, model)


def _size(request: Request) -> int:
    """0 for anything that is no size of a page."""
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    size = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    return size if 1 <= size <= MOST_ROWS else 0


def _is_place(request: Request, ordering: Ordering) -> bool:
    try:
        _place(request, ordering)
    except (ValueError, ValidationError):
        return False
    return True


def _place(request: Request, ordering: Ordering) -> Place | None:
    """Raises ValueError or ValidationError for what is no cursor of this list."""
    text = request.query_params.get("cursor", "")
    if not text:
        return None
    if len(text) > LONGEST_CURSOR or not text.isascii():
        raise ValueError("no cursor")
    told = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    match told:
        case [ordering.words, str(value), str(pk), bool(back)]:
            pass
        case _:
            raise ValueError("a cursor of another list")
    return Place(_read(ordering.field, value), _read(ordering.model._meta.pk, pk), back)


def _read(field: Any, text: str) -> Any:
    is_huge = isinstance(field, IntegerField) and len(text) > LONGEST_ID
    if "\x00" in text or is_huge:
        raise ValueError("no value of this field")
    value = field.to_python(text)
    if isinstance(field, DateTimeField) and not _is_moment(value):
        raise ValueError("no moment")
    return value


def _is_moment(value: object) -> bool:
    return isinstance(value, datetime) and value.tzinfo is not None and is_in_range(value)


def _parameter(name: str, words: str, schema: Mapping[str, object]) -> dict[str, Any]:
    return {
        "name": name,
        "required": False,
        "in": "query",
        "description": words,
        "schema": dict(schema),
    }
