"""Easyship's manners: the bearer, envelopes, pages, both layers of refusals, limits."""

from __future__ import annotations

from typing import Any

import pytest

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NOT_COMPLIANT = "The request does not comply with the OpenAPI Specification."


def test_pages_say_what_comes_next(twin: RunningTwin) -> None:
    first = twin.easyship("GET", "/courier_services?per_page=8").json()
    last = twin.easyship("GET", "/courier_services?per_page=8&page=2").json()

    assert (len(first["courier_services"]), len(last["courier_services"])) == (8, 4)
    assert first["meta"]["pagination"] == {"page": 1, "next": 2, "count": 12}
    assert last["meta"]["pagination"] == {"page": 2, "next": None, "count": 12}


def test_shipments_are_paged_without_a_count(twin: RunningTwin) -> None:
    for number in range(3):
        steps.created(twin, bodies.shipment(f"KS-{number}"))

    answer = twin.easyship("GET", "/shipments?per_page=2").json()

    numbers = [row["order_data"]["platform_order_number"] for row in answer["shipments"]]
    assert numbers == ["KS-2", "KS-1"]
    assert answer["meta"]["pagination"] == {"page": 1, "next": 2, "count": None}


@pytest.mark.parametrize("query", ["per_page=101", "per_page=0", "page=x", "page=²"])
def test_page_parameters_out_of_range_are_refused(twin: RunningTwin, query: str) -> None:
    answer = twin.easyship("GET", f"/shipments?{query}")

    assert steps.details(answer)[0] == NOT_COMPLIANT
    assert answer.json()["error"]["code"] == "invalid_url_param"


def test_a_body_that_is_no_json_is_a_400(twin: RunningTwin) -> None:
    answer = twin.easyship("POST", "/shipments", data=b"{not json")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"


CREATE = "ShipmentCreate"
TO = "DestinationAddress"
WEIGHT = "ParcelCreate/properties/total_actual_weight"
UNIT = f"{CREATE}/properties/shipping_settings/properties/units/properties/weight"
# What is wrong, what is sent, and what is told of it.
FORM_FAULTS: list[tuple[str, dict[str, Any], str]] = [
    (
        "unknown key",
        {"courier_selection": {}},
        f"@{CREATE} does not define properties: courier_selection",
    ),
    (
        "null line",
        {"origin_address": bodies.origin(line_1=None)},
        "@Address/properties/line_1 does not allow null values",
    ),
    (
        "null phone",
        {"destination_address": bodies.destination(contact_phone=None)},
        f"@{TO}/properties/contact_phone does not allow null values",
    ),
    (
        "unknown key of an address",
        {"destination_address": bodies.destination(name="Ines")},
        f"@{TO} does not define properties: name",
    ),
    (
        "unknown terms",
        {"incoterms": "EXW"},
        f'"EXW" isn\'t part of the enum in @{CREATE}/properties/incoterms',
    ),
    (
        "unknown unit",
        {"shipping_settings": {"units": {"weight": "stone"}}},
        f'"stone" isn\'t part of the enum in @{UNIT}',
    ),
    (
        "text for an object",
        {"origin_address": "Reno"},
        f'@{CREATE}/properties/origin_address expected object, but received String: "Reno"',
    ),
    (
        "text for a number",
        {"parcels": [bodies.parcel(total_actual_weight="1")]},
        f'@{WEIGHT} expected number, but received String: "1"',
    ),
    (
        "truth for a number",
        {"parcels": [bodies.parcel(total_actual_weight=True)]},
        f"@{WEIGHT} expected number, but received TrueClass: true",
    ),
    (
        "no parcels",
        {"parcels": []},
        f"@{CREATE}/properties/parcels [] contains fewer than min items",
    ),
    (
        "no uuid",
        {"origin_address_id": "x"},
        f'@{CREATE}/properties/origin_address_id Value: "x" is not conformant with UUID format',
    ),
]


@pytest.mark.parametrize(
    ("changes", "told"),
    [row[1:] for row in FORM_FAULTS],
    ids=[row[0] for row in FORM_FAULTS],
)
def test_a_fault_of_form_is_told_alone(
    twin: RunningTwin, changes: dict[str, Any], told: str
) -> None:
    answer = twin.easyship("POST", "/shipments", bodies.shipment(**changes))

    assert steps.details(answer) == [NOT_COMPLIANT, told.replace("@", "#/components/schemas/")]
    assert answer.json()["error"]["code"] == "invalid_content"
    assert twin.report()["bookings"] == []


def test_open_objects_take_what_they_do_not_know(twin: RunningTwin) -> None:
    body = bodies.shipment(courier_settings={"allow_courier_fallback": True})

    assert twin.easyship("POST", "/shipments", body).status_code == 201
