"""Query parameters that are checked rather than guessed at."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters

CHOICES = (("true", "true"), ("false", "false"))


class TrueOrFalse(filters.TypedChoiceFilter):  # type: ignore[misc] # ships no types
    """`true` or `false`; django-filter's own takes any other word for "not asked"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=CHOICES, coerce=_is_true, **options)


def _is_true(word: str) -> bool:
    return word == "true"
