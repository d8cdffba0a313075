"""Problems of names and addresses."""

from __future__ import annotations

from carriers.problems.kinds import WAREHOUSES, Problem

ADDRESS_PROBLEMS = (
    Problem(
        code="address.missing",
        field="ship_to",
        cause="The platform holds no destination address for the order.",
        fix="Correct the address on the order page; it is sent to the platform again.",
    ),
    Problem(
        code="address.incomplete",
        field="ship_to",
        cause="A part of the address that the platform insists on is missing.",
        fix="Complete the address on the order page; the platform's words name the part.",
    ),
    Problem(
        code="address.undeliverable",
        field="ship_to",
        cause="The carrier does not know this address.",
        fix="Check street, house number, city and postcode with the customer and correct them.",
    ),
    Problem(
        code="address.postcode_mismatch",
        field="ship_to.postal_code",
        cause="The postcode does not belong to the city or state of the address.",
        fix="Correct the postcode, the city or the state on the order page.",
    ),
    Problem(
        code="address.postcode_invalid",
        field="ship_to.postal_code",
        cause="The postcode is missing or is not one of its country.",
        fix="Correct the postcode on the order page.",
    ),
    Problem(
        code="address.state_required",
        field="ship_to.state",
        cause="The country needs a state or province and the address has none.",
        fix="Add the state on the order page.",
    ),
    Problem(
        code="address.city_required",
        field="ship_to.city",
        cause="The address has no city, or one that the platform does not take.",
        fix="Correct the city on the order page.",
    ),
    Problem(
        code="address.street_required",
        field="ship_to.address_1",
        cause="The address has no street line.",
        fix="Add street and house number on the order page.",
    ),
    Problem(
        code="address.line_too_long",
        field="ship_to.address_1",
        cause="A line of the address is longer than a label has room for.",
        fix="Shorten the line on the order page, or move a part of it to the second line.",
    ),
    Problem(
        code="address.country_unknown",
        field="ship_to.country",
        cause="The platform does not know the country of the address.",
        fix="Correct the country on the order page.",
    ),
    Problem(
        code="address.po_box_refused",
        field="ship_to.address_1",
        cause="The service does not deliver to PO boxes.",
        fix="Ask the customer for a street address and correct it on the order page.",
    ),
    Problem(
        code="address.name_required",
        field="ship_to.name",
        cause="The name of a person or company is missing, or is too long for a label.",
        fix="Correct name and company on the order page.",
    ),
    Problem(
        code="address.phone_invalid",
        field="ship_to.phone",
        cause="The carrier wants a phone number and has none that it can use.",
        fix="Correct the phone number on the order page, with its country code.",
    ),
    Problem(
        code="address.email_invalid",
        field="ship_to.email",
        cause="The mail address is missing or cannot be one.",
        fix="Correct the mail address on the order page.",
    ),
    Problem(
        code="address.origin_invalid",
        field="warehouse",
        cause="The platform does not take the address of our warehouse.",
        fix="Correct the warehouse's address and contact, then try again.",
        url_name=WAREHOUSES,
    ),
)
