"""A label as its printer wants it. What the platform delivered is kept as it is, a PDF; anything
else is made of it whenever it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from io import BytesIO

import pypdfium2
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from shipping_project.kernel.errors import Conflict

# Dots of a common label printer: 8 in a millimetre, so 812 by 1218 for 4 by 6 inches.
DPI = 203
POINTS_PER_INCH = 72
# Lighter than this is paper; thin grey lines of bar codes stay black.
PAPER_FROM = 160
# A page beyond any label; rendering one would take memory as its maker likes.
LARGEST_INCHES = 17


class LabelFormat(StrEnum):
    PDF = "pdf"
    PNG = "png"
    ZPL = "zpl"


MEDIA_TYPES = {
    LabelFormat.PDF: "application/pdf",
    LabelFormat.PNG: "image/png",
    LabelFormat.ZPL: "application/zpl",
}


class LabelUnreadable(Conflict):
    """The file that the platform delivered cannot be drawn."""

    code = "label.unreadable"
    title = "The label's file cannot be turned into another format"


def in_format(pdf: bytes, wanted: LabelFormat) -> bytes:
    """Raises LabelUnreadable."""
    if wanted is LabelFormat.PNG:
        return _png(pdf)
    return _zpl(pdf) if wanted is LabelFormat.ZPL else pdf


def merged(pdfs: Iterable[bytes]) -> bytes:
    """All of them as one document, in their order. Raises LabelUnreadable."""
    writer, out = PdfWriter(), BytesIO()
    try:
        for pdf in pdfs:
            writer.append(PdfReader(BytesIO(pdf)))
        writer.write(out)
    except (PyPdfError, ValueError, KeyError, TypeError) as exc:
        raise LabelUnreadable("One of the labels is no PDF that can be read.") from exc
    return out.getvalue()


def _png(pdf: bytes) -> bytes:
    """Its pages below one another."""
    pages, out = list(_pages(pdf)), BytesIO()
    size = (max(page.width for page in pages), sum(page.height for page in pages))
    sheet, top = Image.new("L", size, 255), 0
    for page in pages:
        sheet.paste(page, (0, top))
        top += page.height
    sheet.save(out, "PNG", dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def _zpl(pdf: bytes) -> bytes:
    """One label for each page, as a graphic field. Source: Zebra, ZPL II guide, ^GF."""
    return "".join(_zpl_label(page) for page in _pages(pdf)).encode("ascii")


def _zpl_label(page: Image.Image) -> str:
    dots = page.point(lambda light: 255 if light < PAPER_FROM else 0, mode="1")
    per_row = (dots.width + 7) // 8
    data, total = dots.tobytes(), per_row * dots.height
    rows = (data[start : start + per_row] for start in range(0, total, per_row))
    return (
        f"^XA^PW{dots.width}^LL{dots.height}^LH0,0^FO0,0"
        f"^GFA,{total},{total},{per_row},{''.join(_packed(rows))}^FS^XZ\n"
    )


def _packed(rows: Iterable[bytes]) -> Iterator[str]:
    """A row like the one before is ":", and zeros to the end of a row are ","."""
    last = None
    for row in rows:
        if row == last:
            yield ":"
        else:
            text = row.hex().upper()
            kept = text.rstrip("0")
            yield f"{kept}," if len(kept) < len(text) else text
        last = row


def _pages(pdf: bytes) -> Iterator[Image.Image]:
    """Grey images at DPI. Raises LabelUnreadable."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as exc:
        raise LabelUnreadable("The file that the platform delivered is no PDF.") from exc
    try:
        for page in document:
            if max(page.get_size()) > LARGEST_INCHES * POINTS_PER_INCH:
                raise LabelUnreadable(f"A page is larger than {LARGEST_INCHES} inches.")
            bitmap = page.render(scale=DPI / POINTS_PER_INCH, grayscale=True)
            yield bitmap.to_pil().convert("L")
    finally:
        document.close()
