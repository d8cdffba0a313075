"""What a few words are by their form alone: e-mail, phone, postcode, street, company."""

from __future__ import annotations

import re
from functools import cache

from orders.rules import countries
from orders.rules.addresses import EMAIL, PO_BOX

PHONE = re.compile(
    r"(?<![\w#-])(?:\+\s?|00(?=[1-9]))?\(?\d[\d\s()./\-]{4,24}\d"
    r"(?:\s{0,2},?\s?(?:ext(?:ension)?|ex|x|#|durchwahl|poste)\.?:?\s?\d{1,6})?(?![\w-])",
    re.IGNORECASE,
)
PHONE_LABEL = re.compile(
    r"(?:\b(?:tel(?:ephone|efon)?|phone|ph|mob(?:ile|il)?|cell(?:phone)?|call|handy|contact|fon|t|m|p)"
    r"(?:\s?(?:no|number|nr|#))?\s?[.:]{0,2}\s*)$",
    re.IGNORECASE,
)
EMAIL_LABEL = re.compile(r"(?:\be-?mail\s?:?|\bmail\s?:|\bmailto:)\s*$", re.IGNORECASE)
ZIP_THEN_PHONE = re.compile(r"(\d{5}(?:-\d{4})?)\s+(?=[(+]|\d{3}[\s.)-]?\d{3}[\s.-]?\d{4}\b)")
PHONE_THEN_ZIP = re.compile(r"^(.*\d{4})\s+(\d{5}(?:-\d{4})?)$")
CODE_FORMS = {
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z][ -]?\d[ABCEGHJ-NPRSTV-Z]\d",
    "GB": r"(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}|BFPO ?\d{1,4})",
    "IE": r"(?:D6W|[AC-FHKNPRTV-Y]\d{2}) ?[\dAC-FHKNPRTV-Y]{4}",
    "US": r"\d{5}(?:[- ]?\d{4})?",
}  # fmt: skip
STREET_WORD = re.compile(
    r"\b(?:street|st|str|road|rd|avenue|ave|av|avenida|boulevard|blvd|lane|ln|drive|dr|court|ct"
    r"|circle|cir|place|pl|square|sq|terrace|ter|trail|trl|parkway|pkwy|highway|hwy|route|rte|way"
    r"|close|crescent|cres|gardens|gdns|mews|grove|row|quay|parade|hill|walk|rue|chemin|allée|allee"
    r"|impasse|quai|cours|strasse|straße|weg|platz|gasse|allee|ring|damm|ufer|via|calle|plaza"
    r"|cottage|house|farm|hall|lodge|manor|loop|alley|pike|crossing|rural route|rr|county road"
    r"|apc|psc|cmr|unit|purok|sitio|street|green|rise|view|estate|wharf)\b\.?|(?:straße|strasse"
    r"|str\.|weg|platz|gasse|allee|straat|laan|gatan|vej)(?=\s|,|$)",
    re.IGNORECASE,
)
SECOND_LINE = re.compile(
    r"^(?:apt|apartment|appt?|appartement|suite|ste|unit|floor|fl|flat|room|rm|bldg|building|#"
    r"|bât|batiment|bâtiment|etage|étage|escalier|wohnung|whg|tower|level|lot|space|c/o|care of"
    r"|attn|brgy|barangay|subd|subdivision|phase|block|blk"
    r"|zimmer|hinterhaus|z\.? ?hd\.?|door"
    r"|trlr|penthouse|ph)\b\.?|^\d{1,2}(?:st|nd|rd|th)\s+floor|^\d{1,2}\.\s?(?:og|stock|etage)"
    r"|^#\s?\d|^c/o",
    re.IGNORECASE,
)
COMPANY = re.compile(
    r"(?:^|[\s,(])(?:ltd|limited|llc|l\.l\.c|llp|inc|incorporated|corp|corporation|gmbh|plc|sarl"
    r"|s\.a\.r\.l|sas|s\.a|ag|kg|ohg|ug|e\.v|e\.k|gbr|pty|b\.v|bv|n\.v|oy|ab|srl|s\.r\.l|co"
    r"|company)\.?\)?$|\b(?:gmbh|ltd\.|inc\.|llc|& co\b)",
    re.IGNORECASE,
)
CARE_OF = re.compile(r"^(?:c/o|care of|attn|attention|z\.? ?hd)\b", re.IGNORECASE)
CITY_WITH_NUMBER = re.compile(
    r"(?:dublin|paris|lyon|marseille|wien|praha)\s+\d{1,2}\w{0,3}", re.IGNORECASE
)
GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|hallo|bonjour|thanks|thank you|thx|please|kindly|cheers|danke|merci"
    r"|(?:kind |best )regards|best wishes|sent from|order\b.*#?\d"
    r"|good (?:morning|day|afternoon))\b(?!-)[\s\S]*",
    re.IGNORECASE,
)
UK_COUNTIES = frozenset({
    "kent", "essex", "surrey", "greater london", "greater manchester", "merseyside", "cornwall",
    "devon", "dorset", "norfolk", "suffolk", "west midlands", "tyne and wear", "county durham",
    "cumbria", "west sussex", "east sussex", "somerset", "isle of wight", "rutland",
    "northumberland", "middlesex", "cleveland", "avon", "fife", "gwent", "dyfed", "powys",
    "gwynedd", "clwyd", "co antrim", "co down", "co armagh", "co tyrone", "co fermanagh",
    "county antrim", "county down", "county armagh", "county tyrone",
})  # fmt: skip


def email_in(text: str) -> tuple[int, int] | None:
    """Where the first e-mail address stands. Words longer than any address are passed over."""
    for word in re.finditer(r"[^\s,;|]+", text):
        if "@" in word.group() and word.end() - word.start() <= 320:
            found = EMAIL.search(text, word.start(), word.end())
            if found:
                return found.span()
    return None


def phone_in(text: str, *, sure: bool = False) -> tuple[int, int] | None:
    """Where the first phone number stands; `sure` when a label says that one is there."""
    for found in PHONE.finditer(text):
        span = _without_zip(text, *found.span())
        labelled = sure or bool(PHONE_LABEL.search(text, max(0, span[0] - 25), span[0]))
        alone = _is_alone(text, *span)
        if is_phone(text[span[0] : span[1]], sure=labelled, alone=alone):
            return span
    return None


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether nothing else stands between the separators around a number."""
    before = re.search(r"[^\W_][^,;|\n]*$", text[max(0, start - 60) : start])
    after = re.match(r"[^,;|\n]{0,60}[^\W_]", text[end : end + 60])
    return not before and not after


def _without_zip(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without a ZIP that stands right before or after the number."""
    before = ZIP_THEN_PHONE.match(text, start, end)
    if before:
        return before.end(), end
    after = PHONE_THEN_ZIP.match(text[start:end])
    if after and len(re.sub(r"\D", "", after.group(1))) >= 10:
        return start, start + after.end(1)
    return start, end


def is_phone(text: str, *, sure: bool, alone: bool) -> bool:
    """Whether digits are a phone number rather than a postcode or a house number."""
    number = re.split(r"[a-zA-Z#]", text, maxsplit=1)[0]
    count = len(re.sub(r"\D", "", number))
    if not 7 <= count <= 15 or re.fullmatch(r"\d{5}-\d{4}|\d{5}-\d{3}|\d{3}-\d{4}-?", number):
        return (bool(sure or alone) and bool(re.fullmatch(r"\d{3}-\d{4}", number))) or (
            sure and 5 <= count <= 15
        )
    if sure or text.startswith("+"):
        return True
    if number.startswith("00"):
        return count >= 10
    if alone:
        # Nine bare digits are a ZIP+4 without its dash unless they start like a trunk code.
        return (
            count >= 10 or number.startswith(("0", "(0")) or bool(re.search(r"\d[ ./-]\d", number))
        )
    return count >= 10 and (number.startswith(("(", "0")) or bool(re.search(r"[ .)/-]", number)))


@cache
def code_form(country: str) -> str:
    """A pattern that finds the country's postcodes in capitals; `is_code` confirms them."""
    if country == "IE":
        # Looser than the form that proves the country, as typing errors are told rather than lost.
        return r"(?:D6W|[A-Z]\d{2}) ?[A-Z\d]{4}"
    if country in CODE_FORMS:
        return CODE_FORMS[country]
    patterns = [m.pattern.strip("^$") for m in countries.rules_of(country).postal_code_matchers]
    return rf"(?:[A-Z]{{1,3}}-|〒)?(?:{patterns[0]})" if patterns else r"(?!)"


def is_code(country: str, text: str) -> bool:
    """Whether all of the text is a postcode of the country."""
    bare = re.sub(r"^(?:[A-Z]{1,3}-|〒)(?=\d)", "", text.strip().upper())
    if country == "CA":
        bare = bare.replace("-", " ")
    if country == "US" and re.fullmatch(r"\d{9}", bare):
        bare = f"{bare[:5]}-{bare[5:]}"
    matchers = countries.rules_of(country).postal_code_matchers
    return bool(matchers) and bool(bare) and countries.postcode_fits(country, bare)


def is_po_box(text: str) -> bool:
    return bool(PO_BOX.search(text))


def is_company(text: str) -> bool:
    return bool(COMPANY.search(text)) and not re.match(r"\d", text)


def is_second_line(text: str) -> bool:
    return bool(SECOND_LINE.match(text))


def is_street(text: str) -> bool:
    """A line with a house number, a box or a word for a street."""
    if CITY_WITH_NUMBER.fullmatch(text):
        return False
    return bool(re.search(r"\d", text)) or is_po_box(text) or bool(STREET_WORD.search(text))


def is_plain(text: str) -> bool:
    """Words alone, as a name or a city has them."""
    return bool(re.search(r"[^\W\d_]", text)) and not re.search(r"\d", text)
