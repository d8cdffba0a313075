"""One record → name, contacts and address, by what each part is."""

from __future__ import annotations

import re

from orders.rules.address_text import forms
from orders.rules.address_text.layout import MAX_PIECES
from orders.rules.address_text.pieces import Part, Piece, Sheet, is_ambiguous, live
from orders.rules.address_text.places import find_place

DIRECT = ("name", "company", "address_1", "address_2", "city", "state", "postal_code", "country")
# Longer than any one recipient; reading beyond it would only cost time.
MAX_RECORD = 2_000
# A sheet marks digits that are text, such as a ZIP with a leading zero, by a quote.
SHEET_QUOTE = re.compile(r"^'(?=[\d+])")
ATTENTION = re.compile(r"(?:attn|attention)\b\.?\s*(\D+)", re.IGNORECASE)
NAME_THEN_STREET = re.compile(r"^((?:[^\W\d][\w.'-]*\s+){1,4})(\d+\w{0,2}(?:[/-]\d+)?\s+\S.*)$")
STREET_THEN_CITY = re.compile(
    r"\b(?:street|st|road|rd|avenue|ave|boulevard|blvd|lane|ln|drive|dr|court|ct|way|place|pl)\b\.?"
    r"(?:\s+(?:(?:apt|suite|ste|unit|#)\.?\s*#?\s*\w+|[NSEW]{1,2}\b))?",
    re.IGNORECASE,
)


def read_record(record: list[Piece]) -> Sheet:
    """Everything that the record says; no word of it is lost."""
    sheet = Sheet()
    if len(record) > MAX_PIECES or sum(len(piece.text) for piece in record) > MAX_RECORD:
        sheet.leave("address_2", "\n".join(piece.text for piece in record))
        return sheet
    for piece in record:
        if piece.field == "note":
            sheet.leave("address_2", piece.text)
    pieces = [_without_contacts(piece, sheet) for piece in record if piece.field != "note"]
    pieces = _with_labels(pieces, sheet)
    parts = _parts(pieces)
    find_place(parts, sheet)
    _split_run(parts, sheet)
    _place_lines(parts, pieces, sheet)
    return sheet


def _without_contacts(piece: Piece, sheet: Sheet) -> Piece:
    """The piece after its e-mail addresses and phone numbers were taken out."""
    if piece.field in {"address_1", "address_2", "postal_code", "number", "city", "state"}:
        return Piece(SHEET_QUOTE.sub("", piece.text), piece.field, piece.is_cell)
    text = SHEET_QUOTE.sub("", piece.text)
    while (span := forms.email_in(text)) is not None:
        sheet.put("email", text[span[0] : span[1]].removeprefix("mailto:"))
        text = _cut(text, span, forms.EMAIL_LABEL)
    while (span := forms.phone_in(text, sure=piece.field == "phone")) is not None:
        sheet.put("phone", text[span[0] : span[1]].strip())
        text = _cut(text, span, forms.PHONE_LABEL)
    if piece.field in {"phone", "email", "contact"} and text:
        field = "phone" if piece.field == "contact" else piece.field
        if sheet.get(field):
            sheet.leave(field, text)
        else:
            sheet.put(field, text)
        text = ""
    return Piece(text, piece.field, piece.is_cell)


def _cut(text: str, span: tuple[int, int], label: re.Pattern[str]) -> str:
    before = text[max(0, span[0] - 30) : span[0]].rstrip("<([ ")
    kept = text[: max(0, span[0] - 30)] + label.sub("", before)
    rest = f"{kept.rstrip(' ,;|/<([')}, {text[span[1] :].lstrip(' ,;|/>)].')}"
    return rest.strip(" ,;|/<>()[]") if re.search(r"\w", rest) else ""


def _with_labels(pieces: list[Piece], sheet: Sheet) -> list[Piece]:
    """Labelled values go to their fields; what is left is read by its form."""
    by_field = {piece.field: piece.text for piece in pieces if piece.text}
    number = by_field.get("number", "")
    names = [by_field.get("first", ""), by_field.get("last", "")]
    sheet.put("name", " ".join(filter(None, names)))
    left: list[Piece] = []
    for piece in pieces:
        if not piece.text or piece.field in {"first", "last", "number"}:
            continue
        text = piece.text
        if number and piece.field in {"address", "address_1"} and number not in text.split():
            text, number = f"{text} {number}", ""
        if piece.field in DIRECT and _fits_label(piece.field, text):
            sheet.put(piece.field, _value(text))
        elif piece.field == "address" and _has_place_labels(by_field):
            sheet.put("address_1", _value(text))
        elif text:
            left.append(Piece(text, piece.field, piece.is_cell))
    if number:
        left.append(Piece(number, "address_1", is_cell=True))
    return left


def _has_place_labels(by_field: dict[str, str]) -> bool:
    return bool(by_field.get("city") or by_field.get("city_line"))


def _value(text: str) -> str:
    return ", ".join(line.strip(" ,") for line in text.split("\n") if line.strip(" ,"))


def _fits_label(field: str, text: str) -> bool:
    """A city or a country with a comma holds more than its label says."""
    if field in {"city", "state", "country", "postal_code"}:
        return (
            "," not in text
            and "\n" not in text
            and (field != "city" or not re.search(r"\d{4}", text))
        )
    return True


def _parts(pieces: list[Piece]) -> list[Part]:
    """Parts between commas; the cells of a full row stay whole."""
    full = sum(1 for piece in pieces if piece.is_cell) >= 4
    parts: list[Part] = []
    for at, piece in enumerate(pieces):
        whole = full and piece.is_cell and not _holds_place(piece.text)
        texts = piece.text.split("\n") if whole else re.split(r"[,;|\n•·]|\s/\s|\s-\s", piece.text)
        parts += [Part(bare, at) for text in texts if (bare := text.strip(' ,;"-'))]
    return parts


def _holds_place(text: str) -> bool:
    return bool(re.search(r",[^,]*(?:\d{4}|\d[A-Z]{2})[^,]*(?:,[^,]*)?$", text))


def _split_run(parts: list[Part], sheet: Sheet) -> None:
    """`Jane Roe 12 Main St Austin` without commas, split at the house number and street word."""
    alive = live(parts)
    if not sheet.get("city") and alive and sheet.get("country"):
        _split_city(alive[-1], sheet)
    plain = [
        part for part in live(parts) if forms.is_plain(part.text) and not forms.is_street(part.text)
    ]
    if sheet.get("name") or plain or not live(parts):
        return
    first = live(parts)[0]
    found = NAME_THEN_STREET.match(first.text)
    if found is None or forms.is_second_line(first.text) or forms.STREET_WORD.search(found[1]):
        return
    name = found[1].strip()
    sheet.put("name", name)
    first.text = found[2]
    message = f"\u201c{name}\u201d was taken as the name as it precedes the house number."
    sheet.doubt("name", "address.name_split", message)


def _split_city(part: Part, sheet: Sheet) -> None:
    marks = list(STREET_THEN_CITY.finditer(part.text))
    if not marks or not re.search(r"\d", part.text[: marks[-1].start()]):
        return
    city = part.text[marks[-1].end() :].strip(" ,")
    if city and forms.is_plain(city):
        sheet.put("city", city)
        part.text = part.text[: marks[-1].end()].strip()
        message = f"\u201c{city}\u201d was taken as the city as it follows the street."
        sheet.doubt("city", "address.city_split", message)


def _place_lines(parts: list[Part], pieces: list[Piece], sheet: Sheet) -> None:
    """Name, company, street and second line out of what is left, in the order of the text."""
    rest = live(parts)
    last = max((at for at, part in enumerate(parts) if part.is_place), default=len(parts))
    _take_name(rest, sheet)
    rest = [part for part in rest if part.text]
    _take_company(rest, sheet)
    lines: list[Part] = []
    for part in rest:
        if not part.text:
            continue
        behind = parts.index(part) > last and not part.is_place
        if is_ambiguous(part.text) and not sheet.get("state"):
            sheet.leave("state", part.text)
        elif (
            behind
            and not pieces[part.piece].is_cell
            and lines
            and not forms.is_second_line(part.text)
        ) or not re.search(r"\w", part.text):
            sheet.leave("address_2", part.text)
        else:
            lines.append(part)
    _put_street(lines, sheet)


def _take_name(rest: list[Part], sheet: Sheet) -> None:
    if sheet.get("name"):
        return
    for part in rest:
        named = ATTENTION.fullmatch(part.text)
        text = named[1] if named else part.text
        if (
            part.is_place
            or not forms.is_plain(text)
            or forms.is_company(text)
            or forms.is_second_line(text)
        ):
            continue
        if forms.is_po_box(text) or len(text.split()) > 6 or _is_later_street(part, rest):
            continue
        sheet.put("name", text)
        part.text = ""
        return


def _is_later_street(part: Part, rest: list[Part]) -> bool:
    """A street word keeps a part from being a name, except in the first of several."""
    return bool(forms.STREET_WORD.search(part.text)) and (part is not rest[0] or len(rest) == 1)


def _take_company(rest: list[Part], sheet: Sheet) -> None:
    for part in rest:
        if (
            not sheet.get("company")
            and forms.is_company(part.text)
            and not forms.CARE_OF.match(part.text)
        ):
            sheet.put("company", part.text)
            part.text = ""
            return


def _put_street(lines: list[Part], sheet: Sheet) -> None:
    """The first street line is line 1; all else goes to line 2 in its order."""
    if sheet.get("address_1"):
        others = lines
    else:
        main = next((p for p in lines if _is_main(p.text)), None) or next(iter(lines), None)
        others = [part for part in lines if part is not main]
        sheet.put("address_1", main.text if main else "")
    texts = [part.text for part in others]
    if texts:
        kept = sheet.fields.pop("address_2", "")
        sheet.put("address_2", ", ".join(filter(None, [kept, *texts])))
    if len(texts) > 1:
        message = f"{len(texts)} lines were joined to one: {sheet.get('address_2')}."
        sheet.doubt("address_2", "address.lines_joined", message)
    if texts and not all(forms.is_street(t) or forms.is_second_line(t) for t in texts):
        unsure = ", ".join(t for t in texts if not (forms.is_street(t) or forms.is_second_line(t)))
        message = f"It is not sure that this belongs to the address: {unsure}."
        sheet.doubt("address_2", "address.line_unsure", message)


def _is_main(text: str) -> bool:
    return forms.is_street(text) and not forms.is_second_line(text)
