"""Country, postcode, state and city out of the parts of an address."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orders.rules import countries
from orders.rules.address_text import forms
from orders.rules.address_text.pieces import Sheet

ZIP_END = re.compile(r"(?:^|[\s,])(\d{5}(?:[- ]\d{4})?|\d{9}|\d{4})$")
NO_ZIP_BEFORE = re.compile(
    r"(?:box|apt|apartment|unit|suite|ste|room|rm|no|nr|#|lot|brgy)\.?\s*#?$", re.I
)
# Where the postcode leads; the address data holds the order only as a template.
CITY_AFTER_CODE = frozenset({
    "DE", "FR", "AT", "CH", "BE", "NL", "IT", "ES", "PT", "PL", "SE", "NO", "DK", "FI", "CZ", "SK",
    "HU", "RO", "BG", "GR", "HR", "SI", "LU", "LI", "MC", "PH", "MX", "EE", "LT", "RS", "IS", "TR",
    "IL", "MY", "MA", "TN", "DZ",
})  # fmt: skip


@dataclass(slots=True)
class Part:
    """Words of a piece between commas; `text` shrinks as they are recognised."""

    text: str
    piece: int
    is_place: bool = False


def find_place(parts: list[Part], sheet: Sheet) -> None:
    """Fill country, postcode, state and city, taking the words out of the parts."""
    _take_country(parts, sheet)
    country = countries.country_code(sheet.get("country"))
    if not country and not sheet.get("country"):
        country = _infer(parts, sheet) or _shape(parts)
    if not country:
        _city_behind_street(parts, sheet)
        return
    _take_postcode(country, parts, sheet)
    _take_state(country, parts, sheet)
    _take_city(parts, sheet)
    _city_behind_street(parts, sheet)


def live(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.text]


def is_ambiguous(text: str) -> bool:
    """A word for a country that is also a state, such as CA, DE or Georgia."""
    return any(countries.state_code(country, text) for country in ("US", "CA", "AU"))


def _take_country(parts: list[Part], sheet: Sheet) -> None:
    """The last words that name a country and nothing else."""
    if sheet.get("country"):
        return
    for part in reversed(live(parts)[1:] if len(live(parts)) > 1 else live(parts)):
        found = _country_at_end(part.text)
        if not found:
            continue
        rest = part.text[: len(part.text) - len(found)].rstrip(" ,.-(")
        if not rest and not _stands_late(parts, part):
            continue
        if is_ambiguous(found.strip("().")) and not _means_country(found, part, parts, sheet):
            continue
        sheet.put("country", countries.country_code(found.strip("()")))
        part.text, part.is_place = rest, True
        return


def _country_at_end(text: str) -> str:
    """The longest run of words at the end that names a country; a code must be in capitals."""
    words = text.split()[-5:]
    for start in range(len(words)):
        tail = " ".join(words[start:])
        bare = tail.strip("().")
        if (
            len(words) - start == 1
            and len(bare) <= 3
            and not bare.isupper()
            and bare.lower() != "usa"
        ):
            continue
        if len(bare) <= 3 and start and not _code_may_follow(words[:start]):
            continue
        if countries.country_code(bare) and text.endswith(tail):
            return tail
    return ""


def _code_may_follow(before: list[str]) -> bool:
    """A code of two or three letters behind other words counts only behind a place."""
    return bool(re.search(r"\d", before[-1])) or len(before[-1]) <= 3 or len(before) >= 1


def _stands_late(parts: list[Part], part: Part) -> bool:
    """A country alone in its part is no name: something that is no contact precedes it."""
    alive = live(parts)
    return alive.index(part) >= 1


def _means_country(found: str, part: Part, parts: list[Part], sheet: Sheet) -> bool:
    """CA, DE, Georgia: the state when a ZIP of it is there, else the country if its code is."""
    word = found.strip("().")
    code = countries.country_code(word)
    others = " , ".join(other.text for other in parts if other is not part)
    rest = part.text[: len(part.text) - len(found)]
    text = f"{others} , {rest} {sheet.get('postal_code')}".upper()
    if _us_code_of(word, text) and not _code_leads_city(code, parts, sheet):
        return False
    if code in {"CA", "GB"}:
        return bool(re.search(rf"(?<![A-Z\d]){forms.CODE_FORMS[code]}(?![A-Z\d])", text))
    form = forms.code_form(code)
    candidates = re.finditer(rf"(?<![A-Z\d-])(?:{form})(?![A-Z\d-])", text)
    return any(forms.is_code(code, found.group()) for found in candidates)


def _us_code_of(word: str, text: str) -> bool:
    """Whether a ZIP of the state named by the word stands in the text."""
    state = countries.state_code("US", word)
    codes = re.findall(r"(?<![\d-])(\d{5})(?:-?\d{4})?(?!\d)", text)
    return bool(state) and any(countries.postcode_fits_state("US", state, code) for code in codes)


def _code_leads_city(country: str, parts: list[Part], sheet: Sheet) -> bool:
    """Whether the postcode stands before its city, as at home in most of Europe."""
    if country not in CITY_AFTER_CODE:
        return False
    return any(re.match(r"(?:[A-Z]{1,2}-)?\d{5} [^\W\d]", part.text) for part in parts[1:])


def _infer(parts: list[Part], sheet: Sheet) -> str:
    """The country where state and postcode leave no choice; says from what."""
    text = " , ".join([*(p.text for p in parts), sheet.get("state"), sheet.get("postal_code")])
    evidence = _american(parts, sheet) or _by_code(text.upper())
    if evidence is None:
        return ""
    country, reason = evidence
    sheet.put("country", country)
    message = f"No country was given; {country} was taken from {reason}."
    sheet.doubt("country", "address.country_inferred", message)
    return country


def _american(parts: list[Part], sheet: Sheet) -> tuple[str, str] | None:
    """A state and a ZIP that fits it."""
    texts = [part.text for part in live(parts)[1:]] or [part.text for part in live(parts)]
    zips = [m.group(1) for text in texts if (m := ZIP_END.search(text))]
    zips += [sheet.get("postal_code")] if sheet.get("postal_code") else []
    if not zips:
        return None
    names = [sheet.get("state")] if sheet.get("state") else []
    names += [name for text in texts for name in _state_names(ZIP_END.sub("", text))]
    for name in names:
        state = countries.state_code("US", name)
        for code in zips:
            digits = code if len(code) != 4 else f"0{code}"
            if state and digits.isdecimal() | ("-" in digits) and _fits(state, digits):
                return "US", f"the state {state} and the ZIP {code}"
    return None


def _shape(parts: list[Part]) -> str:
    """A country whose way of writing fits, to read the parts by; it is not put down as known."""
    for part in live(parts)[1:]:
        found = ZIP_END.search(part.text)
        before = part.text[: found.start()] if found else ""
        if found and any(countries.state_code("US", name) for name in _state_names(before)):
            return "US"
        if re.match(r"\d{5} [^\W\d]", part.text) and not forms.STREET_WORD.search(part.text):
            return "DE"
        if re.match(r"\d{4} [^\W\d]", part.text) and not forms.STREET_WORD.search(part.text):
            return "AT"
        if re.fullmatch(r"\d{5}(?:-\d{4})?", part.text):
            return "US"
    return ""


def _city_behind_street(parts: list[Part], sheet: Sheet) -> None:
    """Without a postcode beside it, the words behind the street are probably the city."""
    alive = live(parts)
    if sheet.get("city") or len(alive) < 2:
        return
    last = alive[-1]
    street = sheet.get("address_1") or any(forms.is_street(part.text) for part in alive[:-1])
    if not street or not _is_city(last.text) or is_ambiguous(last.text):
        return
    if not sheet.get("name") and not any(forms.is_plain(part.text) for part in alive[:-1]):
        return
    sheet.put("city", last.text)
    last.text, last.is_place = "", True
    message = f"\u201c{sheet.get('city')}\u201d was taken as the city as it follows the street."
    sheet.doubt("city", "address.city_unsure", message)


def _fits(state: str, code: str) -> bool:
    return bool(re.match(r"\d{5}", code)) and countries.postcode_fits_state("US", state, code[:5])


def _state_names(text: str) -> list[str]:
    words = re.split(r"[\s,]+", text.strip(" ,"))[-3:]
    return [" ".join(words[start:]) for start in range(len(words))]


def _by_code(text: str) -> tuple[str, str] | None:
    """Forms of postcodes that one country alone has."""
    for country in ("CA", "GB", "IE"):
        found = re.search(rf"(?<![A-Z\d]){forms.CODE_FORMS[country]}(?![A-Z\d])", text)
        if found and forms.is_code(country, found.group()):
            return country, f"the form of the postcode {found.group()}"
    prefixed = re.search(r"(?<![A-Z\d])(DE?|FR?)-\d{5}(?!\d)", text)
    if prefixed:
        return {"D": "DE", "F": "FR"}[prefixed.group(1)[0]], f"the postcode {prefixed.group()}"
    return None


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
    names = [sheet.get("state")] if not before else _state_names(before)
    states = [countries.state_code("US", name) for name in names]
    if not before or any(s and _fits(s, f"0{found.group(1)}") for s in states):
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
            country, re.sub(r"^(?:county|co)\.?\s", "Co. ", text, flags=re.I)
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
    if forms.CITY_WITH_NUMBER.fullmatch(text) or re.search(r"\bcedex\b", text, re.I):
        return True
    if beside and not re.search(r"\d", text):
        return True
    return forms.is_plain(text) and not forms.is_po_box(text) and not _ends_as_street(text)


def _ends_as_street(text: str) -> bool:
    """`Oak Lane` is a street; `Grand Rapids` and `St Louis` are none."""
    found = [m.end() for m in forms.STREET_WORD.finditer(text)]
    french = re.match(r"(?:rue|avenue|chemin|allée|impasse|quai|via|calle|route)\b", text, re.I)
    return bool(french) or bool(found) and found[-1] >= len(text.rstrip(".")) and " " in text


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
