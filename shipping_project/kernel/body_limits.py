"""JSON bodies of a sane size and depth, read with clear words about what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 40


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"
    default_detail = "The body is too large."


class StrictJSONParser(BaseParser):
    """UTF-8 JSON without NaN, characters that no database keeps, or endless nesting."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(body) > settings.MAX_BODY_BYTES:
            raise BodyTooLarge(f"Send at most {settings.MAX_BODY_BYTES} bytes.")
        return read_json(body)


def read_json(body: bytes) -> Any:
    """The value that the text is. Raises ParseError with words about what is wrong."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8 text.") from None
    except RecursionError:
        raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.") from None
    except ValueError as exc:
        raise ParseError(f"The body is no JSON: {exc}") from None
    if not _is_plain(body):
        _check(value, MAX_DEPTH)
    return value


def _is_plain(body: bytes) -> bool:
    """Too few brackets to be deep, and no escape that could hide a character: nothing to check."""
    return b"\\u" not in body and body.count(b"[") + body.count(b"{") <= MAX_DEPTH


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number")


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        _check_text(value)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check(key, depth - 1)
            _check(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth - 1)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise ParseError("The body holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError("The body holds half of a surrogate pair.") from None
