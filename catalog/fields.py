"""Fields that hold short lists of words, kept as JSON and written by people as plain text."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

MAX_TAG, MAX_TAGS, MAX_CODES = 40, 20, 60
TAG = RegexValidator(
    r"^[a-z0-9][a-z0-9-]*\Z", "Use small letters, digits and hyphens.", "tag.invalid"
)
COUNTRY = RegexValidator(r"^[A-Z]{2}$", "Give an ISO 3166 code such as US.")
HS_CODE = RegexValidator(r"^\d{6,10}$", "An HS code has 6 to 10 digits.")


class TagsField(models.JSONField):
    """Plain ASCII words, so that they are found as they stand in the JSON."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, **kwargs})

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if len(value) > MAX_TAGS or any(len(tag) > MAX_TAG for tag in value):
            raise ValidationError(f"Give at most {MAX_TAGS} tags of {MAX_TAG} letters.")
        for tag in value:
            TAG(tag)

    def formfield(self, **kwargs: Any) -> Any:
        return _TagsText(required=False, label="Tags", help_text="With commas between.")


class CodesField(models.JSONField):
    """HS codes by the country that has another one than the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": dict, "blank": True, **kwargs})

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if len(value) > MAX_CODES:
            raise ValidationError(f"Give at most {MAX_CODES} countries.")
        for country, code in value.items():
            COUNTRY(country)
            HS_CODE(code)

    def formfield(self, **kwargs: Any) -> Any:
        help_text = "A country and its code, with commas between: DE 85183000, FR 85183001."
        return _CodesText(required=False, label="HS codes by destination", help_text=help_text)


class _TagsText(forms.CharField):
    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return tags_from(value if isinstance(value, str) else "")


class _CodesText(forms.CharField):
    def prepare_value(self, value: Any) -> Any:
        return codes_text(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        return codes_from(value if isinstance(value, str) else "")


def tags_from(text: str) -> list[str]:
    """In small letters, each once."""
    words = [word.strip().lower() for word in re.split(r"[,;\n]", text)]
    return list(dict.fromkeys(word for word in words if word))


def codes_text(codes: dict[str, str]) -> str:
    return ", ".join(f"{country} {code}" for country, code in sorted(codes.items()))


def codes_from(text: str) -> dict[str, str]:
    """Raises ValidationError naming a part that is no country with a code."""
    codes = {}
    for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        country, _, code = re.sub(r"[:=]", " ", part).partition(" ")
        if not code.strip():
            raise ValidationError(f"{part[:40]!r}: give a country and its code.")
        codes[country.upper()] = re.sub(r"[\s.]", "", code)
    return codes
