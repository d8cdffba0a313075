"""Addresses made uniform and checked, country by country."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders.rules import countries
from orders.rules.addresses import check_address, is_po_box, normalize_address
from shipping_project.kernel.postal import PostalAddress

ADDRESS = PostalAddress(
    name="Ada Brooks", email="ada.brooks@example.com", address_1="1200 Riverside Drive"
)
LOCAL: dict[str, dict[str, str]] = {
    "US": {"city": "Austin", "state": "TX", "postal_code": "78701", "phone": "512-555-0142"},
    "CA": {"city": "Toronto", "state": "ON", "postal_code": "M5V 2T6", "phone": "416-555-0142"},
    "GB": {"city": "Leeds", "state": "", "postal_code": "LS1 4AP", "phone": "020 7946 0958"},
    "IE": {"city": "Cork", "state": "Co. Cork", "postal_code": "T12 AF34", "phone": "01 555 0123"},
    "DE": {"city": "Berlin", "state": "", "postal_code": "10115", "phone": "030 5550123"},
    "FR": {"city": "Paris", "state": "", "postal_code": "75002", "phone": "01 99 00 12 34"},
    "PH": {"city": "Cebu City", "state": "Cebu", "postal_code": "6000", "phone": "0917 555 0123"},
}


def local(where: str, /, **changes: str) -> PostalAddress:
    """An address without faults in the country, normalised with the changes."""
    given = {**LOCAL[where], "country": where, **changes}
    return normalize_address(replace(ADDRESS, **given))[0]


@pytest.mark.parametrize("country", LOCAL)
def test_usual_address_has_no_finding(country: str) -> None:
    assert check_address(local(country), carrier="UPS") == ()


@pytest.mark.parametrize(
    ("country", "given", "read"),
    [
        ("US", "787011234", "78701-1234"),
        ("US", "78701 1234", "78701-1234"),
        ("US", "2134", "02134"),
        ("CA", "m5v2t6", "M5V 2T6"),
        ("GB", "sw1a2aa", "SW1A 2AA"),
        ("GB", "m11ae", "M1 1AE"),
        ("IE", "d02af30", "D02 AF30"),
        ("DE", "D-10115", "10115"),
        ("DE", "DE - 10115", "10115"),
        ("FR", "F-75002", "75002"),
        ("PH", " 1203 ", "1203"),
    ],
)
def test_postcode_is_made_uniform(country: str, given: str, read: str) -> None:
    assert local(country, postal_code=given).postal_code == read


@pytest.mark.parametrize(
    ("country", "given", "read"),
    [
        ("US", "Texas", "TX"),
        ("US", "tx", "TX"),
        ("US", "Calif.", "CA"),
        ("US", "N.Y.", "NY"),
        ("US", "District of Columbia", "DC"),
        ("CA", "Québec", "QC"),
        ("CA", "quebec", "QC"),
        ("CA", "British Columbia", "BC"),
        ("GB", "Kent", "Kent"),
        ("PH", "Laguna", "Laguna"),
    ],
)
def test_state_is_made_uniform(country: str, given: str, read: str) -> None:
    assert local(country, state=given).state == read


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("usa", "US"), ("U.S.A.", "US"), ("United States", "US"), ("uk", "GB"), ("England", "GB"),
        ("GBR", "GB"), ("Éire", "IE"), ("Deutschland", "DE"), ("Philippines", "PH"),
        ("Österreich", "AT"), ("Georgia", "GE"), ("Nowhere", ""), ("", ""),
    ],
)  # fmt: skip
def test_country_is_known_by_code_and_name(given: str, code: str) -> None:
    assert countries.country_code(given) == code


@pytest.mark.parametrize(
    ("country", "given", "read"),
    [
        ("US", "(512) 555-0142", "+15125550142"),
        ("US", "512.555.0142 x 7", "+15125550142 ext. 7"),
        ("GB", "020 7946 0958", "+442079460958"),
        ("US", "+44 20 7946 0958", "+442079460958"),
        ("FR", "01 99 00 12 34", "+33199001234"),
        ("PH", "0917 555 0123", "+639175550123"),
    ],
)
def test_phone_is_read_as_its_country_writes_it(country: str, given: str, read: str) -> None:
    assert local(country, phone=given).phone == read


@pytest.mark.parametrize(
    ("country", "changes", "found"),
    [
        ("US", {"address_1": ""}, ("address_1", "address.street_missing")),
        ("US", {"name": ""}, ("name", "address.name_missing")),
        ("US", {"city": ""}, ("city", "address.city_missing")),
        ("US", {"state": ""}, ("state", "address.state_missing")),
        ("US", {"state": "XX"}, ("state", "address.state_unknown")),
        ("US", {"postal_code": ""}, ("postal_code", "address.postcode_missing")),
        ("US", {"postal_code": "7870"}, ("postal_code", "address.postcode_mismatch")),
        ("US", {"postal_code": "ABCDE"}, ("postal_code", "address.postcode_invalid")),
        ("US", {"postal_code": "10001"}, ("postal_code", "address.postcode_mismatch")),
        ("US", {"phone": "555-0142"}, ("phone", "phone.invalid")),
        ("US", {"phone": ""}, ("phone", "phone.missing")),
        ("US", {"email": "jane@"}, ("email", "email.invalid")),
        ("US", {"country": ""}, ("country", "address.country_missing")),
        ("US", {"country": "Atlantis"}, ("country", "address.country_unknown")),
        ("US", {"address_1": "1 " + "A" * 34}, ("address_1", "address.line_too_long")),
        ("CA", {"postal_code": "V5V 2T6"}, ("postal_code", "address.postcode_mismatch")),
        ("CA", {"state": "TX"}, ("state", "address.state_unknown")),
        ("GB", {"postal_code": "LS1 4AP X"}, ("postal_code", "address.postcode_invalid")),
        ("GB", {"postal_code": "78701"}, ("postal_code", "address.postcode_invalid")),
        ("DE", {"postal_code": "1011"}, ("postal_code", "address.postcode_invalid")),
        ("DE", {"postal_code": ""}, ("postal_code", "address.postcode_missing")),
        ("FR", {"postal_code": "7500"}, ("postal_code", "address.postcode_invalid")),
        ("PH", {"postal_code": "60000"}, ("postal_code", "address.postcode_invalid")),
    ],
)
def test_fault_is_named_by_field(
    country: str, changes: dict[str, str], found: tuple[str, str]
) -> None:
    findings = check_address(local(country, **changes))

    assert [(one.field, one.code) for one in findings] == [found]


@pytest.mark.parametrize(
    ("line", "is_box"),
    [
        ("PO Box 12", True), ("P.O. Box 12", True), ("p o box #12", True), ("POB 12", True),
        ("Post Office Box 12", True), ("Postfach 12", True), ("BP 12", True),
        ("Boîte postale 12", True), ("12 Boxwood Lane", False), ("PO Boxer Street", False),
        ("12 Apollo Road", False),
    ],
)  # fmt: skip
def test_po_box_is_known_in_its_spellings(line: str, is_box: bool) -> None:
    assert is_po_box(PostalAddress(address_1=line)) is is_box
    assert is_po_box(PostalAddress(address_1="1 Main St", address_2=line)) is is_box


@pytest.mark.parametrize(
    ("carrier", "changes", "code"),
    [
        ("FEDEX", {"address_1": "PO Box 12"}, "carrier.po_box"),
        ("fedex", {"address_2": "PO Box 12"}, "carrier.po_box"),
        ("UPS", {"city": "APO", "state": "AE", "postal_code": "09021"}, "carrier.military"),
        ("DONKEY", {}, "carrier.unknown"),
    ],
)
def test_what_the_carrier_cannot_do_is_on_the_carrier(
    carrier: str, changes: dict[str, str], code: str
) -> None:
    findings = check_address(local("US", **changes), carrier=carrier)

    assert [(one.field, one.code) for one in findings] == [("carrier", code)]


@pytest.mark.parametrize(
    "changes",
    [{"address_1": "PO Box 12"}, {"city": "APO", "state": "AE", "postal_code": "09021"}],
)
def test_postal_service_goes_where_others_do_not(changes: dict[str, str]) -> None:
    assert check_address(local("US", **changes), carrier="USPS") == ()
