"""Labels of Veeqo without an order, as clients of its rate shopping ask for them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from carriers.tests.sandbox.running import RunningTwin

RATES = "/shipping/api/v1/rates"
PARCELS = "/shipping/api/v1/shipments"
Body = dict[str, Any]


def place(**changes: Any) -> Body:
    return {
        "name": "Ines Calder",
        "phone": "+12085550117",
        "line1": "912 Alder St",
        "town": "Boise",
        "county": "ID",
        "postcode": "83702",
        "country_code": "US",
    } | changes


def parcel_rates(**changes: Any) -> Body:
    box = {"weight": 24.7, "weight_unit": "oz", "dimension_unit": "in"}
    return {
        "from_address": place(name="Reno DC", town="Reno", county="NV", postcode="89502"),
        "to_address": place(),
        "parcels": [box | {"length": 12, "width": 9, "height": 6}],
        "customer_reference": "EB-123",
        "include_unavailable_quotes": False,
    } | changes


def quoted(twin: RunningTwin, carrier: str = "FEDEX", **changes: Any) -> tuple[str, Body]:
    """The id of what was asked for, and its cheapest quote of a carrier."""
    answer = twin.veeqo("POST", RATES, body=parcel_rates(**changes))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    quote = next(row for row in told["quotes"] if row["carrier_id"] == carrier)
    return told["remote_shipment_id"], quote


def booked(twin: RunningTwin, pk: str, quote: Body, **more: Any) -> Body:
    one = {"remote_shipment_id": pk, "rate_id": quote["rate_id"]} | more
    answer = twin.veeqo("POST", PARCELS, body={"label_format": "PDF", "shipments": [one]})
    assert answer.status_code == 200, answer.text
    told: Body = answer.json()
    return told


def test_a_parcel_without_an_order_is_quoted_bought_and_taken_back(twin: RunningTwin) -> None:
    pk, quote = quoted(twin)

    sold = booked(twin, pk, quote)["successful"][pk]
    read = twin.veeqo("GET", f"{PARCELS}/{sold['tracking_number']}").json()
    file = twin.veeqo("GET", f"{PARCELS}/{pk}/label.png")
    gone = twin.veeqo("DELETE", f"{PARCELS}/{pk}")

    assert base64.b64decode(sold["label_content"]).startswith(b"%PDF-")
    assert sold["total_charge"] == {"value": float(quote["total_charge"]), "unit": "USD"}
    assert (read["tracking_number"], read["carrier_id"]) == (sold["tracking_number"], "FEDEX")
    assert file.content.startswith(b"\x89PNG")
    assert (gone.status_code, gone.content) == (204, b"")
    assert twin.veeqo("DELETE", f"{PARCELS}/{pk}").status_code == 404
    [label] = twin.labels()
    assert (label["reference"], label["state"]) == ("EB-123", "voided")
    assert label["cost"] == quote["total_charge"]


def test_a_rate_with_extras_wants_them_back(twin: RunningTwin) -> None:
    pk, quote = quoted(twin, "USPS")
    [group, _] = quote["shipping_service_options"]

    refused = booked(twin, pk, quote)
    sold = booked(twin, pk, quote, **{group["key"]: group["values"][0]["value"]})

    assert "INVALID_VALUE_ADDED_SERVICES" in refused["failed"][pk]["error_messages"][0]
    assert list(sold["successful"]) == [pk]


def test_a_success_may_hold_a_failure(twin: RunningTwin) -> None:
    old_pk, old = quoted(twin)
    twin.advance(16 * 60)
    pk, quote = quoted(twin)
    booked(twin, pk, quote)

    told = [
        booked(twin, old_pk, old)["failed"][old_pk],
        booked(twin, pk, quote)["failed"][pk],
        booked(twin, "prb0", quote)["failed"]["prb0"],
    ]

    words = ["expired", "already booked", "not found"]
    assert all(word in row["error_messages"][0] for word, row in zip(words, told, strict=True))
    assert len(twin.labels()) == 1


@pytest.mark.parametrize(("effect", "sold"), [("no_funds", 0), ("price_changed", 1)])
def test_faults_of_purchases_meet_a_parcel_without_an_order(
    twin: RunningTwin, effect: str, sold: int
) -> None:
    pk, quote = quoted(twin)
    twin.fault("POST", "/shipping/", effect, reference="EB-123")

    told = booked(twin, pk, quote)

    assert (len(told["successful"]), len(twin.labels())) == (sold, sold)
    if sold:
        charge = told["successful"][pk]["total_charge"]["value"]
        assert charge == pytest.approx(float(quote["total_charge"]) * 1.07, abs=0.006)


def test_services_that_do_not_fit_say_why_when_asked(twin: RunningTwin) -> None:
    body = parcel_rates(include_unavailable_quotes=True)

    told = twin.veeqo("POST", RATES, body=body).json()

    assert told["unavailable_quotes"]
    assert all(row["unavailable_reasons"][0]["message"] for row in told["unavailable_quotes"])


def test_weights_in_every_unit_cost_the_same(twin: RunningTwin) -> None:
    sides = {"length": 30, "width": 20, "height": 10, "dimension_unit": "cm"}
    weights = [(2000, "g"), (2, "kg"), (70.5479, "oz"), (4.40925, "lb")]

    charges = {
        quoted(twin, parcels=[sides | {"weight": weight, "weight_unit": unit}])[1]["total_charge"]
        for weight, unit in weights
    }

    assert len(charges) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"customer_reference": ""}, "customer_reference is missing"),
        ({"parcels": []}, "parcels must hold one parcel"),
        ({"parcels": [{}, {}]}, "parcels must hold one parcel"),
        ({"to_address": {"name": "x"}}, "to_address.line1 is missing"),
        (
            {"parcels": [{"weight": 0, "weight_unit": "t"}]},
            "parcels[0].weight must be greater than 0",
        ),
    ],
)
def test_a_request_for_rates_without_sense_is_refused(
    twin: RunningTwin, changes: Body, fault: str
) -> None:
    answer = twin.veeqo("POST", RATES, body=parcel_rates(**changes))

    assert answer.status_code == 400
    assert fault in answer.json()["error_messages"]


def test_a_booking_that_names_no_shipments_buys_nothing(twin: RunningTwin) -> None:
    _, quote = quoted(twin)

    answer = twin.veeqo("POST", PARCELS, body={"rate_id": quote["rate_id"], "label_format": "PDF"})

    assert answer.status_code == 400
    assert twin.labels() == []
