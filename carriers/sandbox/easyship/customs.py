"""What customs of the destination takes. The tariff is invented and behaves like a real one.

Nothing is due within a country. Elsewhere duty is a share of the value by chapter of the code,
above a value that is let in free, and tax a share of value, carriage, insurance and duty.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from carriers.sandbox.easyship.answers import ok, refused
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

Body = dict[str, Any]
CODE = re.compile(r"\d{8}(\d{2})?")
# Share that is taken as tax, and the value up to which no duty is.
TARIFFS: dict[str, tuple[str, int]] = {
    "AU": ("0.10", 1000), "CA": ("0.05", 20), "DE": ("0.19", 150), "ES": ("0.21", 150),
    "FR": ("0.20", 150), "GB": ("0.20", 135), "IE": ("0.23", 150), "IT": ("0.22", 150),
    "JP": ("0.10", 130), "MX": ("0.16", 50), "NL": ("0.21", 150), "NZ": ("0.15", 1000),
    "PH": ("0.12", 180), "SG": ("0.09", 400), "US": ("0.00", 0),
}  # fmt: skip
# By the first digit of the code.
DUTIES = {"0": "0.08", "2": "0.10", "3": "0.04", "4": "0.03", "6": "0.12", "7": "0.04", "9": "0.02"}
OTHER_DUTY = "0.015"
NO_RECORD = "No import tax record was found for the specified origin and destination"
NO_PLAN = (
    "The TAXES AND DUTIES feature is not available for free subscription plan, "
    "please contact Easyship"
)
CENT = Decimal("0.01")


def taxes_and_duties(world: World, request: Request) -> Response:
    """By country codes; the variant by country numbers is not known here."""
    if not world.options.easyship_has_paid_plan:
        raise refused("insufficient_subscription", NO_PLAN)
    given = request.json()
    check_form(given, "TaxAndDutyCreate")
    faults = [
        f"items[{index}]: hs_code is not an eight-digit number"
        for index, item in enumerate(given["items"])
        if not CODE.fullmatch(item["hs_code"])
    ]
    if faults:
        raise refused("invalid_content", *faults)
    tax, duty = _due(given)
    told = {
        "tax": float(tax),
        "duty": float(duty),
        "currency": given.get("currency") or "USD",
        "import_duty_details": None,
    }
    return ok(200, "tax_and_duty", told)


def _due(given: Body) -> tuple[Decimal, Decimal]:
    origin, destination = given["origin_country_alpha2"], given["destination_country_alpha2"]
    if origin == destination:
        return Decimal(0), Decimal(0)
    if destination not in TARIFFS:
        raise refused("invalid_content", NO_RECORD)
    share, free_up_to = TARIFFS[destination]
    value = sum((_number(item["customs_value"]) for item in given["items"]), Decimal(0))
    duty = Decimal(0)
    if value > free_up_to:
        duty = sum((_duty(item, destination) for item in given["items"]), Decimal(0))
    carriage = _number(given["shipment_charge"]) + _number(given["insurance_fee"])
    tax = (value + carriage + duty) * Decimal(share)
    return tax.quantize(CENT, ROUND_HALF_UP), duty.quantize(CENT, ROUND_HALF_UP)


def _duty(item: Body, destination: str) -> Decimal:
    """Goods that come home pay none."""
    if item["duty_origin_country_alpha2"] == destination:
        return Decimal(0)
    return _number(item["customs_value"]) * Decimal(DUTIES.get(item["hs_code"][0], OTHER_DUTY))


def _number(value: float) -> Decimal:
    return Decimal(str(value))


ROUTES = (Route("POST", "/taxes_and_duties", taxes_and_duties),)
