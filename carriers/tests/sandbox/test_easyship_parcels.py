"""Several parcels in one shipment: what they cost together, their labels and their numbers."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import RunningTwin

Body = dict[str, Any]
NO_SERVICE = "No shipping solutions available based on the information provided"
HEAVY = bodies.parcel(total_actual_weight=4.0)
LIGHT = bodies.parcel(total_actual_weight=2.0, box={"length": 20, "width": 15, "height": 10})


def prices(twin: RunningTwin, *parcels: Body) -> dict[str, float]:
    answer = twin.easyship("POST", "/rates", bodies.rate_request(parcels=list(parcels)))
    assert answer.status_code == 200, answer.text
    return {
        rate["courier_service"]["name"]: rate["total_charge"] for rate in answer.json()["rates"]
    }


def bought(twin: RunningTwin, *parcels: Body, format_: str = "pdf") -> Body:
    return steps.created(twin, bodies.bought_now(format_=format_, parcels=list(parcels)))


def pages(shipment: Body) -> list[int]:
    label = next(d for d in shipment["shipping_documents"] if d["category"] == "label")
    files = [base64.b64decode(text) for text in label["base64_encoded_strings"]]
    return [len(PdfReader(BytesIO(file)).pages) for file in files]


def test_cost_what_they_are_billed_by_together(twin: RunningTwin) -> None:
    together = prices(twin, HEAVY, LIGHT)

    assert together == prices(twin, LIGHT, HEAVY)
    assert together == prices(twin, bodies.parcel(total_actual_weight=6.0))


def test_size_counts_for_each_by_itself(twin: RunningTwin) -> None:
    bulky = LIGHT | {"box": {"length": 50, "width": 40, "height": 30}}

    assert prices(twin, HEAVY, bulky) == prices(twin, bodies.parcel(total_actual_weight=16.0))


def test_are_bought_with_one_label_each_and_paid_once(twin: RunningTwin) -> None:
    before = steps.balance(twin)

    shipment = bought(twin, HEAVY, LIGHT)

    numbers = [parcel["tracking_number"] for parcel in shipment["parcels"]]
    assert len(set(numbers)) == 2
    assert numbers[0] == shipment["trackings"][0]["tracking_number"]
    assert [parcel["total_actual_weight"] for parcel in shipment["parcels"]] == [4.0, 2.0]
    assert pages(shipment) == [1, 1]
    assert before - steps.balance(twin) == pytest.approx(steps.price(shipment))
    assert len(twin.labels()) == 1


@pytest.mark.parametrize(("told", "first_has_one"), [("first", True), ("none", False)])
def test_may_have_no_numbers_of_their_own(
    twin: RunningTwin, told: str, first_has_one: bool
) -> None:
    twin.options(easyship_parcel_numbers=told)

    shipment = bought(twin, HEAVY, LIGHT)

    first, second = (parcel["tracking_number"] for parcel in shipment["parcels"])
    assert (first is not None, second) == (first_has_one, None)
    assert shipment["trackings"][0]["tracking_number"]


def test_labels_may_come_as_pages_of_one_text(twin: RunningTwin) -> None:
    twin.options(easyship_parcel_labels="joined")

    assert pages(bought(twin, HEAVY, LIGHT)) == [2]


def test_find_no_courier_where_the_option_says_so(twin: RunningTwin) -> None:
    twin.options(easyship_several_parcels="refuse")
    two = [HEAVY, LIGHT]

    rated = twin.easyship("POST", "/rates", bodies.rate_request(parcels=two))
    made = twin.easyship("POST", "/shipments", bodies.shipment(parcels=two))

    assert steps.details(rated) == [NO_SERVICE]
    assert (made.status_code, made.json()["shipment"]["rates"]) == (202, [])


def test_every_fault_of_every_parcel_is_named(twin: RunningTwin) -> None:
    bad = bodies.parcel(total_actual_weight=0, items=[{"declared_currency": "USD"}])

    answer = twin.easyship("POST", "/rates", bodies.rate_request(parcels=[HEAVY, bad, bad]))

    faults = [told for told in steps.details(answer) if "total_actual_weight" in told]
    assert [told.split(".")[0] for told in faults] == ["parcels[1]", "parcels[2]"]
