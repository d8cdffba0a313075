"""Several PDF files as one, for platforms that send a label in parts."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfReader, PdfWriter


def joined(parts: Sequence[bytes]) -> bytes:
    """All pages of all parts in their order; a single part comes back byte for byte.

    Raises pypdf's PyPdfError for a part that is no whole PDF.
    """
    if len(parts) == 1:
        return parts[0]
    writer, file = PdfWriter(), BytesIO()
    for part in parts:
        writer.append(PdfReader(BytesIO(part)), import_outline=False)
    writer.write(file)
    return file.getvalue()
