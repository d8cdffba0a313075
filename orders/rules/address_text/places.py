"""Postcode, state and city out of the parts of an address."""

from __future__ import annotations

import re

from orders.rules import countries
from orders.rules.address_text import forms
from orders.rules.address_text.country import (
    CITY_AFTER_CODE,
    infer_country,
    shape_of,
    state_names,
    take_country,
    zip_fits,
)
from orders.rules.address_text.pieces import Part, Sheet, is_ambiguous, live

NO_ZIP_BEFORE = re.compile(
    r"(?:box|apt|apartment|unit|suite|ste|room|rm|no|nr|#|lot|brgy)\.?\s*#?$", re.IGNORECASE
)


def find_place(parts: list[Part], sheet: Sheet) -> None:
    """Fill country, postcode, state and city, taking the words out of the parts."""
    take_country(parts, sheet)
    country = countries.country_code(sheet.get("country"))
    if not country and not sheet.get("country"):
        country = infer_country(parts, sheet) or shape_of(parts)
    if not country:
        _city_behind_street(parts, sheet)
        return
    _take_postcode(country, parts, sheet)
    _take_state(country, parts, sheet)
    _take_city(parts, sheet)
    _city_behind_street(parts, sheet)


def _city_behind_street(parts: list[Part], sheet: Sheet) -> None:
    """Without a postcode beside it, the words behind the street are probably the city."""
    alive = live(parts)
    if sheet.get("city") or len(alive) < 2:
        return
    # A word that may be a state or a country stands behind the city.
    last = next((p for p in reversed(alive) if not is_ambiguous(p.text)), alive[-1])
    street = sheet.get("address_1") or any(
        forms.is_street(part.text) for part in alive if part is not last
    )
    if not street or not _is_city(last.text) or is_ambiguous(last.text):
        return
    if not sheet.get("name") and not any(
        forms.is_plain(part.text) for part in alive if part is not last
    ):
        return
    sheet.put("city", last.text)
    last.text, last.is_place = "", True
    message = f"\u201c{sheet.get('city')}\u201d was taken as the city as it follows the street."
    sheet.doubt("city", "address.city_unsure", message)


def _take_postcode(country: str, parts: list[Part], sheet: Sheet) -> None:
    if sheet.get("postal_code"):
        return
    for anywhere in (False, True):
        for part in reversed(live(parts)):
            if _postcode_from(country, part, sheet, anywhere=anywhere):
                return


def _postcode_from(country: str, part: Part, sheet: Sheet, *, anywhere: bool) -> bool:
    form = forms.code_form(country)
    upper = part.text.upper()
    for found in re.finditer(rf"(?<![\w-])(?:{form})(?![\w-])", upper):
        before, after = (
            part.text[: found.start()].strip(" ,"),
            part.text[found.end() :].strip(" ,."),
        )
        if len(upper) != len(part.text) or not forms.is_code(country, found.group()):
            continue
        if NO_ZIP_BEFORE.search(before) or not _may_be(country, before, after, anywhere=anywhere):
            continue
        sheet.put("postal_code", part.text[found.start() : found.end()])
        part.text, part.is_place = _around(country, before, after), True
        return True
    return _short_zip(country, part, sheet)


def _may_be(country: str, before: str, after: str, *, anywhere: bool) -> bool:
    """Whether a code may stand there: before its city, after it, or alone."""
    if not before and not after:
        return True
    if country in CITY_AFTER_CODE and not before:
        return forms.is_plain(after.split(" ")[0]) and not forms.STREET_WORD.search(after)
    if not after:
        return country not in CITY_AFTER_CODE or not forms.is_street(before)
    return anywhere and bool(before) and (country in CITY_AFTER_CODE or not forms.is_street(after))


def _around(country: str, before: str, after: str) -> str:
    """What stays of a part: with words on both sides the street stays behind a line end."""
    return f"{before}\n{after}" if before and after else before or after


def _short_zip(country: str, part: Part, sheet: Sheet) -> bool:
    """A ZIP of four digits behind a state, or alone: its leading zero was lost in a sheet."""
    found = re.search(r"(?:^|[\s,])(\d{4})$", part.text) if country == "US" else None
    if found is None:
        return False
    before = part.text[: found.start()].strip(" ,")
    names = [sheet.get("state")] if not before else state_names(before)
    states = [countries.state_code("US", name) for name in names]
    if not before or any(s and zip_fits(s, f"0{found.group(1)}") for s in states):
        sheet.put("postal_code", found.group(1))
        part.text, part.is_place = before, True
        return True
    return False


def _take_state(country: str, parts: list[Part], sheet: Sheet) -> None:
    if sheet.get("state") or not (countries.states_of(country) or country == "GB"):
        return
    alive = live(parts)
    order = [part for part in alive if part.is_place] + alive[:0:-1]
    for part in order:
        if _state_from(country, part, parts, sheet):
            return


def _state_from(country: str, part: Part, parts: list[Part], sheet: Sheet) -> bool:
    words = part.text.split()
    for start in range(max(0, len(words) - 4), len(words)):
        tail = " ".join(words[start:])
        if start and not (part.is_place or country in countries.STATE_CODES):
            continue
        if not _is_state(country, tail.strip("().,")) or (
            start and forms.is_street(part.text) and not part.is_place
        ):
            continue
        if country not in {*countries.STATE_CODES, "IE"} and start == 0 and part.is_place:
            # Cebu is a city and a province: the province only when a city precedes it.
            at = parts.index(part)
            if at < 2 or not parts[at - 1].text or not _is_city(parts[at - 1].text):
                continue
        sheet.put("state", tail.strip("().,"))
        part.text, part.is_place = " ".join(words[:start]).rstrip(" ,-"), True
        return True
    return False


def _is_state(country: str, text: str) -> bool:
    if country == "GB":
        name = countries.folded(text)
        return (
            name in forms.UK_COUNTIES
            or (name.endswith("shire") and " " not in name)
            or (name.endswith("shire") and name.split()[0] in {"north", "south", "east", "west"})
        )
    known = countries.state_code(country, text)
    if country == "IE":
        known = known or countries.state_code(
            country, re.sub(r"^(?:county|co)\.?\s", "Co. ", text, flags=re.IGNORECASE)
        )
    return bool(known)


def _take_city(parts: list[Part], sheet: Sheet) -> None:
    """The words left beside postcode or state, else the part next to them."""
    if sheet.get("city"):
        return
    for part in parts:
        if part.is_place and "\n" in part.text:
            before, _, after = part.text.partition("\n")
            part.text = before if forms.is_plain(after) else part.text.replace("\n", " ")
            if forms.is_plain(after):
                sheet.put("city", after)
                return
    for part in parts:
        if part.is_place and part.text and _is_city(part.text, beside=True):
            sheet.put("city", part.text)
            part.text = ""
            return
    _city_beside(parts, sheet)


def _is_city(text: str, *, beside: bool = False) -> bool:
    if forms.is_second_line(text) or forms.CARE_OF.match(text) or forms.is_company(text):
        return False
    if forms.CITY_WITH_NUMBER.fullmatch(text) or re.search(r"\bcedex\b", text, re.IGNORECASE):
        return True
    if beside and not re.search(r"\d", text):
        return True
    return forms.is_plain(text) and not forms.is_po_box(text) and not _ends_as_street(text)


def _ends_as_street(text: str) -> bool:
    """`Oak Lane` is a street; `Grand Rapids` and `St Louis` are none."""
    found = [m.end() for m in forms.STREET_WORD.finditer(text)]
    french = re.match(
        r"(?:rue|avenue|chemin|allée|impasse|quai|via|calle|route)\b", text, re.IGNORECASE
    )
    return bool(french) or (bool(found) and found[-1] >= len(text.rstrip(".")) and " " in text)


def _city_beside(parts: list[Part], sheet: Sheet) -> None:
    marks = [at for at, part in enumerate(parts) if part.is_place]
    if not marks:
        return
    near = [*range(marks[0] - 1, -1, -1)][:1] + [at for at in (marks[-1] + 1,) if at < len(parts)]
    for at in near:
        part = parts[at]
        taken = at == 0 and not sheet.get("name")
        if part.text and not taken and _is_city(part.text):
            sheet.put("city", part.text)
            part.text, part.is_place = "", True
            return
