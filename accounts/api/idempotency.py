"""The `Idempotency-Key` header, as a stand-in for a reference that the body leaves out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

HEADER = "Idempotency-Key"


def idempotency_parameter(field: str) -> OpenApiParameter:
    return OpenApiParameter(
        name=HEADER,
        type=str,
        location=OpenApiParameter.HEADER,
        required=False,
        description=f"Taken as `{field}` when the body has none; where both are given, "
        "the body's counts.",
    )


def body_with_reference(request: Request, field: str) -> Any:
    """The body, with the header's text as `field` where that is missing, null or empty."""
    body = request.data
    key = request.headers.get(HEADER, "").strip()
    if not key or not isinstance(body, dict) or body.get(field) not in (None, ""):
        return body
    return {**body, field: key}
