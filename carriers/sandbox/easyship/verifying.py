"""Looking at an address: what it should be written like, and whether such a place can be."""

from __future__ import annotations

import re
from typing import Any

from carriers.sandbox.easyship.answers import ok, refused
from carriers.sandbox.easyship.checking import STATES_NEEDED
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

Body = dict[str, Any]
KEYS = ("company_name", "line_1", "line_2", "city", "state", "postal_code", "country_alpha2")
# What tidying may change.
WRITTEN = ("line_1", "city", "postal_code")
LENGTHS = {"company_name": 27, "line_1": 35, "line_2": 35}
POSTCODES = {
    "US": re.compile(r"\d{5}(-\d{4})?"),
    "CA": re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d"),
    "GB": re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"),
    "DE": re.compile(r"\d{5}"),
    "FR": re.compile(r"\d{5}"),
    "AU": re.compile(r"\d{4}"),
}
SHORT = {"lane": "Ln", "street": "St", "avenue": "Ave", "road": "Rd", "drive": "Dr", "court": "Ct"}
UNLIKE = "The postal code does not look like one of this country."


def validate(world: World, request: Request) -> Response:
    """200 whatever comes of it; only `verified` is documented, the other word is the twin's own."""
    given = request.json()
    check_form(given, "AddressValidationCreate")
    return _answer(given)


def validate_at_home(world: World, request: Request) -> Response:
    """Of the United States; a country that is named is ignored."""
    given = {name: value for name, value in request.json().items() if name != "country_alpha2"}
    check_form(given, "AddressValidationDomesticCreate")
    return _answer(given | {"country_alpha2": "US"})


def _answer(given: Body) -> Response:
    faults = [
        f"{name} is too long (maximum is {most} characters)"
        for name, most in LENGTHS.items()
        if len(given.get(name) or "") > most
    ]
    if given["country_alpha2"] in STATES_NEEDED and not given.get("state"):
        faults.append("state can't be blank")
    if faults:
        raise refused("invalid_content", *faults)
    asked = {name: given.get(name) for name in KEYS}
    verdict = _verdict(asked)
    if given.get("replace_with_validation_result"):
        asked = {name: verdict["address"][name] for name in KEYS}
    return ok(200, "address", asked | {"validation": verdict})


def _verdict(asked: Body) -> Body:
    pattern = POSTCODES.get(asked["country_alpha2"])
    postcode = (asked["postal_code"] or "").upper().strip()
    tidy = asked | {
        "line_1": _tidy(asked["line_1"]),
        "line_3": None,
        "city": asked["city"].strip().title(),
        "state": asked["state"] or "",
        "postal_code": postcode,
    }
    if pattern is not None and not pattern.fullmatch(postcode):
        unchanged = asked | {"line_3": None, "state": asked["state"] or "", "postal_code": postcode}
        comparison = {"pre": "none", "post": "none", "changes": "none"}
        return {
            "status": "failed", "detail": UNLIKE, "comparison": comparison, "address": unchanged,
        }  # fmt: skip
    is_changed = any(tidy[name] != (asked[name] or "") for name in WRITTEN)
    comparison = {
        "pre": "premise",
        "post": "delivery_point",
        "changes": "minor" if is_changed else "none",
    }
    return {"status": "verified", "detail": None, "comparison": comparison, "address": tidy}


def _tidy(line: str) -> str:
    """As the post office writes it: the kind of street short."""
    return " ".join(SHORT.get(word.lower().rstrip("."), word) for word in line.split())


ROUTES = (
    Route("POST", "/addresses/validations", validate),
    Route("POST", "/addresses/validations_domestic", validate_at_home),
)
