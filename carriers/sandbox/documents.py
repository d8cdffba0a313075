"""Labels as real 4 x 6 inch PDFs (and ZPL text) that open, print and scan."""

from __future__ import annotations

import io
from dataclasses import dataclass

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 4 * inch, 6 * inch
MARGIN = 0.22 * inch


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    carrier: str
    service: str
    tracking_number: str
    reference: str
    ship_from: tuple[str, ...]
    ship_to: tuple[str, ...]
    weight_g: float


def label_pdf(facts: LabelFacts) -> bytes:
    """The same facts always give the same bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(f"{facts.carrier} {facts.tracking_number}")
    _heading(canvas, facts)
    _addresses(canvas, facts)
    _barcode(canvas, facts)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def label_zpl(facts: LabelFacts) -> bytes:
    lines = "".join(
        f"^FO40,{240 + 36 * row}^A0N,30,30^FD{_zpl(text)}^FS"
        for row, text in enumerate(facts.ship_to)
    )
    return (
        f"^XA^FO40,40^A0N,44,44^FD{_zpl(facts.carrier)} {_zpl(facts.service)}^FS{lines}"
        f"^FO40,620^BCN,140,Y,N,N^FD{_zpl(facts.tracking_number)}^FS"
        "^FO40,1120^A0N,26,26^FDSANDBOX - NOT FOR SHIPPING^FS^XZ"
    ).encode()


def _zpl(text: str) -> str:
    return text.replace("^", " ").replace("~", " ")


def _heading(canvas: Canvas, facts: LabelFacts) -> None:
    canvas.setFont("Helvetica-Bold", 17)
    canvas.drawString(MARGIN, HEIGHT - 0.42 * inch, _printable(facts.carrier))
    canvas.setFont("Helvetica", 10)
    canvas.drawRightString(WIDTH - MARGIN, HEIGHT - 0.40 * inch, _printable(facts.service))
    canvas.line(MARGIN, HEIGHT - 0.54 * inch, WIDTH - MARGIN, HEIGHT - 0.54 * inch)


def _addresses(canvas: Canvas, facts: LabelFacts) -> None:
    _block(canvas, "FROM", facts.ship_from, HEIGHT - 0.74 * inch, 7.5)
    _block(canvas, "SHIP TO", facts.ship_to, HEIGHT - 1.82 * inch, 12)
    canvas.line(MARGIN, 2.55 * inch, WIDTH - MARGIN, 2.55 * inch)


def _block(canvas: Canvas, title: str, lines: tuple[str, ...], top: float, size: float) -> None:
    canvas.setFont("Helvetica", 6.5)
    canvas.drawString(MARGIN, top, title)
    canvas.setFont("Helvetica-Bold" if size > 10 else "Helvetica", size)
    for row, line in enumerate((text for text in lines if text), start=1):
        canvas.drawString(MARGIN, top - row * size * 1.22, _printable(line)[:44])


def _barcode(canvas: Canvas, facts: LabelFacts) -> None:
    barcode = Code128(facts.tracking_number, barHeight=0.95 * inch, barWidth=0.9)
    barcode.barWidth *= min(1.0, (WIDTH - 2 * MARGIN) / barcode.width)
    fitted = Code128(facts.tracking_number, barHeight=0.95 * inch, barWidth=barcode.barWidth)
    fitted.drawOn(canvas, (WIDTH - fitted.width) / 2, 1.35 * inch)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawCentredString(WIDTH / 2, 1.10 * inch, facts.tracking_number)
    canvas.setFont("Helvetica", 8)
    weight = f"{facts.weight_g / 1000:.2f} kg"
    canvas.drawString(MARGIN, 0.72 * inch, f"Ref {_printable(facts.reference)}")
    canvas.drawRightString(WIDTH - MARGIN, 0.72 * inch, weight)
    canvas.setFont("Helvetica-Bold", 9)
    canvas.drawCentredString(WIDTH / 2, 0.38 * inch, "SANDBOX - NOT FOR SHIPPING")


def _printable(text: str) -> str:
    """The built-in fonts hold Latin-1 only."""
    return text.encode("latin-1", "replace").decode("latin-1")
