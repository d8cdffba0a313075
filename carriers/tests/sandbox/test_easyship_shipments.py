"""Rates and shipments at Easyship: made, listed, changed, deleted, cancelled."""

from __future__ import annotations

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import RunningTwin

DAY_S = 86400.0


def service_named(twin: RunningTwin, name: str) -> str:
    found = twin.easyship("GET", "/courier_services?per_page=100").json()["courier_services"]
    return next(str(row["id"]) for row in found if row["name"] == name)


def test_rates_narrow_by_service(twin: RunningTwin) -> None:
    wanted = service_named(twin, "FedEx Ground")
    body = bodies.rate_request(filter_options={"courier_service_ids": [wanted]})

    [rate] = twin.easyship("POST", "/rates", body).json()["rates"]

    assert rate["courier_service"]["name"] == "FedEx Ground"


def test_units_are_understood(twin: RunningTwin) -> None:
    metric = bodies.rate_request()
    pounds = bodies.parcel(
        total_actual_weight=0.7 / 0.45359237,
        box={"length": 30 / 2.54, "width": 22 / 2.54, "height": 12 / 2.54},
    )
    units = {"units": {"weight": "lb", "dimensions": "in"}}
    imperial = bodies.rate_request(parcels=[pounds], shipping_settings=units)

    charges = [
        [rate["total_charge"] for rate in twin.easyship("POST", "/rates", body).json()["rates"]]
        for body in (metric, imperial)
    ]

    assert charges[0] == charges[1]


def test_answers_are_metric(twin: RunningTwin) -> None:
    units = {"units": {"weight": "lb", "dimensions": "in"}}
    parcel = bodies.parcel(total_actual_weight=1, box={"length": 10, "width": 8, "height": 4})

    shipment = steps.created(twin, bodies.shipment(parcels=[parcel], shipping_settings=units))

    [told] = shipment["parcels"]
    assert told["total_actual_weight"] == 0.4536
    assert told["box"]["outer_dimensions"] == {"length": 25.4, "width": 20.32, "height": 10.16}


def test_a_chosen_service_is_the_only_one_quoted(twin: RunningTwin) -> None:
    wanted = service_named(twin, "FedEx 2Day")

    shipment = steps.created(twin, bodies.shipment(courier_settings={"courier_service_id": wanted}))

    assert [rate["courier_service"]["id"] for rate in shipment["rates"]] == [wanted]


def test_another_service_may_stand_in(twin: RunningTwin) -> None:
    abroad = service_named(twin, "FedEx International Economy")
    settings = {"courier_service_id": abroad}
    alone = bodies.shipment(courier_settings=settings)
    replaceable = bodies.shipment(courier_settings=settings | {"allow_fallback": True})

    refused = twin.easyship("POST", "/shipments", alone)
    taken = twin.easyship("POST", "/shipments", replaceable)

    assert (refused.status_code, taken.status_code) == (202, 201)
    assert refused.json()["shipment"]["courier_service"] is None
    assert taken.json()["shipment"]["courier_service"] is not None


def test_a_shipment_that_nothing_carries_stands_and_is_mended(twin: RunningTwin) -> None:
    heavy = bodies.shipment(parcels=[bodies.parcel(total_actual_weight=900)])

    answer = twin.easyship("POST", "/shipments", heavy)

    shipment = answer.json()["shipment"]
    assert answer.status_code == 202
    assert answer.json()["meta"]["status"] == "partial_success"
    assert (shipment["courier_service"], shipment["rates"]) == (None, [])
    pk = shipment["easyship_shipment_id"]
    parcel = {"id": shipment["parcels"][0]["id"], "total_actual_weight": 0.9}
    changed = twin.easyship("PATCH", f"/shipments/{pk}", {"parcels": [parcel]})
    assert changed.json()["shipment"]["courier_service"] is not None
    assert twin.easyship("POST", f"/shipments/{pk}/label", {}).status_code == 201
    assert len(twin.labels()) == 1


def test_a_saved_address_can_be_the_origin(twin: RunningTwin) -> None:
    saved = twin.easyship("GET", "/addresses").json()["addresses"][1]
    body = bodies.shipment(origin_address_id=saved["id"])
    del body["origin_address"]

    shipment = steps.created(twin, body)

    assert shipment["origin_address"]["line_1"] == "2200 Jurupa Park Drive"
    body["origin_address_id"] = "00000000-0000-4000-8000-000000000000"
    assert steps.details(twin.easyship("POST", "/shipments", body), 404) == [
        "The Address was not found"
    ]


def test_the_list_is_filtered(twin: RunningTwin) -> None:
    first = steps.created(twin, bodies.shipment("KS-1"))
    twin.advance(DAY_S)
    second = steps.created(twin, bodies.bought_now("KS-2"))

    def found(query: str) -> list[str]:
        rows = twin.easyship("GET", f"/shipments?{query}").json()["shipments"]
        return [row["order_data"]["platform_order_number"] for row in rows]

    assert found("platform_order_number=KS-1") == ["KS-1"]
    assert found("platform_order_number=KS") == []
    assert found(f"easyship_shipment_id[]={first['easyship_shipment_id']}") == ["KS-1"]
    assert found("label_state=generated,printed") == ["KS-2"]
    assert found("delivery_state=not_created") == ["KS-1"]
    assert found("shipment_state=cancelled") == []
    assert found("destination_country_alpha2=GB") == []
    assert found(f"created_at_from={second['created_at']}") == ["KS-2"]
    assert found(f"created_at_to={first['created_at']}") == ["KS-1"]
    assert found("created_at_from=2026-01-01") == ["KS-2", "KS-1"]
    assert found("label_paid_at_from=2026-01-01T00:00:00Z") == ["KS-2"]


def test_a_bad_date_is_refused_by_name(twin: RunningTwin) -> None:
    answer = twin.easyship("GET", "/shipments?created_at_from=invalid_date")

    told = 'Invalid date format for created_at_from filter ("invalid_date").'
    assert steps.details(answer) == [told]
    assert answer.json()["error"]["code"] == "invalid_url_param"


def test_an_unknown_shipment_is_not_found(twin: RunningTwin) -> None:
    answer = twin.easyship("GET", "/shipments/ESUS9999999")

    assert steps.details(answer, 404) == ["The Shipment was not found"]


def test_patch_works_everything_out_anew(twin: RunningTwin) -> None:
    before = steps.created(twin)
    pk = before["easyship_shipment_id"]
    changes = {
        "destination_address": {"line_1": "14 Harbour Row", "city": "Miami", "state": "FL"},
        "order_data": {"platform_order_number": "KS-NEW"},
    }

    answer = twin.easyship("PATCH", f"/shipments/{pk}", changes)

    after = steps.read(twin, pk)
    assert answer.status_code == 200
    assert after["destination_address"]["line_1"] == "14 Harbour Row"
    assert after["destination_address"]["postal_code"] == "83702"
    assert after["order_data"]["platform_name"] == "Own shop"
    assert after["rates"] != before["rates"]
    assert after["parcels"][0]["id"] == before["parcels"][0]["id"]
    found = twin.easyship("GET", "/shipments?platform_order_number=KS-NEW").json()["shipments"]
    assert [row["easyship_shipment_id"] for row in found] == [pk]


def test_a_faulty_patch_changes_nothing(twin: RunningTwin) -> None:
    before = steps.created(twin)
    pk = before["easyship_shipment_id"]

    answer = twin.easyship("PATCH", f"/shipments/{pk}", {"destination_address": {"city": ""}})

    assert steps.details(answer) == ["destination_address.city can't be blank"]
    assert steps.read(twin, pk) == before


def test_a_labelled_shipment_is_neither_changed_nor_deleted(twin: RunningTwin) -> None:
    pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]

    changed = twin.easyship("PATCH", f"/shipments/{pk}", {"metadata": {}})
    deleted = twin.easyship("DELETE", f"/shipments/{pk}")

    assert steps.details(changed) == ["Shipments with generated labels cannot be updated"]
    assert steps.details(deleted, 404) == ["The Shipment was not found"]
    assert steps.read(twin, pk)["metadata"] == {"order": 7}


def test_refused_services_say_why(twin: RunningTwin) -> None:
    pk = steps.created(twin)["easyship_shipment_id"]

    answer = twin.easyship("GET", f"/shipments/{pk}/unavailable_couriers").json()

    told = {row["name"]: row["message"] for row in answer["unavailable_couriers"]}
    assert told["DHL Express Worldwide"] == "Not offered for this destination."
    assert "FedEx Ground" not in told
