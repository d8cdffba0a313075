"""Labels of 4 x 6 inches as PDF, image and ZPL that open, print and scan; invoices as PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas

LABEL_SIZE = WIDTH, HEIGHT = 4 * inch, 6 * inch
MARGIN = 0.22 * inch
DPI = 203
# So that they fit on the smallest page.
ROWS_ON_PAGE = 30
MARK = "SANDBOX - NOT FOR SHIPPING"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFacts:
    carrier: str
    service: str
    tracking_number: str
    reference: str
    ship_from: tuple[str, ...]
    ship_to: tuple[str, ...]
    weight_g: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    description: str
    hs_code: str
    origin: str
    quantity: int
    unit_value: float
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    reference: str
    incoterms: str
    seller: tuple[str, ...]
    buyer: tuple[str, ...]
    lines: tuple[InvoiceLine, ...]


def label_pdf(*labels: LabelFacts) -> bytes:
    """One page for each; the same facts always give the same bytes."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=LABEL_SIZE, invariant=1)
    canvas.setTitle(" ".join(facts.tracking_number for facts in labels))
    for facts in labels:
        _heading(canvas, facts)
        _addresses(canvas, facts)
        _barcode(canvas, facts)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def label_png(facts: LabelFacts) -> bytes:
    return _saved(_drawn(facts), "PNG")


def label_jpeg(facts: LabelFacts) -> bytes:
    return _saved(_drawn(facts).convert("L"), "JPEG")


def _saved(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def _drawn(facts: LabelFacts) -> Image.Image:
    """At the 203 dots per inch of thermal printers, black on white."""
    image = Image.new("1", (4 * DPI, 6 * DPI), 1)
    draw = ImageDraw.Draw(image)
    draw.text(
        (40, 40), f"{facts.carrier}  {facts.service}", fill=0, font=ImageFont.load_default(34)
    )
    for row, text in enumerate(line for line in facts.ship_to if line):
        draw.text((40, 240 + 44 * row), text, fill=0, font=ImageFont.load_default(32))
    bars = list(_bars(facts.tracking_number))
    scale = max(1, (4 * DPI - 80) // sum(width for width, _ in bars))
    left = 40
    for width, is_black in bars:
        if is_black:
            draw.rectangle((left, 640, left + width * scale - 1, 820), fill=0)
        left += width * scale
    draw.text((40, 840), facts.tracking_number, fill=0, font=ImageFont.load_default(32))
    draw.text((40, 1140), MARK, fill=0, font=ImageFont.load_default(26))
    return image


def _bars(text: str) -> Iterator[tuple[int, bool]]:
    """Widths of bars and gaps in modules. Letters say them: A a bar of 1, b a gap of 2."""
    code = Code128(text, quiet=False)
    code.validate()
    code.encode()
    code.decompose()
    for letter in code.decomposed:
        yield ord(letter.lower()) - ord("a") + 1, letter in ascii_uppercase


def list_pdf(title: str, rows: Sequence[str], size: tuple[float, float] = A4) -> bytes:
    """A heading and lines below it, on as many pages as they need."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1)
    canvas.setTitle(title)
    top = size[1] - 0.6 * inch
    for start in range(0, max(1, len(rows)), ROWS_ON_PAGE):
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(MARGIN, top, _printable(title))
        canvas.setFont("Helvetica", 7)
        for row, text in enumerate(rows[start : start + ROWS_ON_PAGE], start=2):
            canvas.drawString(MARGIN, top - row * 11, _printable(text))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def invoice_pdf(facts: InvoiceFacts, size: tuple[float, float]) -> bytes:
    """A commercial invoice."""
    parties = [
        *("SELLER", *filter(None, facts.seller), ""),
        *("BUYER", *filter(None, facts.buyer), ""),
        f"Ref {facts.reference}   Terms of sale {facts.incoterms}",
    ]
    return list_pdf("COMMERCIAL INVOICE", [*parties, *_invoice_rows(facts.lines)], size)


def _invoice_rows(lines: Sequence[InvoiceLine]) -> list[str]:
    rows = [
        f"{line.quantity} x {line.description[:28]}  HS {line.hs_code or '-'}  "
        f"{line.origin or '-'}  {line.unit_value:.2f} {line.currency}"
        for line in lines
    ]
    total = sum(line.quantity * line.unit_value for line in lines)
    return [*rows, f"Total {total:.2f} {lines[0].currency if lines else ''}"]


def label_zpl(facts: LabelFacts) -> bytes:
    lines = "".join(
        f"^FO40,{240 + 36 * row}^A0N,30,30^FD{_zpl(text)}^FS"
        for row, text in enumerate(facts.ship_to)
    )
    return (
        f"^XA^FO40,40^A0N,44,44^FD{_zpl(facts.carrier)} {_zpl(facts.service)}^FS{lines}"
        f"^FO40,620^BCN,140,Y,N,N^FD{_zpl(facts.tracking_number)}^FS"
        f"^FO40,1120^A0N,26,26^FD{MARK}^FS^XZ"
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
    canvas.drawCentredString(WIDTH / 2, 0.38 * inch, MARK)


def _printable(text: str) -> str:
    """The built-in fonts hold Latin-1 only."""
    return text.encode("latin-1", "replace").decode("latin-1")
