"""The same invented people written in every way that a paste can have."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from orders.rules.address_text import MAX_TEXT, PasteTooLarge, parse_pasted

FIELDS = (
    "name", "phone", "email", "address_1", "address_2", "city", "state", "postal_code", "country",
)  # fmt: skip
# As written; `state` and `phone` as read follow in READ.
PEOPLE: dict[str, tuple[str, ...]] = {
    "texas": (
        "Jane Roe", "512-555-0142", "jane@example.com", "12 Main St", "Apt 4", "Austin", "TX",
        "78701", "US",
    ),
    "california": (
        "John Doe", "(415) 555-0101", "john@example.com", "500 Market Street", "", "San Francisco",
        "California", "94105-1234", "USA",
    ),
    "ohio": (
        "Mary O'Neil", "+1 614 555 0110", "m.oneil@example.com", "12345 Elm Ave", "Suite 200",
        "Columbus", "OH", "43004", "United States",
    ),
    "boston": (
        "Al Grant", "617.555.0123 ext 12", "al@example.com", "PO Box 123", "", "Boston", "MA",
        "02134", "U.S.A.",
    ),
    "delaware": (
        "Dora Lane", "302-555-0123", "dora@example.com", "7 King St", "", "Wilmington", "DE",
        "19801", "USA",
    ),
    "georgia": (
        "Pete Moss", "404-555-0123", "pete@example.com", "5 Peachtree Rd NE", "Unit 9", "Atlanta",
        "Georgia", "30303", "United States",
    ),
    "military": (
        "John Private", "703-555-0123", "pvt@example.com", "PSC 3 Box 1234", "", "APO", "AE",
        "09021", "US",
    ),
    "toronto": (
        "Marie Roy", "416-555-0142", "marie@example.com", "77 King St W", "Unit 3", "Toronto", "ON",
        "M5V 2T6", "CA",
    ),
    "quebec": (
        "Zoé Côté", "514-555-0142", "zoe@example.com", "123 rue Sherbrooke", "", "Montréal",
        "Québec", "H3B 1A7", "Canada",
    ),
    "leeds": (
        "Anna Smith", "020 7946 0958", "anna@example.com", "12 High Street", "Flat 4", "Leeds", "",
        "LS1 4AP", "United Kingdom",
    ),
    "dublin": (
        "Sean Byrne", "01 555 0123", "sean@example.com", "5 Main Street", "", "Dublin 2", "",
        "D02 AF30", "Ireland",
    ),
    "berlin": (
        "Klara Muster", "030 5550123", "klara@example.com", "Hauptstraße 5", "", "Berlin", "",
        "10115", "Deutschland",
    ),
    "paris": (
        "Jean Dupont", "01 99 00 12 34", "jean@example.com", "12 bis rue de la Paix", "", "Paris",
        "", "75002", "France",
    ),
    "manila": (
        "Maria Santos", "0917 555 0123", "maria@example.com", "123 Rizal St", "Brgy. San Antonio",
        "Makati City", "Metro Manila", "1203", "Philippines",
    ),
}  # fmt: skip
READ: dict[str, dict[str, str]] = {
    "texas": {"phone": "+15125550142"},
    "california": {"phone": "+14155550101", "state": "CA", "country": "US"},
    "ohio": {"phone": "+16145550110", "country": "US"},
    "boston": {"phone": "+16175550123 ext. 12", "country": "US"},
    "delaware": {"phone": "+13025550123", "country": "US"},
    "georgia": {"phone": "+14045550123", "state": "GA", "country": "US"},
    "military": {"phone": "+17035550123"},
    "toronto": {"phone": "+14165550142"},
    "quebec": {"phone": "+15145550142", "state": "QC", "country": "CA"},
    "leeds": {"phone": "+442079460958", "country": "GB"},
    "dublin": {"phone": "+35315550123", "country": "IE"},
    "berlin": {"phone": "+49305550123", "country": "DE"},
    "paris": {"phone": "+33199001234", "country": "FR"},
    "manila": {"phone": "+639175550123", "country": "PH"},
}
CODE_FIRST = {"berlin", "paris", "manila"}
HEADS = {
    "name": "Customer Name", "phone": "Tel.", "email": "E-Mail", "address_1": "Address Line 1",
    "address_2": "Address Line 2", "city": "Town/City", "state": "State/Province",
    "postal_code": "ZIP / Postal Code", "country": "Country",
}  # fmt: skip
GERMAN = {
    "name": "Empfänger", "phone": "Telefon", "email": "E-Mail-Adresse", "address_1": "Straße",
    "address_2": "Adresszusatz", "city": "Ort", "state": "Bundesland", "postal_code": "PLZ",
    "country": "Land",
}  # fmt: skip
FRENCH = {
    "name": "Destinataire", "phone": "Téléphone", "email": "Courriel", "address_1": "Adresse 1",
    "address_2": "Complément", "city": "Ville", "state": "Province", "postal_code": "Code postal",
    "country": "Pays",
}  # fmt: skip
Person = dict[str, str]


def tab_row(who: Person, key: str) -> str:
    return "\t".join(who.values())


def contact_in_one_cell(who: Person, key: str) -> str:
    cells = [who["name"], f"{who['phone']} {who['email']}", *list(who.values())[3:]]
    return "\t" + "\t".join(cells) + "\t\t"


def contacts_last(who: Person, key: str) -> str:
    values = list(who.values())
    return "\t".join([values[0], *values[3:], who["email"], who["phone"]])


def email_first(who: Person, key: str) -> str:
    values = list(who.values())
    return "\t".join([who["email"], who["phone"], values[0], *values[3:]])


def _headed(who: Person, heads: dict[str, str], delimiter: str) -> str:
    order = sorted(heads, reverse=True)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(heads[name] for name in order)
    writer.writerow(who[name] for name in order)
    return out.getvalue()


def headed_tabs(who: Person, key: str) -> str:
    return _headed(who, HEADS, "\t")


def german_csv(who: Person, key: str) -> str:
    return _headed(who, GERMAN, ";")


def french_csv(who: Person, key: str) -> str:
    return _headed(who, FRENCH, ",")


def quoted_csv(who: Person, key: str) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow(who.values())
    return out.getvalue()


def labelled(who: Person, key: str) -> str:
    return "\r\n".join(f"{HEADS[name]}: {who[name]}" for name in FIELDS if who[name])


def _place(who: Person, key: str) -> str:
    if key == "manila":
        return f"{who['postal_code']} {who['city']}\n{who['state']}"
    if key in CODE_FIRST:
        return f"{who['postal_code']} {who['city']}"
    if not who["state"]:
        return f"{who['city']}\n{who['postal_code']}"
    return f"{who['city']}, {who['state']} {who['postal_code']}"


def block(who: Person, key: str) -> str:
    lines = [who["name"], who["address_1"], who["address_2"], _place(who, key), who["country"]]
    return "\n".join(filter(None, [*lines, f"Tel: {who['phone']}", who["email"]]))


def contacts_above(who: Person, key: str) -> str:
    lines = [who["email"], who["phone"], who["name"], who["address_1"], who["address_2"]]
    return "\n".join(filter(None, ["Ship to:", *lines, _place(who, key), who["country"]]))


def one_line(who: Person, key: str) -> str:
    place = _place(who, key).replace("\n", ", ")
    parts = [who["name"], who["address_1"], who["address_2"], place, who["country"], who["phone"]]
    return ", ".join(filter(None, [*parts, who["email"]]))


def address_in_one(who: Person, key: str) -> str:
    place = _place(who, key).replace("\n", ", ")
    street = ", ".join(filter(None, [who["address_1"], who["address_2"], place, who["country"]]))
    return (
        f"Name: {who['name']}\nMobile: {who['phone']}\nMail: {who['email']}\nFull address: {street}"
    )


WAYS = (
    tab_row, contact_in_one_cell, contacts_last, email_first, headed_tabs, german_csv, french_csv,
    quoted_csv, labelled, block, contacts_above, one_line, address_in_one,
)  # fmt: skip


@pytest.mark.parametrize("key", PEOPLE)
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_person_is_read_whole_and_without_doubt(
    way: Callable[[Person, str], str], key: str
) -> None:
    who = dict(zip(FIELDS, PEOPLE[key], strict=True))

    (read,) = parse_pasted(way(who, key))

    assert {name: read.as_dict()[name] for name in FIELDS} == {**who, **READ[key]}
    assert read.findings == ()
    assert read.confidence == 1.0


@pytest.mark.parametrize("way", [tab_row, block, labelled, one_line], ids=lambda way: way.__name__)
def test_all_people_of_one_paste_come_in_order(way: Callable[[Person, str], str]) -> None:
    people = {key: dict(zip(FIELDS, row, strict=True)) for key, row in PEOPLE.items()}
    between = "\n" if way in (tab_row, one_line) else "\n\n"

    read = parse_pasted(between.join(way(who, key) for key, who in people.items()))

    assert [one.address.name for one in read] == [who["name"] for who in people.values()]
    assert [one.address.postal_code for one in read] == [
        who["postal_code"] for who in people.values()
    ]


def test_text_at_the_limit_is_read_and_one_more_is_refused() -> None:
    assert len(parse_pasted("x" * MAX_TEXT)) == 1

    with pytest.raises(PasteTooLarge, match="200001 characters"):
        parse_pasted("x" * (MAX_TEXT + 1))


def test_answer_has_exactly_the_agreed_keys() -> None:
    (read,) = parse_pasted("Jane Roe, 12 Main St, Austin, TX 78701", carrier="DONKEY")

    document = read.as_dict()

    assert list(document) == [*FIELDS, "confidence", "findings"]
    findings = document["findings"]
    assert isinstance(findings, list)
    assert all(list(found) == ["field", "code", "message", "severity"] for found in findings)
    assert [(found["field"], found["code"]) for found in findings] == [
        ("country", "address.country_inferred"),
        ("phone", "phone.missing"),
        ("carrier", "carrier.unknown"),
    ]
