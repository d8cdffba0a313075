"""The `Idempotency-Key` header in requests, and as a stand-in for a reference left out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

HEADER = "Idempotency-Key"
REPEATS = (
    "For 24 hours a repeat with the same body gets the first answer, with `Idempotency-Replayed`; "
    "another body is refused with 409. What was refused may be sent again."
)
KEY = OpenApiParameter(
    name=HEADER, type=str, location=OpenApiParameter.HEADER, required=False, description=REPEATS
)


def keeps_answers(view: object) -> bool:
    """Whether a POST takes the key; `view` may be its class, which says where it does not."""
    return bool(getattr(view, "keeps_answers", True))


def tells_secret(view: object, action: str) -> bool:
    """Whether the answer holds a secret, which no repeat must get; views name such actions."""
    named: frozenset[str] = getattr(view, "tells_secrets", frozenset())
    return action in named


def idempotency_parameter(field: str) -> OpenApiParameter:
    return OpenApiParameter(
        name=HEADER,
        type=str,
        location=OpenApiParameter.HEADER,
        required=False,
        description=f"{REPEATS} Taken as `{field}` when the body has none.",
    )


def body_with_reference(request: Request, field: str) -> Any:
    """The body, with the header's text as `field` where that is missing, null or empty."""
    body = request.data
    key = request.headers.get(HEADER, "").strip()
    if not key or not isinstance(body, dict) or body.get(field) not in (None, ""):
        return body
    return {**body, field: key}
