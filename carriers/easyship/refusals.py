"""How Easyship says no: a code, a fixed message, and details that say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from carriers.exchange import RefusalRules

QUOTA_CODE = "usage_limit"
LATER_WORDS = ("maximum number of requests", "usage limit")
API_ERROR = "api_error"
NO_SERVICE_WORDS = "no shipping solutions"


def error_texts(body: Any) -> list[str]:
    """`details` say what is wrong; the fixed message stands in where there are none."""
    error = _error(body)
    details = error.get("details")
    texts = [str(text) for text in details if text] if isinstance(details, list) else []
    return texts or ([str(error["message"])] if error.get("message") else [])


def is_rate_limit(status: int, body: Any) -> bool:
    """Bursts and used-up quotas also come as 403, told apart by their words or code only."""
    error = _error(body)
    told = " ".join([str(error.get("message") or ""), *error_texts(body)]).lower()
    is_later = error.get("code") == QUOTA_CODE or any(words in told for words in LATER_WORDS)
    return status == 403 and is_later


def is_unclear(operation: str, status: int, body: Any) -> bool:
    """400 `api_error`: Easyship or a carrier behind it failed; no verdict on the request."""
    error = _error(body)
    return API_ERROR in (error.get("code"), error.get("type"))


def is_no_service(told: str) -> bool:
    """POST /rates refuses where nothing fits, instead of answering an empty list."""
    return NO_SERVICE_WORDS in told.lower()


def _error(body: Any) -> Mapping[str, Any]:
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, Mapping) else {}


RULES = RefusalRules(texts=error_texts, is_rate_limit=is_rate_limit, is_unclear=is_unclear)
