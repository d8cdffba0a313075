"""What Easyship knows: addresses, customs, codes of goods, parcels bought elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NO_RECORD = "No import tax record was found for the specified origin and destination"
MISSING = "11111111-2222-4333-8444-555555555555"
Body = dict[str, Any]


def asked(**changes: Any) -> Body:
    return {
        "company_name": None,
        "line_1": "77 Marigold Lane",
        "line_2": None,
        "city": "denver",
        "state": "CO",
        "postal_code": "80205",
        "country_alpha2": "US",
    } | changes


def validated(twin: RunningTwin, **changes: Any) -> Body:
    answer = twin.easyship("POST", "/addresses/validations", asked(**changes))
    assert answer.status_code == 200, answer.text
    address: Body = answer.json()["address"]
    return address


def test_a_good_address_is_verified_and_tidied(twin: RunningTwin) -> None:
    address = validated(twin)

    verdict = address["validation"]
    assert (verdict["status"], verdict["comparison"]["changes"]) == ("verified", "minor")
    assert (verdict["address"]["line_1"], verdict["address"]["city"]) == (
        "77 Marigold Ln",
        "Denver",
    )
    assert (address["line_1"], address["city"]) == ("77 Marigold Lane", "denver")


def test_a_tidied_address_can_take_the_place_of_the_asked(twin: RunningTwin) -> None:
    address = validated(twin, replace_with_validation_result=True)

    assert (address["line_1"], address["city"]) == ("77 Marigold Ln", "Denver")


def test_an_address_that_is_tidy_already_is_unchanged(twin: RunningTwin) -> None:
    address = validated(twin, line_1="77 Marigold Ln", city="Denver")

    assert address["validation"]["comparison"]["changes"] == "none"


@pytest.mark.parametrize(
    ("country", "state", "good", "bad"),
    [
        ("US", "CO", "80205-1234", "8020"),
        ("CA", "ON", "M5V 3L9", "M5V 399"),
        ("GB", "", "e6 7fb", "6E 7FB"),
        ("DE", "", "10115", "1011"),
        ("AU", "NSW", "2000", "20000"),
        ("KE", "", "anything", ""),
    ],
)
def test_a_postal_code_is_of_its_country(
    twin: RunningTwin, country: str, state: str, good: str, bad: str
) -> None:
    place = {"country_alpha2": country, "state": state}

    verdicts = [validated(twin, postal_code=code, **place)["validation"] for code in (good, bad)]

    statuses = [verdict["status"] for verdict in verdicts]
    assert statuses == ["verified", "verified" if country == "KE" else "failed"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"line_1": "x" * 36}, "line_1 is too long (maximum is 35 characters)"),
        ({"company_name": "x" * 28}, "company_name is too long (maximum is 27 characters)"),
        ({"state": None}, "state can't be blank"),
    ],
)
def test_an_address_without_sense_is_refused(twin: RunningTwin, changes: Body, told: str) -> None:
    answer = twin.easyship("POST", "/addresses/validations", asked(**changes))

    assert steps.details(answer) == [told]


@pytest.mark.parametrize("country", [None, "US", "GB"])
def test_a_domestic_address_is_american_whatever_it_says(
    twin: RunningTwin, country: str | None
) -> None:
    given = {name: value for name, value in asked(country_alpha2=country).items() if value}

    answer = twin.easyship("POST", "/addresses/validations_domestic", given)

    address = answer.json()["address"]
    assert (address["validation"]["status"], address["country_alpha2"]) == ("verified", "US")


def due(twin: RunningTwin, **changes: Any) -> tuple[float, float]:
    answer = twin.easyship("POST", "/taxes_and_duties", bodies.duties(**changes))
    assert answer.status_code == 200, answer.text
    told = answer.json()["tax_and_duty"]
    return told["tax"], told["duty"]


def goods(value: float, code: str = "95030089", origin: str = "US") -> list[Body]:
    return [{"duty_origin_country_alpha2": origin, "hs_code": code, "customs_value": value}]


def test_below_the_free_value_there_is_only_tax(twin: RunningTwin) -> None:
    assert due(twin) == (14.08, 0.0)


def test_above_it_there_is_duty_and_tax_on_all(twin: RunningTwin) -> None:
    assert due(twin, items=goods(200.0)) == (45.08, 4.0)


def test_duty_follows_the_code(twin: RunningTwin) -> None:
    duties = [due(twin, items=goods(200.0, code))[1] for code in ("61091000", "73239300")]

    assert duties == [24.0, 8.0]


def test_goods_that_come_home_pay_no_duty(twin: RunningTwin) -> None:
    assert due(twin, items=goods(200.0, origin="GB"))[1] == 0.0


def test_within_a_country_nothing_is_due(twin: RunningTwin) -> None:
    assert due(twin, destination_country_alpha2="US", items=goods(5000.0)) == (0.0, 0.0)


def test_an_unknown_destination_has_no_tariff(twin: RunningTwin) -> None:
    answer = twin.easyship(
        "POST", "/taxes_and_duties", bodies.duties(destination_country_alpha2="ZW")
    )

    assert steps.details(answer) == [NO_RECORD]


def test_every_code_that_is_none_is_named(twin: RunningTwin) -> None:
    items = [*goods(1.0), *goods(1.0, "9503"), *goods(1.0, "toys")]

    answer = twin.easyship("POST", "/taxes_and_duties", bodies.duties(items=items))

    assert steps.details(answer) == [
        "items[1]: hs_code is not an eight-digit number",
        "items[2]: hs_code is not an eight-digit number",
    ]


def codes(twin: RunningTwin, query: str) -> list[str]:
    rows = twin.easyship("GET", f"/hs_codes{query}").json()["hs_codes"]
    return [row["code"] for row in rows]


def test_codes_are_found_by_their_beginning_and_by_words(twin: RunningTwin) -> None:
    toys = codes(twin, "?code=9503&per_page=100")
    by_words = codes(twin, "?description=TOYS&per_page=100")

    assert toys
    assert all(code.startswith("9503") for code in toys)
    assert set(toys) & set(by_words)
    assert codes(twin, "?code=9503&description=no%20such%20goods") == []


def test_codes_are_paged(twin: RunningTwin) -> None:
    first = twin.easyship("GET", "/hs_codes?per_page=2").json()
    second = codes(twin, "?per_page=2&page=2")

    assert first["meta"]["pagination"]["next"] == 2
    assert not {row["code"] for row in first["hs_codes"]} & set(second)


def test_every_category_leads_to_a_code_that_is_listed(twin: RunningTwin) -> None:
    listed = set(codes(twin, "?per_page=100"))

    found = twin.easyship("GET", "/item_categories?per_page=100").json()["item_categories"]

    assert found
    assert {row["hs_code"] for row in found} <= listed


def test_a_category_does_in_place_of_a_code(twin: RunningTwin) -> None:
    item = bodies.parcel()["items"][0]
    by_slug = {name: item[name] for name in item if name != "hs_code"} | {"category": "toys"}
    neither = {name: by_slug[name] for name in by_slug if name != "category"}

    taken, refused = (
        twin.easyship("POST", "/shipments", bodies.shipment(parcels=[bodies.parcel(items=[one])]))
        for one in (by_slug, neither)
    )

    assert taken.status_code == 201
    told = "parcels[0].items[0].category can't be blank if hs_code is blank"
    assert steps.details(refused) == [told]


@pytest.mark.parametrize(
    ("category", "value", "status"),
    [("documents", 0, 201), ("documents", -1, 422), ("toys", 0, 422)],
)
def test_only_documents_may_be_worth_nothing(
    twin: RunningTwin, category: str, value: float, status: int
) -> None:
    item = bodies.parcel()["items"][0] | {"category": category, "declared_customs_value": value}

    body = bodies.shipment(parcels=[bodies.parcel(items=[item])])

    assert twin.easyship("POST", "/shipments", body).status_code == status


def followed(twin: RunningTwin, **changes: Any) -> Body:
    body = {"tracking_number": "1Z0000000000000017", "courier_service_name": "UPS"} | changes
    answer = twin.easyship("POST", "/trackings", body)
    assert answer.status_code == 201, answer.text
    tracking: Body = answer.json()["tracking"]
    return tracking


def test_a_parcel_from_elsewhere_is_followed_and_moved(twin: RunningTwin) -> None:
    pk = followed(twin)["id"]

    moved = twin.easyship("PATCH", f"/sandbox/trackings/{pk}", {"status_slug": "out_for_delivery"})

    shown = twin.easyship("GET", f"/trackings/{pk}").json()["tracking"]
    assert moved.status_code == 200
    assert shown["status"] == "Out for Delivery"


def test_parcels_from_elsewhere_are_filtered_and_let_go(twin: RunningTwin) -> None:
    place = {"destination_address": {"country_alpha2": "GB"}}
    home, abroad = followed(twin), followed(twin, **place)
    path = "/trackings?destination_country_alpha2=GB"

    found = twin.easyship("GET", path).json()["trackings"]
    twin.easyship("DELETE", f"/trackings/{abroad['id']}")

    assert [row["id"] for row in found] == [abroad["id"]]
    assert twin.easyship("GET", path).json()["trackings"] == []
    assert [row["id"] for row in twin.easyship("GET", "/trackings").json()["trackings"]] == [
        home["id"]
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"tracking_number": ""},
        {"courier_service_name": ""},
        {"courier_service_id": MISSING, "courier_service_name": ""},
        {"origin_address_id": MISSING},
    ],
)
def test_a_parcel_that_cannot_be_followed_is_refused(twin: RunningTwin, changes: Body) -> None:
    body = {"tracking_number": "1Z0000000000000017", "courier_service_name": "UPS"} | changes

    assert twin.easyship("POST", "/trackings", body).status_code == 422
    assert twin.easyship("GET", "/trackings").json()["trackings"] == []
