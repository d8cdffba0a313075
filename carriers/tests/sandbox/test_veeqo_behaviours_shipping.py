"""Veeqo's sixteen behaviours from the eighth on: rates, labels, tags, limits, faults."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import requests
from pypdf import PdfReader

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import OTHER_VEEQO_KEY, RunningTwin

NEVADA = 31007
DAY_S = 86400.0
PURCHASE = "/shipping/shipments"
CONFIRMATION = "value_added_service__VAS_GROUP_ID_CONFIRMATION"


def buy(twin: RunningTwin, body: Any, **more: Any) -> requests.Response:
    return twin.veeqo("POST", PURCHASE, body, **more)


class TestRates:
    """8. One quote for all rates, names that stay, options by carrier, and three refusals."""

    def test_all_rates_share_a_quote_and_names_stay(self, twin: RunningTwin) -> None:
        _, allocation_id, _ = steps.ready(twin)

        first, second = (steps.rates(twin, allocation_id) for _ in range(2))

        assert len({rate["remote_shipment_id"] for rate in first}) == 1
        assert first[0]["remote_shipment_id"].startswith("prb")
        assert first[0]["remote_shipment_id"] != second[0]["remote_shipment_id"]
        assert [rate["name"] for rate in first] == [rate["name"] for rate in second]
        assert len({rate["name"] for rate in first}) == len(first)

    def test_one_carrier_has_no_options_and_one_a_single_confirmation(
        self, twin: RunningTwin
    ) -> None:
        _, allocation_id, _ = steps.ready(twin)

        options = {
            rate["sub_carrier_id"]: rate["shipping_service_options"]
            for rate in steps.rates(twin, allocation_id)
        }

        assert options["FEDEX"] is None
        confirmations = [value["value"] for value in options["USPS"][0]["values"]]
        assert confirmations == ["DELIVERY_CONFIRMATION"]

    def test_quote_expires_soon(self, twin: RunningTwin) -> None:
        _, allocation_id, rate = steps.ready(twin)
        twin.advance(16 * 60)

        answer = buy(twin, steps.purchase(allocation_id, rate))

        assert answer.status_code == 400
        assert "expired" in answer.json()["error_messages"][0]
        assert twin.labels() == []

    def test_order_without_an_address_has_no_rates(self, twin: RunningTwin) -> None:
        twin.options(veeqo_missing_address="take")
        order = steps.made(twin, deliver_to_attributes=None)
        allocation_id = order["allocations"][0]["id"]

        answer = twin.veeqo("GET", f"/shipping/rates/{allocation_id}")

        assert order["deliver_to"] is None
        assert answer.status_code == 400
        assert answer.json() == {"error_messages": "Order must have a destination address."}

    def test_shipped_allocation_has_no_rates(self, twin: RunningTwin) -> None:
        order, _ = steps.bought(twin)

        answer = twin.veeqo("GET", f"/shipping/rates/{order['allocations'][0]['id']}")

        assert answer.status_code == 400
        assert answer.json() == {"error_messages": "This allocation is already shipped"}

    def test_parcel_without_weight_is_refused_in_a_text_of_json(self, twin: RunningTwin) -> None:
        allocation_id = steps.made(twin)["allocations"][0]["id"]
        steps.packed(twin, allocation_id, weight=0)

        answer = twin.veeqo("GET", f"/shipping/rates/{allocation_id}?from_allocation_package=true")

        body = answer.json()
        assert answer.status_code == 400
        assert (body["available"], body["hazmat"]) == ([], False)
        inner = json.loads(body["error_messages"][0])
        assert inner["errors"][0]["code"] == "parcel.weight_invalid"


class TestPurchase:
    """9. Needs all of the rate and its options; what it answers varies; the order is shipped."""

    @pytest.mark.parametrize(
        "name",
        [
            "allocation_id", "remote_shipment_id", "service_type", "sub_carrier_id",
            "total_net_charge", "base_rate",
        ],
    )  # fmt: skip
    def test_purchase_needs_everything_of_the_rate(self, twin: RunningTwin, name: str) -> None:
        order, allocation_id, rate = steps.ready(twin)
        body = steps.purchase(allocation_id, rate)
        del body["shipment"][name]

        answer = buy(twin, body)

        assert answer.status_code == 400
        assert answer.json() == {"error_messages": [f"{name} is missing"]}
        assert twin.labels() == []
        assert steps.read(twin, order["id"])["status"] == "awaiting_fulfillment"

    def test_value_added_services_must_be_those_of_the_quote(self, twin: RunningTwin) -> None:
        _, allocation_id, _ = steps.ready(twin)
        by_carrier = {rate["sub_carrier_id"]: rate for rate in steps.rates(twin, allocation_id)}
        surplus = {CONFIRMATION: "NO_CONFIRMATION"}
        wrong = steps.purchase(allocation_id, by_carrier["FEDEX"], **surplus)
        without = steps.purchase(allocation_id, by_carrier["USPS"])
        del without["shipment"][CONFIRMATION]

        answers = [buy(twin, body) for body in (wrong, without)]

        for answer in answers:
            assert answer.status_code == 400
            assert "INVALID_VALUE_ADDED_SERVICES" in answer.json()["error_messages"][0]
        assert twin.labels() == []

    def test_purchase_ships_the_order_at_the_quoted_price(self, twin: RunningTwin) -> None:
        order, allocation_id, rate = steps.ready(twin)

        answer = buy(twin, steps.purchase(allocation_id, rate))

        label = answer.json()
        assert answer.status_code == 200
        charge = {"unit": "USD", "value": float(rate["total_net_charge"])}
        assert label["outbound_label_charges"] == charge
        after = steps.read(twin, order["id"])
        assert (after["status"], after["shipped_at"] is None) == ("shipped", False)
        assert after["allocations"][0]["shipment"]["id"] == label["id"]
        assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (58, 0, 58)
        [sold] = twin.labels()
        assert (sold["reference"], sold["state"]) == ("SHOP-10482", "bought")
        assert sold["cost"] == rate["total_net_charge"]

    def test_tracking_number_is_text_or_object_and_the_link_sometimes_missing(
        self, twin: RunningTwin
    ) -> None:
        twin.options(veeqo_label_url="sometimes")

        labels = [steps.bought(twin, f"SHOP-{n}")[1] for n in range(2)]

        assert {type(label["tracking_number"]) for label in labels} == {str, dict}
        assert [("label_url" in label) for label in labels].count(False) == 1


class TestLabelFile:
    """10. A count in JSON without a format, a real file with one, 404 for what nobody bought."""

    def test_without_a_format_only_a_count_is_told(self, twin: RunningTwin) -> None:
        _, label = steps.bought(twin)

        answer = twin.veeqo("GET", f"/shipping/labels?shipment_ids[]={label['id']}")

        assert answer.json() == {"labels_count": 1}

    @pytest.mark.parametrize(("suffix", "more"), [(".pdf", ""), ("", "&format=pdf")])
    def test_label_is_a_page_of_four_by_six_inches(
        self, twin: RunningTwin, suffix: str, more: str
    ) -> None:
        _, label = steps.bought(twin)

        answer = twin.veeqo("GET", f"/shipping/labels{suffix}?shipment_ids[]={label['id']}{more}")

        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        [page] = PdfReader(io.BytesIO(answer.content)).pages
        assert (float(page.mediabox.width), float(page.mediabox.height)) == (288.0, 432.0)
        text = page.extract_text()
        assert twin.labels()[0]["tracking_number"] in text
        assert "912 Alder St" in text
        assert "Ref SHOP-10482" in text

    @pytest.mark.parametrize("query", ["?shipment_ids[]=1", ""])
    def test_label_that_nobody_bought_is_not_found(self, twin: RunningTwin, query: str) -> None:
        assert twin.veeqo("GET", f"/shipping/labels.pdf{query}").status_code == 404


class TestVoid:
    """11. DELETE answers 200 with the order, or 204 by switch; GET and the wrong ways are 404."""

    def test_void_opens_the_order_again(self, twin: RunningTwin) -> None:
        order, label = steps.bought(twin)

        answer = twin.veeqo("DELETE", f"/shipments/{label['id']}")

        body = answer.json()
        assert answer.status_code == 200
        assert (body["id"], body["status"]) == (order["id"], "awaiting_fulfillment")
        assert body["allocations"][0]["shipment"] is None
        assert body["shipped_at"] is None
        assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 2, 58)
        assert [row["state"] for row in twin.labels()] == ["voided"]
        file = twin.veeqo("GET", f"/shipping/labels.pdf?shipment_ids[]={label['id']}")
        assert file.status_code == 404

    def test_void_can_be_empty_and_works_once(self, twin: RunningTwin) -> None:
        twin.options(veeqo_void_status=204)
        _, label = steps.bought(twin)

        answers = [twin.veeqo("DELETE", f"/shipments/{label['id']}") for _ in range(2)]

        assert [answer.status_code for answer in answers] == [204, 404]
        assert answers[0].content == b""
        assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 2, 58)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/shipments/{}"),
            ("DELETE", "/shipping/shipments/{}"),
            ("POST", "/shipping/shipments/{}/refund"),
        ],
    )
    def test_wrong_ways_are_no_routes(self, twin: RunningTwin, method: str, path: str) -> None:
        _, label = steps.bought(twin)

        answer = twin.veeqo(method, path.format(label["id"]))

        assert answer.status_code == 404
        assert answer.json() == {"status": 404, "error": "Not Found"}
        assert [row["state"] for row in twin.labels()] == ["bought"]


def test_tracking_is_empty_at_first_and_advances_with_the_clock(twin: RunningTwin) -> None:
    """12. `[]` at first; then events come as the clock, which can be moved, goes on."""
    _, label = steps.bought(twin)
    path = f"/shipping/tracking_events/{label['id']}"

    told = []
    for days in (0, 3, 10):
        twin.advance(days * DAY_S)
        told.append([event["status"] for event in twin.veeqo("GET", path).json()])

    at_first, later, at_last = told
    assert at_first == []
    assert later[:2] == ["awaiting_collection", "in_transit"]
    assert at_last[-2:] == ["out_for_delivery", "delivered"]


def test_tags_are_set_and_taken_in_bulk_and_never_counted(twin: RunningTwin) -> None:
    """13. `bulk_tagging` is a 204 without a body, DELETE takes one; `taggings_count` stays 0."""
    pk = steps.made(twin)["id"]
    tag = twin.veeqo("POST", "/tags", {"name": "late", "colour": "#aa0000"}).json()
    body = {"order_ids": [pk], "tag_ids": [tag["id"]]}

    answer = twin.veeqo("POST", "/bulk_tagging", body)

    assert (answer.status_code, answer.content) == (204, b"")
    assert [t["name"] for t in steps.read(twin, pk)["tags"]] == ["late"]
    [found] = twin.veeqo("GET", "/orders?tags=late").json()
    assert found["id"] == pk
    assert twin.veeqo("GET", "/tags").json()[0]["taggings_count"] == 0

    assert twin.veeqo("DELETE", "/bulk_tagging", body).status_code == 204
    assert steps.read(twin, pk)["tags"] == []


def test_limit_answers_429_empty_without_advice_and_by_the_key(twin: RunningTwin) -> None:
    """14. 429 has no body and no Retry-After, and each key has a limit of its own."""
    twin.options(enforce_limits=True, veeqo_burst=3)

    answers = [twin.veeqo("GET", "/tags") for _ in range(5)]
    other = twin.veeqo("GET", "/tags", headers={"x-api-key": OTHER_VEEQO_KEY})

    statuses = [answer.status_code for answer in answers]
    assert statuses[:3] == [200, 200, 200]
    assert statuses[-1] == 429
    assert answers[-1].content == b""
    assert "Content-Type" not in answers[-1].headers
    assert "Retry-After" not in answers[-1].headers
    assert other.status_code == 200


class TestFaults:
    """15. A 504 after the order was made, a 500 before it, and an answer that comes too late."""

    @pytest.mark.parametrize(
        ("effect", "status", "made"), [("error_after", 504, 1), ("error_before", 500, 0)]
    )
    def test_error_on_create_is_with_or_without_effect(
        self, twin: RunningTwin, effect: str, status: int, made: int
    ) -> None:
        body = {"order": steps.order(twin)}
        twin.fault("POST", "/orders", effect, status=status)

        answer = twin.veeqo("POST", "/orders", body)

        assert answer.status_code == status
        assert len(twin.report()["bookings"]) == made

    def test_slow_answer_is_given_up_although_the_label_was_bought(self, twin: RunningTwin) -> None:
        _, allocation_id, rate = steps.ready(twin)
        twin.fault("POST", PURCHASE, "hold_after", seconds=1.0)

        with pytest.raises(requests.exceptions.ReadTimeout):
            buy(twin, steps.purchase(allocation_id, rate), timeout=0.2)

        assert len(twin.labels()) == 1


def test_store_warehouse_and_sellables_are_embedded_everywhere(twin: RunningTwin) -> None:
    """16. Big objects stand inside every order, so that reading one costs what it does live."""
    order, _ = steps.bought(twin)

    answer = twin.veeqo("GET", f"/orders/{order['id']}")

    body = answer.json()
    [allocation] = body["allocations"]
    assert len(body["channel"]) > 60
    assert body["line_items"][0]["sellable"]["stock_entries"] != []
    assert allocation["line_items"][0]["sellable"]["sku_code"] == "TRM-GRN"
    assert {"warehouse", "allocation_package", "shipment"} <= allocation.keys()
    # Ten such orders were 380 kB with indents; without them about half of that.
    assert len(answer.content) > 15_000
