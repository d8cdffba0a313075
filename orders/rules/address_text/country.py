"""Which country a text is for: as it says, or as state and postcode leave no choice."""

from __future__ import annotations

import re

from orders.rules import countries
from orders.rules.address_text import forms
from orders.rules.address_text.pieces import Part, Sheet, is_ambiguous, live

ZIP_END = re.compile(r"(?:^|[\s,])(\d{5}(?:[- ]\d{4})?|\d{9}|\d{4})$")
ENDS_IN_CODE = re.compile(
    r"(?:\d{4,5}(?:-\d{4})?|\d[A-Z]{2}|\d[A-Z]\d|[A-Z]\d[A-Z\d]{2})$", re.IGNORECASE
)
# Where the postcode leads; the address data holds the order only as a template.
CITY_AFTER_CODE = frozenset({
    "DE", "FR", "AT", "CH", "BE", "NL", "IT", "ES", "PT", "PL", "SE", "NO", "DK", "FI", "CZ", "SK",
    "HU", "RO", "BG", "GR", "HR", "SI", "LU", "LI", "MC", "PH", "MX", "EE", "LT", "RS", "IS", "TR",
    "IL", "MY", "MA", "TN", "DZ",
})  # fmt: skip


def take_country(parts: list[Part], sheet: Sheet) -> None:
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
        if len(bare) <= 3 and start and not _code_may_follow(words[:start], bare):
            continue
        if countries.country_code(bare) and text.endswith(tail):
            return tail
    return ""


def _code_may_follow(before: list[str], code: str) -> bool:
    """Whether a code counts behind other words: `78701 US` does, `12 MAIN ST` does not."""
    if forms.STREET_WORD.fullmatch(code):
        return False
    if len(code) == 3 or code == "UK":
        return True
    led = re.match(r"(?:[A-Z]{1,3}-)?\d{4,5}$", before[0]) and len(before) > 1
    ended = ENDS_IN_CODE.search(" ".join(before))
    return bool(led or ended or countries.state_code("US", before[-1]))


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
    if _us_code_of(word, text):
        if not _code_leads_city(code, parts):
            return False
        message = f"{word} was taken as the country and not as a state, as the postcode leads."
        sheet.doubt("country", "address.country_unsure", message)
    if code == "CA" and any(_names_province(other.text) for other in parts if other is not part):
        return True
    if code in {"CA", "GB"}:
        return bool(re.search(rf"(?<![A-Z\d]){forms.CODE_FORMS[code]}(?![A-Z\d])", text))
    form = forms.code_form(code)
    candidates = re.finditer(rf"(?<![A-Z\d-])(?:{form})(?![A-Z\d-])", text)
    return any(forms.is_code(code, found.group()) for found in candidates)


def _names_province(text: str) -> bool:
    """Whether a part ends in a province of Canada that is no state of the US."""
    names = state_names(text)
    return any(countries.state_code("CA", name) for name in names) and not any(
        countries.state_code("US", name) for name in names
    )


def _us_code_of(word: str, text: str) -> bool:
    """Whether a ZIP of the state named by the word stands in the text."""
    state = countries.state_code("US", word)
    codes = re.findall(r"(?<![\d-])(\d{5})(?:-?\d{4})?(?!\d)", text)
    return bool(state) and any(countries.postcode_fits_state("US", state, code) for code in codes)


def _code_leads_city(country: str, parts: list[Part]) -> bool:
    """Whether the postcode stands before its city, as at home in most of Europe."""
    if country not in CITY_AFTER_CODE:
        return False
    return any(re.match(r"(?:[A-Z]{1,2}-)?\d{5} [^\W\d]", part.text) for part in parts[1:])


def infer_country(parts: list[Part], sheet: Sheet) -> str:
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
    names += [name for text in texts for name in state_names(ZIP_END.sub("", text))]
    for name in names:
        state = countries.state_code("US", name)
        for code in zips:
            digits = code if len(code) != 4 else f"0{code}"
            if state and digits.isdecimal() | ("-" in digits) and zip_fits(state, digits):
                return "US", f"the state {state} and the ZIP {code}"
    return None


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


def shape_of(parts: list[Part]) -> str:
    """A country whose way of writing fits, to read the parts by; it is not put down as known."""
    for part in live(parts)[1:]:
        found = ZIP_END.search(part.text)
        before = part.text[: found.start()] if found else ""
        if found and any(countries.state_code("US", name) for name in state_names(before)):
            return "US"
        if re.match(r"\d{5} [^\W\d]", part.text) and not forms.STREET_WORD.search(part.text):
            return "DE"
        if re.match(r"\d{4} [^\W\d]", part.text) and not forms.STREET_WORD.search(part.text):
            return "AT"
        if re.fullmatch(r"\d{5}(?:-\d{4})?", part.text):
            return "US"
    return ""


def zip_fits(state: str, code: str) -> bool:
    return bool(re.match(r"\d{5}", code)) and countries.postcode_fits_state("US", state, code[:5])


def state_names(text: str) -> list[str]:
    words = re.split(r"[\s,]+", text.strip(" ,"))[-3:]
    return [" ".join(words[start:]) for start in range(len(words))]
