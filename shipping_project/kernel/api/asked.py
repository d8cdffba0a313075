"""What a reader asks to be told: some fields, and things beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from django.http import QueryDict
from rest_framework.serializers import BaseSerializer, Serializer

from shipping_project.kernel.errors import FieldError

OF_ROWS = frozenset({"fields", "expand", "format"})
OF_LISTS = frozenset({"cursor", "page_size", "ordering"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Something told beside a row, under `expanded`, when it is asked for by its name.

    `tell` gives a document for each row's primary key, in as many queries for fifty rows as for
    one. It may show only what the route's own scope opens to a key.
    """

    serializer: type[Serializer[Any]]
    tell: Callable[[Sequence[Any]], Mapping[Any, object]]
    many: bool = False


class Readable(Protocol):
    """A view whose rows can be read in parts."""

    expansions: ClassVar[Mapping[str, Expansion]]

    def get_serializer_class(self) -> type[BaseSerializer[Any]]: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """`fields` None is all of them."""

    fields: frozenset[str] | None = None
    expand: tuple[str, ...] = ()

    def wants(self, *names: str) -> bool:
        return self.fields is None or not self.fields.isdisjoint(names)

    def part_of(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.fields is None:
            return document
        return {name: value for name, value in document.items() if name in self.fields}


EVERYTHING = Asked()


def field_names(view: Readable) -> list[str]:
    """What the documents of a view hold, read from the class that describes them."""
    form = view.get_serializer_class()
    listed = getattr(getattr(form, "Meta", None), "fields", None)
    declared: Mapping[str, object] = getattr(form, "_declared_fields", {})
    return list(listed or declared)


def asked_of(params: QueryDict, view: Readable) -> tuple[Asked, list[FieldError]]:
    """What is asked for, and what is wrong with it."""
    fields, expand = _names(params, "fields"), _names(params, "expand")
    faults = [
        *_unknown("fields", fields, field_names(view)),
        *_unknown("expand", expand, view.expansions),
    ]
    return Asked(frozenset(fields) if fields else None, tuple(dict.fromkeys(expand))), faults


def unknown_parameters(params: QueryDict, known: Collection[str]) -> list[FieldError]:
    """A misspelt filter would otherwise answer with everything."""
    message = f"There is no such parameter; known are {', '.join(sorted(known))}."
    return [
        FieldError(field=name[:60], code="parameter.unknown", message=message)
        for name in params
        if name not in known
    ]


def _names(params: QueryDict, parameter: str) -> list[str]:
    words = (word.strip() for text in params.getlist(parameter) for word in text.split(","))
    return [word for word in words if word]


def _unknown(parameter: str, names: Iterable[str], known: Iterable[str]) -> list[FieldError]:
    choices = list(known)
    strange = [name[:60] for name in names if name not in choices]
    if not strange:
        return []
    allowed = f"choose from {', '.join(choices)}" if choices else "nothing can be expanded here"
    message = f"There is no {', '.join(strange[:10])}; {allowed}."
    return [FieldError(field=parameter, code=f"{parameter}.unknown", message=message)]
