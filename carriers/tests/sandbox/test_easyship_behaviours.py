"""The thirteen behaviours of Easyship that its reference asks a stand-in to copy, in its order."""

from __future__ import annotations

import re

import pytest
import requests

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import EASYSHIP_TOKEN, PRODUCTION_TOKEN, RunningTwin
from carriers.tests.sandbox.test_easyship_handover import order_pickup

NOT_COMPLIANT = "The request does not comply with the OpenAPI Specification."
NO_SERVICE = "No shipping solutions available based on the information provided"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def old(twin: RunningTwin, path: str) -> requests.Response:
    return requests.get(f"{twin.url}/2023-01{path}", headers=bearer(EASYSHIP_TOKEN), timeout=10)


def error(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_both_versions_are_served_and_unknown_paths_say_so(twin: RunningTwin) -> None:
    """Paths: `/2024-09/…` and, for old clients, `/2023-01/…`; unknown is `invalid_endpoint`."""
    pk = steps.created(twin)["easyship_shipment_id"]

    found = old(twin, f"/shipments/{pk}")

    assert found.json()["shipment"]["easyship_shipment_id"] == pk
    unknown = twin.easyship("GET", "/nowhere")
    assert error(unknown) == error(old(twin, "/nowhere")) == (404, "invalid_endpoint")
    assert steps.details(unknown, 404) == [NOT_COMPLIANT]


class TestToken:
    """Auth: 401 before anything else; 403 without the scope; each host has tokens of its own."""

    @pytest.mark.parametrize("path", ["/account", "/shipments/ESUS40551001", "/nowhere"])
    @pytest.mark.parametrize("header", ["", "Bearer wrong", "Basic abc"])
    def test_wrong_token_is_refused_on_every_route(
        self, twin: RunningTwin, path: str, header: str
    ) -> None:
        answer = twin.easyship("GET", path, headers={"Authorization": header})

        told = answer.json()["error"]
        assert answer.status_code == 401
        assert (told["code"], told["message"]) == ("invalid_token", "Invalid token.")
        assert told["details"] == []
        assert "links" not in told

    def test_token_without_the_scope_is_forbidden(self, twin: RunningTwin) -> None:
        twin.options(easyship_scopes="public.rate:read public.shipment:read")

        asked = twin.easyship("POST", "/rates", bodies.rate_request())
        written = twin.easyship("POST", "/shipments", bodies.shipment())

        assert asked.status_code == 200
        assert error(written) == (403, "forbidden")
        assert twin.report()["bookings"] == []

    @pytest.mark.parametrize(
        ("host", "statuses"),
        [("any", [200, 200]), ("sandbox", [200, 401]), ("production", [401, 200])],
    )
    def test_token_of_the_other_host_is_wrong(
        self, twin: RunningTwin, host: str, statuses: list[int]
    ) -> None:
        twin.options(easyship_host=host)

        answers = [
            twin.easyship("GET", "/account", headers=bearer(token))
            for token in (EASYSHIP_TOKEN, PRODUCTION_TOKEN)
        ]

        assert [answer.status_code for answer in answers] == statuses


def test_ids_have_the_shapes_of_their_kinds(twin: RunningTwin) -> None:
    """Ids: 32 hex for the request, twice; ES with the destination; P with the origin; uuids."""
    good, bad = twin.easyship("GET", "/account"), twin.easyship("GET", "/shipments/ESUS1")
    london = bodies.destination(country_alpha2="GB", state="", city="London", postal_code="E6 7FB")
    abroad = steps.created(twin, bodies.shipment(destination_address=london))
    shipment = steps.created(twin, bodies.bought_now())
    pickup = order_pickup(twin, shipment).json()["pickup"]

    requested = [good.json()["meta"]["request_id"], bad.json()["error"]["request_id"]]
    assert requested == [good.headers["X-Request-Id"], bad.headers["X-Request-Id"]]
    assert all(re.fullmatch(r"[0-9a-f]{32}", text) for text in requested)
    assert good.headers["Content-Type"] == "application/json; charset=utf-8"
    assert re.fullmatch(r"ESGB\d{8}", abroad["easyship_shipment_id"])
    assert re.fullmatch(r"ESUS\d{8}", shipment["easyship_shipment_id"])
    assert re.fullmatch(r"PUS\d{8}", pickup["easyship_pickup_id"])
    uuid = r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"
    assert re.fullmatch(uuid, shipment["parcels"][0]["id"])
    assert re.fullmatch(uuid, shipment["courier_service"]["id"])


class TestValidation:
    """Validation: first the form, with one message; then the sense, with all of them."""

    def test_fault_of_form_is_told_alone(self, twin: RunningTwin) -> None:
        answer = twin.easyship("POST", "/rates", {"parcels": [bodies.parcel(items=[])]})

        told = "missing required parameters: origin_address, destination_address"
        assert steps.details(answer) == [
            NOT_COMPLIANT,
            f"#/components/schemas/RateRequest {told}",
        ]

    def test_faults_of_sense_are_told_all(self, twin: RunningTwin) -> None:
        item = {"quantity": 1, "declared_currency": "USD", "declared_customs_value": 0}
        body = bodies.shipment(
            origin_address=bodies.origin(line_1="x" * 36),
            destination_address=bodies.destination(state=""),
            parcels=[bodies.parcel(total_actual_weight=0, box=None, items=[item])],
        )

        answer = twin.easyship("POST", "/shipments", body)

        assert steps.details(answer) == [
            "origin_address.line_1 is too long (maximum is 35 characters)",
            "destination_address.state can't be blank",
            "parcels[0].total_actual_weight must be greater than 0",
            "parcels[0].items[0].category can't be blank if hs_code is blank",
            "parcels[0].items[0].dimensions can't be blank",
            "parcels[0].items[0].declared_customs_value must be greater than 0",
            "parcels[0].items[0].description can't be blank",
        ]
        assert twin.report()["bookings"] == []


class TestRates:
    """Rates: the same for the same parcel, ranked; 422 when nothing fits, also on demand."""

    def test_rates_are_ordered_ranked_and_repeat(self, twin: RunningTwin) -> None:
        first, second = (
            twin.easyship("POST", "/rates", bodies.rate_request()).json() for _ in range(2)
        )

        charges = [rate["total_charge"] for rate in first["rates"]]
        assert charges == sorted(charges)
        assert first["rates"] == second["rates"]
        assert first["meta"]["pagination"] == {"page": 1, "next": None, "count": len(charges)}
        best = first["rates"][0]
        parts = best["shipment_charge"] + best["fuel_surcharge"]
        assert parts == pytest.approx(best["total_charge"])
        ranks = {name: [rate[name] for rate in first["rates"]] for name in best if "_rank" in name}
        assert ranks.keys() == {"cost_rank", "delivery_time_rank", "value_for_money_rank"}
        assert ranks["cost_rank"] == sorted(ranks["cost_rank"])
        assert [min(told) for told in ranks.values()] == [1, 1, 1]

    @pytest.mark.parametrize("heavy_at", [0, 1])
    def test_no_service_is_a_422_and_no_empty_list(self, twin: RunningTwin, heavy_at: int) -> None:
        parcels = [bodies.parcel(), bodies.parcel()][:heavy_at]
        parcels.append(bodies.parcel(total_actual_weight=900))

        answer = twin.easyship("POST", "/rates", bodies.rate_request(parcels=parcels))

        assert steps.details(answer) == [NO_SERVICE]

    def test_nothing_is_on_offer_when_told_so(self, twin: RunningTwin) -> None:
        twin.options(easyship_no_solutions=True)

        answer = twin.easyship("POST", "/rates", bodies.rate_request())

        assert steps.details(answer) == [NO_SERVICE]


class TestCreate:
    """Create: echoes what was sent, insures goods and carriage, and buys the label if asked."""

    def test_answer_is_the_shipment_with_the_best_service(self, twin: RunningTwin) -> None:
        answer = twin.easyship("POST", "/shipments", bodies.shipment())

        shipment = answer.json()["shipment"]
        assert answer.status_code == 201
        assert (shipment["shipment_state"], shipment["label_state"]) == ("created", "not_created")
        best = shipment["rates"][0]
        assert shipment["courier_service"]["name"] == best["courier_service"]["name"]
        assert best["rates_in_origin_currency"] is None
        assert shipment["order_data"]["platform_order_number"] == "KS-20931"
        assert shipment["metadata"] == {"order": 7}
        assert shipment["destination_address"]["contact_phone"] == "+12085550117"
        assert shipment["origin_address"]["contact_phone"] == "+17755550140"
        assert shipment["parcels"][0]["items"][0]["hs_code"] == "73239300"
        insured = shipment["insurance"]["insured_amount"]
        assert insured == round(37.0 + steps.price(shipment), 2)
        assert answer.json()["meta"]["unavailable_couriers"] == []
        assert twin.labels() == []

    def test_label_bought_with_the_shipment_is_in_the_answer(self, twin: RunningTwin) -> None:
        shipment = steps.created(twin, bodies.bought_now())

        assert (shipment["label_state"], shipment["delivery_state"]) == ("generated", "pending")
        assert shipment["label_paid_at"] is not None
        [tracking] = shipment["trackings"]
        assert "TEST" in tracking["tracking_number"]
        assert shipment["parcels"][0]["tracking_number"] == tracking["tracking_number"]
        assert tracking["handler"] == shipment["courier_service"]["umbrella_name"].lower()
        [sold] = twin.labels()
        assert sold["tracking_number"] == tracking["tracking_number"]
        assert float(sold["cost"]) == steps.price(shipment)

    def test_label_keeps_its_caller_waiting_when_told_so(self, twin: RunningTwin) -> None:
        twin.options(easyship_sync_label_seconds=30.0)

        with pytest.raises(requests.exceptions.ReadTimeout):
            twin.easyship("POST", "/shipments", bodies.bought_now(), timeout=0.3)
