"""Pastes that leave a doubt, and what is said of it. Every field is compared, absent ones too."""

from __future__ import annotations

import pytest

from orders.rules.address_text import parse_pasted

FIELDS = (
    "name", "phone", "email", "address_1", "address_2", "city", "state", "postal_code", "country",
)  # fmt: skip
INFERRED = ("country", "address.country_inferred")
NO_COUNTRY = ("country", "address.country_missing")
NO_PHONE = ("phone", "phone.missing")
LEFT = ("address_2", "text.unplaced")
AUSTIN = {"city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"}
JANE = {"name": "Jane Roe", "address_1": "12 Main St"}
Found = list[tuple[str, str]]

CASES: list[tuple[str, dict[str, str], Found]] = [
    # A country that state and postcode leave no choice about.
    ("Jane Roe\n12 Main St\nAustin, TX 78701", {**JANE, **AUSTIN}, [INFERRED]),
    ("JANE ROE\n12 MAIN ST\nAUSTIN TX 78701",
     {"name": "JANE ROE", "address_1": "12 MAIN ST", **AUSTIN, "city": "AUSTIN"}, [INFERRED]),
    ("Jane Roe\n12 Main St\nAustin TX, 78701", {**JANE, **AUSTIN}, [INFERRED]),
    ("Jane Roe\n12 Main St\nAustin\nTX\n78701", {**JANE, **AUSTIN}, [INFERRED]),
    ("Jane Roe\n12 Main St\nAustin, Tex. 78701", {**JANE, **AUSTIN}, [INFERRED]),
    ("Jane Roe, 5 Peachtree St, Atlanta, Georgia 30303",
     {"name": "Jane Roe", "address_1": "5 Peachtree St", "city": "Atlanta", "state": "GA",
      "postal_code": "30303", "country": "US"}, [INFERRED]),
    ("Jane Roe\n12 Washington St\nSeattle, Washington 98101",
     {"name": "Jane Roe", "address_1": "12 Washington St", "city": "Seattle", "state": "WA",
      "postal_code": "98101", "country": "US"}, [INFERRED]),
    ("Jane Roe\n12 Main St\nBoise, ID 83702",
     {**JANE, "city": "Boise", "state": "ID", "postal_code": "83702", "country": "US"},
     [INFERRED]),
    ("Jane Roe\n12 Main St\nGary, IN 46402",
     {**JANE, "city": "Gary", "state": "IN", "postal_code": "46402", "country": "US"}, [INFERRED]),
    ("Jane Roe\n12 Main St\nLos Angeles, CA 90001",
     {**JANE, "city": "Los Angeles", "state": "CA", "postal_code": "90001", "country": "US"},
     [INFERRED]),
    ("Jane Roe\t12 King St\tWilmington\tDE\t19801",
     {"name": "Jane Roe", "address_1": "12 King St", "city": "Wilmington", "state": "DE",
      "postal_code": "19801", "country": "US"}, [INFERRED]),
    ("Emily Jones, 10 Downing Street, London SW1A 2AA",
     {"name": "Emily Jones", "address_1": "10 Downing Street", "city": "London",
      "postal_code": "SW1A 2AA", "country": "GB"}, [INFERRED]),
    ("Marie Roy\n77 King St W\nToronto ON M5V 2T6",
     {"name": "Marie Roy", "address_1": "77 King St W", "city": "Toronto", "state": "ON",
      "postal_code": "M5V 2T6", "country": "CA"}, [INFERRED]),
    ("Klara Muster\nHauptstr. 5\nD-10115 Berlin",
     {"name": "Klara Muster", "address_1": "Hauptstr. 5", "city": "Berlin",
      "postal_code": "10115", "country": "DE"}, [INFERRED]),
    # A country that nothing settles stays empty, and the rest is read all the same.
    ("Klara Muster\nHauptstr. 5\n10115 Berlin",
     {"name": "Klara Muster", "address_1": "Hauptstr. 5", "city": "Berlin",
      "postal_code": "10115"}, [NO_COUNTRY]),
    ("Jane Roe\n12 Main St\nAustin, TX 10001",
     {**JANE, "city": "Austin", "state": "TX", "postal_code": "10001"}, [NO_COUNTRY]),
    ("Jane Roe\n12 Main St\nSpringfield", {**JANE, "city": "Springfield"},
     [("city", "address.city_unsure"), NO_COUNTRY]),
    ("Jane Roe\n12 Main St\nSan Francisco, CA", {**JANE, "city": "San Francisco"},
     [("city", "address.city_unsure"), ("state", "text.unplaced"), NO_COUNTRY]),
    # The same word as state and as country.
    ("Jane Roe\n12 Main St\nToronto, ON\nCA",
     {**JANE, "city": "Toronto", "state": "ON", "country": "CA"},
     [("postal_code", "address.postcode_missing")]),
    ("Klara Muster, Hauptstr. 5, 10115 Berlin, DE",
     {"name": "Klara Muster", "address_1": "Hauptstr. 5", "city": "Berlin",
      "postal_code": "10115", "country": "DE"}, []),
    ("Jane Roe\nHauptstr. 5\n19801 Wilmington, DE",
     {"name": "Jane Roe", "address_1": "Hauptstr. 5", "city": "Wilmington",
      "postal_code": "19801", "country": "DE"}, [("country", "address.country_unsure")]),
    ("Nino B, 5 Rustaveli Ave, Tbilisi, 0108, Georgia",
     {"name": "Nino B", "address_1": "5 Rustaveli Ave", "city": "Tbilisi", "postal_code": "0108",
      "country": "GE"}, []),
    ("Jordan Hill\n12345 Elm St\nSt. Louis, MO 63101\nUSA",
     {"name": "Jordan Hill", "address_1": "12345 Elm St", "city": "St. Louis", "state": "MO",
      "postal_code": "63101", "country": "US"}, []),
    # Faults that the check at intake would name too.
    ("12 Main St\nAustin, TX 78701\nUSA", {"address_1": "12 Main St", **AUSTIN},
     [("name", "address.name_missing")]),
    ("Jane Roe\nAustin, TX 78701\nUSA", {"name": "Jane Roe", **AUSTIN},
     [("address_1", "address.street_missing")]),
    ("Jane Roe\n12 Main St\nAustin, TX 10001\nUSA",
     {**JANE, **AUSTIN, "postal_code": "10001"}, [("postal_code", "address.postcode_mismatch")]),
    ("Jane Roe\nPO Box 123\nBoston, MA 2134\nUSA",
     {"name": "Jane Roe", "address_1": "PO Box 123", "city": "Boston", "state": "MA",
      "postal_code": "02134", "country": "US"},
     [("postal_code", "address.postcode_leading_zero")]),
    # Companies.
    ("Acme Inc.\n12 Main St\nAustin, TX 78701\nUSA",
     {"name": "Acme Inc.", "address_1": "12 Main St", **AUSTIN}, []),
    ("Klara Muster\nMuster GmbH\nHauptstraße 5\n10115 Berlin\nGermany",
     {"name": "Klara Muster", "address_1": "Hauptstraße 5", "address_2": "Muster GmbH",
      "city": "Berlin", "postal_code": "10115", "country": "DE"},
     [("address_2", "address.company_moved")]),
    ("Attn: Jane Roe\nAcme Inc\n12 Main St\nAustin, TX 78701\nUSA",
     {**JANE, **AUSTIN, "address_2": "Acme Inc"}, [("address_2", "address.company_moved")]),
    ("Jane Roe\nc/o Acme LLC\n12 Main St\nAustin, TX 78701\nUSA",
     {**JANE, **AUSTIN, "address_2": "c/o Acme LLC"}, []),
    # Words that fit nowhere.
    ("Hi, please send to\nJane Roe\n12 Main St\nAustin, TX 78701\nUSA\n\nThanks!",
     {**JANE, **AUSTIN}, [LEFT]),
    ("Order #1234\nJane Roe\n12 Main St\nAustin, TX 78701\nUSA", {**JANE, **AUSTIN}, [LEFT]),
    ("Jane Roe\n12 Main St\nAustin, TX 78701\nUSA\nleave at the door", {**JANE, **AUSTIN}, [LEFT]),
    ("Name: Jane Roe\nAddress: 12 Main St, Austin, TX 78701, USA\nNotes: ring twice",
     {**JANE, **AUSTIN}, [LEFT]),
    # No commas at all.
    ("Jane Roe 12 Main St Austin TX 78701 USA", {**JANE, **AUSTIN},
     [("city", "address.city_split"), ("name", "address.name_split")]),
    ("Jane Roe 12 Main St, Austin, TX 78701, USA", {**JANE, **AUSTIN},
     [("name", "address.name_split")]),
    # Habits of sheets, shops and people.
    ("Jane Roe\n12 Main St\n\nAustin, TX 78701\nUSA", {**JANE, **AUSTIN}, []),
    ("Jane Roe\n12 Main St\nAustin TX 78701-\nUSA", {**JANE, **AUSTIN}, []),
    ("Attn Jane Roe, Acme Corp, 12 Main St, Austin, TX 78701, USA",
     {**JANE, **AUSTIN, "address_2": "Acme Corp"}, [("address_2", "address.company_moved")]),
    ("Order,Shipping Name,Shipping Street,Shipping City,Shipping Zip,Shipping Province,"
     "Shipping Country\n#1001,Jane Roe,12 Main St,Austin,'78701,TX,US",
     {**JANE, **AUSTIN}, [LEFT]),
    ("First Name,Last Name,Address1,Address2,City,State,Zip,Country\n"
     "Jane,Roe,12 Main St,,Austin,TX,78701,US", {**JANE, **AUSTIN}, []),
    ("Jane Roe\t78701\tUS\tTX\tAustin\t12 Main St", {**JANE, **AUSTIN}, []),
    ("Virginia Woolf\n12 Main St\nAustin, TX 78701\nUSA",
     {**AUSTIN, "name": "Virginia Woolf", "address_1": "12 Main St"}, []),
    ("Maria Santos\n#45 Mabini St., Brgy. Poblacion, Makati, Metro Manila, 1210 Philippines",
     {"name": "Maria Santos", "address_1": "#45 Mabini St.", "address_2": "Brgy. Poblacion",
      "city": "Makati", "state": "Metro Manila", "postal_code": "1210", "country": "PH"}, []),
    ("Sean Byrne\nRose Cottage\nBallymore\nCo. Kerry\nIreland",
     {"name": "Sean Byrne", "address_1": "Rose Cottage", "city": "Ballymore",
      "state": "Co. Kerry", "country": "IE"}, []),
    # Odd characters.
    ("\ufeffJane\u00a0Roe\r\n12\u200b Main St\r\nAustin, TX 78701\r\nUSA", {**JANE, **AUSTIN}, []),
    ("\u201cJane Roe\u201d,\u201c12 Main St\u201d,Austin,TX,78701,US", {**JANE, **AUSTIN}, []),
    ("Jane Roe 🎁\n12 Main St\nAustin, TX 78701 🇺🇸", {**JANE, **AUSTIN}, []),
    ('"Jane Roe","12 Main St\nApt 4",Austin,TX,78701,US',
     {**JANE, **AUSTIN, "address_1": "12 Main St", "address_2": "Apt 4"}, []),
    ("Jane Roe\n\n12 Main St\n\nAustin, TX 78701\n\nUSA", {**JANE, **AUSTIN}, []),
    ("Jane Roe | 12 Main St | Austin, TX 78701 | USA", {**JANE, **AUSTIN}, []),
    ("Jane Roe; 12 Main St; Austin; TX; 78701; US", {**JANE, **AUSTIN}, []),
    ("Jan Jansen\nDamstraat 5\n1012 AB Amsterdam\nNetherlands",
     {"name": "Jan Jansen", "address_1": "Damstraat 5", "city": "Amsterdam",
      "postal_code": "1012 AB", "country": "NL"}, []),
    ("Marc Petit\n10 avenue Foch\nBP 123\n69006 LYON CEDEX 06\nFRANCE",
     {"name": "Marc Petit", "address_1": "10 avenue Foch", "address_2": "BP 123",
      "city": "LYON CEDEX 06", "postal_code": "69006", "country": "FR"}, []),
    ("Marie Roy\n123 rue Sherbrooke O\nMontréal (Québec) H3B 1A7\nCanada",
     {"name": "Marie Roy", "address_1": "123 rue Sherbrooke O", "city": "Montréal", "state": "QC",
      "postal_code": "H3B 1A7", "country": "CA"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fields", "found"), CASES, ids=range(len(CASES)))
def test_paste_is_read_and_its_doubts_are_said(
    text: str, fields: dict[str, str], found: Found
) -> None:
    (read,) = parse_pasted(text)

    assert {k: v for k, v in read.as_dict().items() if k in FIELDS and v} == fields
    assert [(one.field, one.code) for one in read.findings] == [*found, NO_PHONE]


def test_words_without_a_place_are_quoted() -> None:
    (read,) = parse_pasted("Jane Roe\n12 Main St\nAustin, TX 78701\nUSA\nleave at the door")

    assert read.findings[0].message == "Could not be placed: \u201cleave at the door\u201d."


def test_second_phone_is_said_and_not_dropped() -> None:
    text = "Jane Roe\n12 Main St\nAustin, TX 78701\nUSA\n512-555-0142\n512-555-0143"

    (read,) = parse_pasted(text)

    assert read.address.phone == "+15125550142"
    assert [(one.field, one.code, one.message) for one in read.findings] == [
        ("phone", "text.unplaced", "Could not be placed: \u201c512-555-0143\u201d.")
    ]


def test_blocks_without_a_blank_line_are_told_apart() -> None:
    text = "Jane Roe\n12 Main St\nAustin, TX 78701\nJohn Doe\n55 Oak Ave\nReno NV 89501"

    read = parse_pasted(text)

    assert [one.address.name for one in read] == ["Jane Roe", "John Doe"]
    assert [one.address.postal_code for one in read] == ["78701", "89501"]


def test_confidence_falls_with_each_finding() -> None:
    (read,) = parse_pasted("Jane Roe\n12 Main St\nAustin, TX 10001\nUSA")

    # One error costs 0.25, the warning for the missing phone 0.1.
    assert read.confidence == 0.65


@pytest.mark.parametrize("carrier", ["FEDEX", "UPS", "DHL"])
def test_po_box_by_a_carrier_is_an_error_on_the_carrier(carrier: str) -> None:
    text = "Jane Roe, PO Box 12, Austin, TX 78701, USA, 512-555-0142"

    (read,) = parse_pasted(text, carrier=carrier)

    assert [(one.field, one.code) for one in read.findings] == [("carrier", "carrier.po_box")]
    assert read.confidence == 1.0


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "\ufeff", "----"])
def test_text_without_a_word_has_no_customer(text: str) -> None:
    assert parse_pasted(text) == ()
