"""Query parameters that are checked rather than guessed at."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import DateField
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField

from shipping_project.kernel.moments import EARLIEST, LATEST, OUT_OF_RANGE, is_in_range

CHOICES = (("true", "true"), ("false", "false"))


class TrueOrFalse(filters.TypedChoiceFilter):  # type: ignore[misc] # ships no types
    """`true` or `false`; django-filter's own takes any other word for "not asked"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=CHOICES, coerce=_is_true, **options)


class MomentField(IsoDateTimeField):  # type: ignore[misc]
    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if found is not None and not is_in_range(found):
            raise ValidationError(OUT_OF_RANGE, code="time.out_of_range")
        return found


class Moment(filters.IsoDateTimeFilter):  # type: ignore[misc]
    """An ISO 8601 instant that can be compared with what is stored."""

    field_class = MomentField


class DayField(DateField):
    input_formats = ("%Y-%m-%d",)

    def to_python(self, value: Any) -> date | None:
        found = super().to_python(value)
        if found is not None and not EARLIEST.date() < found < LATEST.date():
            raise ValidationError(OUT_OF_RANGE, code="time.out_of_range")
        return found


class Day(filters.DateFilter):  # type: ignore[misc]
    """A day as YYYY-MM-DD, with instants on both of its sides."""

    field_class = DayField


def _is_true(word: str) -> bool:
    return word == "true"
