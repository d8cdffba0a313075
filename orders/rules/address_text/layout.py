"""Pasted text → one list of pieces per recipient: table rows, labelled lines, blocks, one line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orders.rules import countries
from orders.rules.address_text import forms
from orders.rules.address_text.labels import field_named, labelled_parts
from orders.rules.address_text.pieces import Piece

Record = list[Piece]
RULE = re.compile(r"^\s*(?:[-=_*~#]\s?){3,}$")
# Cells with line ends in them are short; an unclosed quote must not swallow the whole paste.
QUOTED_LINES = 12
# More lines than any one recipient has.
MAX_PIECES = 40


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines that belong together; rows when a delimiter is named, else a block."""

    lines: tuple[str, ...]
    delimiter: str = ""


def records_of(text: str) -> list[Record]:
    """Every recipient's pieces, in the order of the text."""
    records: list[Record] = []
    blocks: list[Record] = []
    for chunk in _chunks(_logical_lines(text)):
        if chunk.delimiter:
            records += _joined(blocks)
            blocks = []
            records += _rows(chunk)
        else:
            blocks.append(_block(chunk.lines))
    records += _joined(blocks)
    return [record for record in records if any(re.search(r"\w", piece.text) for piece in record)]


def _logical_lines(text: str) -> list[str]:
    """Lines, with those inside one quoted cell joined."""
    lines = text.split("\n")
    whole: list[str] = []
    at = 0
    while at < len(lines):
        taken = _quoted_run(lines, at)
        whole.append("\n".join(lines[at : at + taken]))
        at += taken
    return whole


def _quoted_run(lines: Sequence[str], at: int) -> int:
    """How many lines from here one row with quoted line ends takes; 1 when it has none."""
    if lines[at].count('"') % 2 == 0 or not re.search(r'(?:^|[\t,;|])\s*"', lines[at]):
        return 1
    for taken, line in enumerate(lines[at + 1 : at + QUOTED_LINES], start=2):
        if line.count('"') % 2 == 1:
            return taken
    return 1


def _chunks(lines: Sequence[str]) -> Iterator[Chunk]:
    """Paragraphs; rows split by tabs stand for themselves, and so do rows right after them."""
    paragraph: list[str] = []
    for line in (*lines, ""):
        if line.strip() and not RULE.match(line):
            paragraph.append(line)
        elif paragraph:
            yield from _paragraph(paragraph)
            paragraph = []


def _paragraph(lines: list[str]) -> Iterator[Chunk]:
    tabbed = [_is_tab_row(line) for line in lines]
    if any(tabbed):
        start = 0
        for at in range(1, len(lines) + 1):
            if at == len(lines) or tabbed[at] != tabbed[start]:
                yield Chunk(tuple(lines[start:at]), "\t" if tabbed[start] else "")
                start = at
        return
    yield Chunk(tuple(lines), _delimiter(lines))


def _is_tab_row(line: str) -> bool:
    """Three cells make a row; two are a label and its value."""
    cells = [cell for cell in line.split("\t") if cell.strip()]
    return "\t" in line and (len(cells) >= 3 or line.count("\t") >= 4)


def _delimiter(lines: Sequence[str]) -> str:
    """What splits these lines into cells, "" when they are no rows."""
    for delimiter in ";|,":
        rows = [_cells(line, delimiter) for line in lines]
        if _heading(rows[0]):
            return delimiter
        if len(rows) > 1 or '"' in lines[0] or delimiter != ",":
            wanted = 3 if len(rows) > 1 else 4
            if all(len(row) >= wanted and _is_whole(row) for row in rows):
                return delimiter
    return ""


def _is_whole(cells: Sequence[str]) -> bool:
    """Whether a line by itself holds a recipient: more than a street and the line of the city."""
    text = " ".join(cells)
    if not re.search(r"[^\W\d_]", text) or len(labelled_parts(text)) > 1:
        return False
    ending = bool(re.search(r"\d{4}|[A-Z]\d[A-Z\d]? ?\d[A-Z]|\d[A-Z] ?\d", text)) or "@" in text
    first = cells[0].strip()
    return ending and (not first[:1].isdigit() or forms.phone_in(first) is not None)


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of a row; a lone quote, as in a size of 5", is an ordinary character."""
    if line.count('"') % 2 or '"' not in line:
        return line.split(delimiter)
    try:
        rows = list(
            csv.reader(line.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)
        )
    except csv.Error:
        return line.split(delimiter)
    return [cell for row in rows for cell in row]


def _heading(cells: Sequence[str]) -> list[str]:
    """The fields that a heading row names, [] for any other row."""
    fields = [field_named(cell) for cell in cells]
    named = sum(1 for name in fields if name)
    filled = sum(1 for cell in cells if cell.strip())
    return fields if named >= 3 and named * 2 > filled else []


def _rows(chunk: Chunk) -> list[Record]:
    heading: list[str] = []
    records: list[Record] = []
    for line in chunk.lines:
        cells = _cells(line, chunk.delimiter)
        named = _heading(cells)
        if named:
            heading = named
            continue
        fields = heading + [""] * (len(cells) - len(heading))
        pairs = zip(cells, fields, strict=False)
        records.append([Piece(text.strip(), f, True) for text, f in pairs if text.strip()])
    return records


def _block(lines: Sequence[str]) -> Record:
    """Lines of a block, a label's value on the next line included."""
    pieces: Record = []
    waiting = ""
    for line in lines:
        for name, text in _line_parts(line):
            if name and not text:
                waiting = name
                continue
            field = name or waiting
            if not field and forms.GREETING.match(text):
                field = "note"
            pieces.append(Piece(text, field))
            waiting = ""
    return pieces


def _line_parts(line: str) -> list[tuple[str, str]]:
    first, _, rest = line.partition("\t")
    if rest.strip() and field_named(first):
        return [(field_named(first), rest.strip())]
    bare = field_named(line)
    if bare == "intro":
        return [(bare, "")]
    return [(name, text.strip()) for name, text in labelled_parts(line) if name or text.strip()]


def _joined(blocks: Sequence[Record]) -> list[Record]:
    """Paragraphs → recipients: contacts alone belong to the one before, double spacing is one."""
    spaced = len(blocks) > 2 and all(len(block) == 1 for block in blocks)
    joined: list[Record] = []
    for block in blocks:
        near = bool(joined) and len(joined[-1]) + len(block) <= MAX_PIECES
        if near and (spaced or _continues(joined[-1], block)):
            joined[-1] += block
        else:
            joined.append(list(block))
    return [part for record in joined for part in _apart(record)]


def _continues(before: Record, block: Record) -> bool:
    if all(p.field == "note" for p in block) or all(p.field == "note" for p in before):
        return True
    if all(_is_contact(piece) for piece in block) and not all(map(_is_contact, before)):
        kinds = {_contact_kind(piece) for piece in block}
        return not kinds & {_contact_kind(piece) for piece in before if _is_contact(piece)}
    labelled = all(piece.field for piece in (*before, *block))
    taken = {piece.field for piece in before}
    if labelled and not taken & {piece.field for piece in block}:
        return True
    # A greeting or a name above the address, or a country below it.
    whole = _has_place(before)
    if not whole and is_place(block[0]):
        return True
    if whole:
        return len(block) == 1 and bool(countries.country_code(block[0].text))
    return len(before) == 1 or all(_is_contact(piece) for piece in before)


def _is_contact(piece: Piece) -> bool:
    if piece.field in {"phone", "email", "contact"}:
        return True
    return bool(_contact_kind(piece)) and len(piece.text) < 80


def _contact_kind(piece: Piece) -> str:
    """`email` or `phone` when the piece is little else than that."""
    mail = forms.email_in(piece.text)
    if mail or piece.field == "email":
        return "email"
    span = forms.phone_in(piece.text, sure=piece.field == "phone")
    if span is None:
        return ""
    rest = piece.text[: span[0]] + piece.text[span[1] :]
    return "phone" if len(rest.split()) <= 2 else ""


def _has_place(record: Record) -> bool:
    return any(is_place(piece) for piece in record)


def is_place(piece: Piece) -> bool:
    """Whether a line ends an address: a postcode with its city or state, or a postcode alone."""
    if piece.field in {"postal_code", "city_line"}:
        return True
    if piece.field or len(piece.text) > 160:
        return False
    text = re.sub(
        r",?\s+(?:USA|U\.S\.A\.|United States|Canada|UK)\.?$", "", piece.text, flags=re.IGNORECASE
    )
    american = re.search(
        r"(?:^|[\s,])([^\W\d]{2,}(?:\s[^\W\d]{4,})?)\.?,?\s+\d{5}(?:-\d{4})?$", text
    )
    if american:
        words = american.group(1).split()
        return any(countries.state_code("US", " ".join(words[at:])) for at in range(len(words)))
    upper = text.upper()
    for country in ("CA", "GB", "IE"):
        if re.search(rf"(?:^|[\s,]){forms.CODE_FORMS[country]}$", upper):
            return True
    return bool(
        re.match(r"(?:[A-Z]{1,2}-)?\d{5}\s+[^\W\d]", text)
    ) and not forms.STREET_WORD.search(text)


def _apart(record: Record) -> list[Record]:
    """Recipients written below each other without a blank line, or by labels that repeat."""
    if any(piece.is_cell for piece in record):
        return [record]
    parts: list[Record] = [[]]
    fields: set[str] = set()
    is_whole = False
    for piece in record:
        if piece.field in {"name", "first"} & fields or (is_whole and _may_be_name(piece)):
            parts.append([])
            fields, is_whole = set(), False
        parts[-1].append(piece)
        fields.add(piece.field)
        is_whole = is_whole or is_place(piece)
    return parts


def _may_be_name(piece: Piece) -> bool:
    """Words alone that name no country begin the next recipient after a whole address."""
    text = piece.text
    if piece.field or len(text) > 60 or _is_contact(piece) or not forms.is_plain(text):
        return False
    if countries.country_code(text):
        return False
    return 2 <= len(text.split()) <= 4 and text[:1].isupper() and not text.endswith((".", "!", "?"))
