"""Answers that are no JSON document."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BaseRenderer


class LinesRenderer(BaseRenderer):
    """Lets a caller ask for `application/x-ndjson` by name; the lines themselves are streamed."""

    media_type = "application/x-ndjson"
    format = "ndjson"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(data or b"")
