"""Answers that are no JSON."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import BaseRenderer


class FileRenderer(BaseRenderer):
    """Lets a caller ask for a file by its media type or `?format=`; views write the file itself."""

    charset = None
    render_style = "binary"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return bytes(data or b"")


class PdfRenderer(FileRenderer):
    media_type = "application/pdf"
    format = "pdf"


class PngRenderer(FileRenderer):
    media_type = "image/png"
    format = "png"


class ZplRenderer(FileRenderer):
    media_type = "application/zpl"
    format = "zpl"
