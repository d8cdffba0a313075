"""How Veeqo says no: four shapes of body, and words that do not settle the matter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from carriers.exchange import RefusalRules

BUY_LABEL = "veeqo.buy_label"
# A purchase refused with these words may stand all the same: a label exists already, or the
# carrier behind Veeqo did not answer in time.
UNCLEAR_WORDS = ("already", "timed out", "timeout", "time out", "in progress")


def error_texts(body: Any) -> list[str]:
    """The platform's words, from any of its four shapes; an inner JSON document is opened."""
    if not isinstance(body, Mapping):
        return []
    told = body.get("error_messages") or body.get("error") or ""
    texts = told if isinstance(told, list) else [told]
    return [words for text in texts if text for words in _opened(str(text))]


def is_unclear(operation: str, status: int, body: Any) -> bool:
    told = " ".join(error_texts(body)).lower()
    return operation == BUY_LABEL and any(words in told for words in UNCLEAR_WORDS)


def is_already_shipped(told: str) -> bool:
    """Rates are refused so once the allocation has a shipment."""
    return "already shipped" in told.lower()


def _opened(text: str) -> list[str]:
    if not text.startswith("{"):
        return [text]
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    errors = inner.get("errors") if isinstance(inner, Mapping) else None
    rows = errors if isinstance(errors, list) else []
    found = [str(row["message"]) for row in rows if isinstance(row, Mapping) and row.get("message")]
    return found or [text]


RULES = RefusalRules(texts=error_texts, is_unclear=is_unclear)
