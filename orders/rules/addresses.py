"""Making an address uniform and saying all that is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers

from orders.rules import countries
from shipping_project.kernel.postal import PostalAddress

CARRIERS = frozenset({"FEDEX", "UPS", "DHL", "USPS"})
# Only the postal service delivers to a post office box.
NO_PO_BOX = CARRIERS - {"USPS"}
NO_MILITARY = NO_PO_BOX
# What fits on a label line of every carrier here. Source: Easyship 2024-09, address fields.
LABEL_LINE = 35
MAX_LENGTHS = {
    "name": 100, "company": 100, "phone": 30, "email": 254, "address_1": 120, "address_2": 120,
    "city": 80, "state": 80, "postal_code": 16, "country": 60,
}  # fmt: skip
PO_BOX = re.compile(
    r"\b(?:p\.?\s*o\.?\s*b(?:ox|\.)?|post\s+office\s+box|postal\s+box|postfach|bo[iî]te\s+postale"
    r"|apartado(?:\s+postal)?|casella\s+postale|postbus|b\.?p\.?)\s*#?\s*\d",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[^@\s,;<>\"()]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Every number of this form can be one; the library takes long to say so.
NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}", re.ASCII)
BLANKS = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+")


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One doubt about one field; an error stops the order, a warning is shown with it."""

    field: str
    code: str
    message: str
    severity: Severity = Severity.ERROR

    def as_dict(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self).items()}


def error(field: str, code: str, message: str) -> Finding:
    return Finding(field=field, code=code, message=message)


def warning(field: str, code: str, message: str) -> Finding:
    return Finding(field=field, code=code, message=message, severity=Severity.WARNING)


def normalize_address(address: PostalAddress) -> tuple[PostalAddress, tuple[Finding, ...]]:
    """The address as labels want it; findings say where more than spelling was changed."""
    tidy = {name: tidied(text) for name, text in address.as_dict().items()}
    country = countries.country_code(tidy["country"]) or tidy["country"].upper()
    findings: list[Finding] = []
    tidy["country"] = country
    tidy["state"] = _state(country, tidy["state"])
    tidy["postal_code"] = _postcode(country, tidy["postal_code"], findings)
    tidy["phone"] = _phone(country, tidy["phone"])
    return PostalAddress(**tidy), tuple(findings)


def check_address(address: PostalAddress, *, carrier: str = "") -> tuple[Finding, ...]:
    """Every fault of a normalised address at once, and what the picked carrier cannot do."""
    found: list[Finding] = []
    for check in _CHECKS:
        found += check(address)
    return (*found, *_check_carrier(address, carrier.strip().upper()))


def tidied(text: str) -> str:
    """One line, composed characters, single ordinary blanks; nothing else is touched."""
    if not text:
        return ""
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return BLANKS.sub(" ", composed).strip()


def is_po_box(address: PostalAddress) -> bool:
    return bool(PO_BOX.search(address.address_1) or PO_BOX.search(address.address_2))


@lru_cache(maxsize=1024)
def parsed_phone(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    """The number as the phone library reads it, None when it cannot be one."""
    region = country if country in countries.country_codes() else None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # Numbers without their area code are possible too, but nobody can dial them from elsewhere.
    possible = phonenumbers.is_possible_number_with_reason(number)
    return number if possible == phonenumbers.ValidationResult.IS_POSSIBLE else None


def _state(country: str, text: str) -> str:
    code = countries.state_code(country, text)
    return code if code and country in countries.STATE_CODES else text


def _postcode(country: str, text: str, findings: list[Finding]) -> str:
    code = text.upper()
    if country == "US":
        return _us_postcode(code, findings)
    if country == "CA" and re.fullmatch(r"[A-Z]\d[A-Z]\d[A-Z]\d", code):
        return f"{code[:3]} {code[3:]}"
    if country == "GB" and re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", code):
        return f"{code[:-3]} {code[-3:]}"
    if country == "IE" and re.fullmatch(r"[A-Z\d]{7}", code):
        return f"{code[:3]} {code[3:]}"
    if country in {"DE", "FR", "AT", "CH", "BE"}:
        return re.sub(r"^(?:D|F|A|CH|B|DE|FR|AT|BE)\s*-\s*(?=\d)", "", code)
    return code


def _us_postcode(code: str, findings: list[Finding]) -> str:
    code = re.sub(r"^(\d{5})[\s-]?(\d{4})$", r"\1-\2", code)
    if re.fullmatch(r"\d{4}", code):
        findings.append(
            warning(
                "postal_code",
                "address.postcode_leading_zero",
                f"{code} has four digits; 0{code} was taken, as a leading zero is often lost.",
            )
        )
        return f"0{code}"
    return code


def _phone(country: str, text: str) -> str:
    is_plain = not text or NORTH_AMERICAN.fullmatch(text)
    number = None if is_plain else parsed_phone(text, country)
    if number is None:
        return text
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain} ext. {number.extension}" if number.extension else plain


def _check_present(address: PostalAddress) -> list[Finding]:
    found: list[Finding] = []
    if not (address.name or address.company):
        found.append(error("name", "address.name_missing", "Give the name of the recipient."))
    if not address.address_1:
        found.append(
            error("address_1", "address.street_missing", "Give the street and house number.")
        )
    if not address.city:
        found.append(error("city", "address.city_missing", "Give the city."))
    return found


def _check_text(address: PostalAddress) -> list[Finding]:
    found: list[Finding] = []
    texts = address.as_dict()
    has_controls = CONTROL.search("".join(texts.values()))
    for field, text in texts.items():
        if has_controls and CONTROL.search(text):
            found.append(error(field, "text.control_characters", "Remove control characters."))
        if len(text) > MAX_LENGTHS[field]:
            cure = f"Use at most {MAX_LENGTHS[field]} characters."
            found.append(error(field, "address.too_long", cure))
        elif field in {"address_1", "address_2"} and len(text) > LABEL_LINE:
            cure = f"Labels hold {LABEL_LINE} characters a line; split it over both lines."
            found.append(warning(field, "address.line_too_long", cure))
    return found


def _check_country(address: PostalAddress) -> list[Finding]:
    if not address.country:
        return [error("country", "address.country_missing", "Give the country.")]
    if address.country not in countries.country_codes():
        message = f"{address.country!r} is no country; give a code such as US or GB."
        return [error("country", "address.country_unknown", message)]
    return [*_check_state(address), *_check_postcode(address)]


def _check_state(address: PostalAddress) -> list[Finding]:
    country, state = address.country, address.state
    known = countries.states_of(country)
    if not state:
        if not countries.requires(country, "country_area"):
            return []
        return [error("state", "address.state_missing", "Give the state or province.")]
    if country in countries.STATE_CODES and known and state not in known.values():
        return [error("state", "address.state_unknown", f"{state!r} is no state of {country}.")]
    return []


def _check_postcode(address: PostalAddress) -> list[Finding]:
    country, code = address.country, address.postal_code
    if not code:
        if not countries.requires(country, "postal_code"):
            return []
        return [error("postal_code", "address.postcode_missing", "Give the postcode.")]
    if not countries.postcode_fits(country, code):
        examples = countries.rules_of(country).postal_code_examples[:1]
        like = f"; one looks like {examples[0]}" if examples else ""
        message = f"{code!r} is no postcode of {country}{like}."
        return [error("postal_code", "address.postcode_invalid", message)]
    if not countries.postcode_fits_state(country, address.state, code):
        message = f"{code} is not in {address.state}; correct the postcode or the state."
        return [error("postal_code", "address.postcode_mismatch", message)]
    return []


def _may_be_phone(text: str, country: str) -> bool:
    """A national number without a known country may be right; the country is the fault then."""
    if NORTH_AMERICAN.fullmatch(text) or parsed_phone(text, country) is not None:
        return True
    is_national = country not in countries.country_codes() and "+" not in text
    return is_national and 7 <= sum(char.isdecimal() for char in text) <= 15


def _check_contact(address: PostalAddress) -> list[Finding]:
    found: list[Finding] = []
    if address.email and not EMAIL.fullmatch(address.email):
        message = f"{address.email!r} is no e-mail address."
        found.append(error("email", "email.invalid", message))
    if address.phone and not _may_be_phone(address.phone, address.country):
        message = f"{address.phone!r} cannot be a phone number; write it with its country code."
        found.append(error("phone", "phone.invalid", message))
    if not address.phone:
        found.append(
            warning("phone", "phone.missing", "Carriers ask for a phone number; give one.")
        )
    return found


_CHECKS: tuple[Callable[[PostalAddress], list[Finding]], ...] = (
    _check_present,
    _check_text,
    _check_country,
    _check_contact,
)


def _check_carrier(address: PostalAddress, carrier: str) -> list[Finding]:
    if not carrier:
        return []
    if carrier not in CARRIERS:
        known = ", ".join(sorted(CARRIERS))
        return [error("carrier", "carrier.unknown", f"{carrier!r} is not one of {known}.")]
    if carrier in NO_PO_BOX and is_po_box(address):
        message = f"{carrier} does not deliver to PO boxes; pick USPS or give a street."
        return [error("carrier", "carrier.po_box", message)]
    military = address.country == "US" and address.state in countries.MILITARY_STATES
    if carrier in NO_MILITARY and military:
        message = f"{carrier} does not deliver to military addresses; pick USPS."
        return [error("carrier", "carrier.military", message)]
    return []
