"""Easyship's thirteen behaviours from the seventh on: labels, money, moves, limits, faults."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
import requests
from PIL import Image
from pypdf import PdfReader

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import EASYSHIP_TOKEN, RunningTwin
from carriers.tests.sandbox.webhook_receiver import Receiver, hooked, wait_for

DAY_S = 86400.0
NO_FUNDS = "We were unable to generate a label as you do not have enough funds on your account."
REFUSED = bodies.destination(contact_name="Label Refused")
REFUSED_TEXT = "Invalid address provided for Receiver Address"
BOTH = ("shipment_label_created", "shipment_label_failed")


def states(twin: RunningTwin, pk: str, *seconds: float) -> list[str]:
    """Of the label, after each of so many seconds more."""
    told = []
    for pause_s in seconds:
        twin.advance(pause_s)
        told.append(steps.read(twin, pk)["label_state"])
    return told


class TestAsynchronousLabel:
    """Async label: pending, generating, generated, then a webhook; one name makes it fail."""

    def test_label_waits_is_made_and_told(self, twin: RunningTwin, receiver: Receiver) -> None:
        hooked(twin, receiver, *BOTH)
        twin.options(easyship_label_seconds=60.0)
        pk = steps.created(twin, bodies.bought_later())["easyship_shipment_id"]

        told = states(twin, pk, 0, 31, 31)
        wait_for(lambda: len(receiver.got) == 1)

        assert told == ["pending", "generating", "generated"]
        assert receiver.events() == ["shipment.label.created"]
        assert len(twin.labels()) == 1

    def test_label_for_the_name_that_is_refused_fails_and_is_told(
        self, twin: RunningTwin, receiver: Receiver
    ) -> None:
        hooked(twin, receiver, *BOTH)
        twin.options(easyship_label_seconds=60.0)
        body = bodies.bought_later(destination_address=REFUSED)
        pk = steps.created(twin, body)["easyship_shipment_id"]

        told = states(twin, pk, 0, 61)
        wait_for(lambda: len(receiver.got) == 1)

        assert told == ["pending", "failed"]
        assert receiver.events() == ["shipment.label.failed"]
        assert twin.labels() == []
        assert steps.balance(twin) == 5000.0

    def test_refusal_while_the_caller_waits_is_a_202_with_the_shipment(
        self, twin: RunningTwin
    ) -> None:
        answer = twin.easyship("POST", "/shipments", bodies.bought_now(destination_address=REFUSED))

        shipment, meta = answer.json()["shipment"], answer.json()["meta"]
        assert answer.status_code == 202
        assert (meta["status"], meta["errors"]) == ("partial_success", [REFUSED_TEXT])
        assert shipment["label_state"] == "failed"
        assert shipment["label_paid_at"] is not None
        assert shipment["last_failure_http_response_messages"][0]["content"] == REFUSED_TEXT
        assert twin.labels() == []
        assert steps.balance(twin) == 5000.0


class TestBalance:
    """Balance: falls with each label, is refused with 402 when short, and comes back on cancel."""

    def test_label_is_paid_and_a_cancelled_one_comes_back(self, twin: RunningTwin) -> None:
        shipment = steps.created(twin, bodies.bought_now())
        paid = steps.balance(twin)

        twin.easyship("POST", f"/shipments/{shipment['easyship_shipment_id']}/cancel")

        assert paid == pytest.approx(5000 - steps.price(shipment))
        assert steps.balance(twin) == 5000.0

    def test_balance_runs_out_by_itself(self, twin: RunningTwin) -> None:
        heavy = bodies.parcel(total_actual_weight=60)
        london = bodies.destination(
            country_alpha2="GB", state="", city="London", postal_code="E6 7FB"
        )
        body = bodies.bought_now(destination_address=london, parcels=[heavy])

        answers = [twin.easyship("POST", "/shipments", body) for _ in range(14)]

        statuses = [answer.status_code for answer in answers]
        assert statuses[0] == 201
        assert steps.details(answers[-1], 402) == [NO_FUNDS]
        assert answers[-1].json()["error"]["code"] == "payment_required"
        assert 0 <= steps.balance(twin) < 1000
        assert len(twin.labels()) == len(twin.report()["bookings"]) == statuses.count(201)


class TestCancelAndDelete:
    """Cancel/delete: not_created is deleted, a label is cancelled, one on its way is neither."""

    def test_shipment_without_a_label_is_deleted_and_not_cancelled(self, twin: RunningTwin) -> None:
        pk = steps.created(twin)["easyship_shipment_id"]

        cancelled = twin.easyship("POST", f"/shipments/{pk}/cancel")
        deleted = twin.easyship("DELETE", f"/shipments/{pk}")

        assert (cancelled.status_code, deleted.status_code) == (422, 200)
        assert deleted.json()["success"] == {"message": "Shipment successfully deleted"}
        assert twin.easyship("GET", f"/shipments/{pk}").status_code == 404
        assert twin.easyship("GET", "/shipments").json()["shipments"] == []
        assert twin.easyship("GET", "/shipments/trackings").json()["shipments"] == []

    @pytest.mark.parametrize(
        ("pause_s", "state", "status"),
        [(0, "pending", 200), (31, "generating", 422), (61, "generated", 200)],
    )
    def test_label_is_cancelled_but_while_it_is_being_made(
        self, twin: RunningTwin, pause_s: float, state: str, status: int
    ) -> None:
        twin.options(easyship_label_seconds=60.0)
        pk = steps.created(twin, bodies.bought_later())["easyship_shipment_id"]
        before = states(twin, pk, pause_s)

        deleted = twin.easyship("DELETE", f"/shipments/{pk}")
        cancelled = twin.easyship("POST", f"/shipments/{pk}/cancel")

        assert before == [state]
        assert steps.details(deleted, 404) == ["The Shipment was not found"]
        assert cancelled.status_code == status

    def test_cancel_voids_the_label_once(self, twin: RunningTwin) -> None:
        pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]

        answers = [twin.easyship("POST", f"/shipments/{pk}/cancel") for _ in range(2)]

        after = steps.read(twin, pk)
        assert [answer.status_code for answer in answers] == [200, 422]
        assert answers[0].json()["success"] == {"message": "Shipment successfully cancelled"}
        assert (after["shipment_state"], after["label_state"]) == ("cancelled", "voided")
        assert [row["state"] for row in twin.labels()] == ["voided"]
        records = twin.easyship("GET", f"/shipments/{pk}/transaction_records").json()
        amounts = [row["amount"] for row in records["transaction_records"]]
        assert amounts[0] == -amounts[1] > 0
        assert records["transaction_records"][1]["adjustment_type"] == "Refund after Cancellation"

    def test_parcel_on_its_way_cannot_be_cancelled(self, twin: RunningTwin) -> None:
        pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
        twin.advance(2 * DAY_S)

        answer = twin.easyship("POST", f"/shipments/{pk}/cancel")

        told = "This Shipment cannot be cancelled. Please contact our support."
        assert steps.details(answer) == [told]
        assert steps.read(twin, pk)["label_state"] == "generated"
        assert [row["state"] for row in twin.labels()] == ["bought"]


class TestTracking:
    """Tracking: goes on with the clock or by the sandbox's call, and webhooks tell of it."""

    def test_own_parcels_move_with_the_clock_and_are_told(
        self, twin: RunningTwin, receiver: Receiver
    ) -> None:
        hooked(twin, receiver, "shipment_tracking_checkpoints_created")
        pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
        at_first = tracked(twin)
        twin.advance(2 * DAY_S)
        moving = tracked(twin, "include_checkpoints=true")
        twin.advance(9 * DAY_S)
        done = tracked(twin, f"easyship_shipment_id={pk}&include_checkpoints=true")

        assert (at_first["status"], at_first["checkpoints"]) == ("Label Ready", None)
        assert moving["status"] == "In Transit to Customer"
        assert [point["order_number"] for point in moving["checkpoints"]] == [102, 101]
        assert done["status"] == "Delivered"
        assert done["checkpoints"][0]["primary_status"] == "Delivered"
        assert done["checkpoints"][0]["location"] == "Boise, 83702, USA"
        assert steps.read(twin, pk)["delivery_state"] == "delivered"
        wait_for(lambda: told_checkpoints(receiver) == [101, 102, 103, 104, 105])

    def test_parcels_bought_elsewhere_move_by_the_sandbox_call(self, twin: RunningTwin) -> None:
        service = twin.easyship("GET", "/courier_services").json()["courier_services"][0]["id"]
        given = {"tracking_number": "1Z0000000000000017", "courier_service_id": service}
        pk = twin.easyship("POST", "/trackings", given).json()["tracking"]["id"]

        moved = twin.easyship("PATCH", f"/sandbox/trackings/{pk}", {"status_slug": "delivered"})

        found = twin.easyship("GET", f"/trackings/{pk}").json()["tracking"]
        assert (moved.status_code, found["status"]) == (200, "Delivered")


def tracked(twin: RunningTwin, query: str = "") -> Any:
    return twin.easyship("GET", f"/shipments/trackings?{query}").json()["shipments"][0]


def told_checkpoints(receiver: Receiver) -> list[int]:
    bodies_told = [body["data"] for _, body in receiver.got]
    return [point["order_number"] for data in bodies_told for point in data["checkpoints"]]


@pytest.mark.parametrize(
    ("option", "limit"), [("easyship_per_second", 1), ("easyship_per_minute", 6)]
)
def test_limit_answers_429_with_three_headers(twin: RunningTwin, option: str, limit: int) -> None:
    """Limits: by the second and by the minute, switchable; 429 with X-Ratelimit-*."""
    twin.options(**{"easyship_per_second": 100, "easyship_per_minute": 100, option: limit})
    free = {twin.easyship("GET", "/account").status_code for _ in range(limit + 1)}
    twin.options(enforce_limits=True)

    answers = [twin.easyship("GET", "/account") for _ in range(limit + 1)]

    refused = answers[-1]
    assert free == {200}
    assert [answer.status_code for answer in answers] == [200] * limit + [429]
    assert refused.headers["X-Ratelimit-Limit"] == str(limit)
    assert refused.headers["X-Ratelimit-Remaining"] == "0"
    assert 0 < int(refused.headers["X-Ratelimit-Reset"]) - time.time() <= 61
    assert "Retry-After" not in refused.headers
    assert "Content-Type" not in refused.headers
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert "links" not in refused.json()["error"]


@pytest.mark.parametrize("after", ["inactive", "failed"])
def test_webhook_starts_inactive_and_is_given_up_after_thirty_failures(
    twin: RunningTwin, receiver: Receiver, after: str
) -> None:
    """Webhooks: inactive at first, signed, tried each minute thirty times, then switched off."""
    twin.options(easyship_webhook_gives_up=after)
    event = {"endpoint": receiver.url, "event_types": [BOTH[0]], "version": "2024-09"}
    webhook = twin.easyship("POST", "/webhooks", event).json()["webhook"]
    path = f"/webhooks/{webhook['id']}"
    steps.created(twin, bodies.bought_now("KS-1"))
    twin.easyship("POST", f"{path}/activate")
    receiver.status = 500
    steps.created(twin, bodies.bought_now("KS-2"))

    for attempt in range(1, 31):
        wait_for(lambda: len(receiver.got) == attempt)  # noqa: B023
        twin.advance(61)

    wait_for(lambda: twin.easyship("GET", path).json()["webhook"]["state"] == after)
    assert webhook["state"] == "inactive"
    assert len(receiver.got) == 30
    assert {body["data"]["platform_order_number"] for _, body in receiver.got} == {"KS-2"}
    assert all(len(signature.split(".")) == 3 for signature, _ in receiver.got)


def test_document_lies_at_an_address_of_its_own_that_needs_the_bearer(twin: RunningTwin) -> None:
    """Documents: an address that gives PDF or PNG, to whoever has the bearer."""
    headers = {"Authorization": f"Bearer {EASYSHIP_TOKEN}"}
    shipment = steps.created(twin, bodies.bought_now())
    link = shipment["shipping_documents"][0]["url"]

    bare = requests.get(link, timeout=10)
    answer = requests.get(link, headers=headers, timeout=10)
    image = requests.get(link, headers=headers | {"Accept": "image/png"}, timeout=10)

    assert bare.status_code == 401
    assert answer.headers["Content-Type"] == "application/pdf"
    [page] = PdfReader(io.BytesIO(answer.content)).pages
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (288.0, 432.0)
    assert link.startswith(twin.url)
    assert shipment["trackings"][0]["tracking_number"] in page.extract_text()
    assert image.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(image.content)).size == (812, 1218)


class TestFaults:
    """Faults: a page of the network in front, a 500 without a word, an answer that comes late."""

    def test_page_of_the_network_is_html(self, twin: RunningTwin) -> None:
        twin.fault("GET", "/account", "html_before", status=522)

        answer = twin.easyship("GET", "/account")

        assert answer.status_code == 522
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")

    def test_server_error_is_empty(self, twin: RunningTwin) -> None:
        twin.fault("POST", "/shipments", "error_after", status=500)

        answer = twin.easyship("POST", "/shipments", bodies.bought_now())

        assert (answer.status_code, answer.content) == (500, b"")
        assert len(twin.labels()) == 1

    def test_answer_that_is_late_was_carried_out(self, twin: RunningTwin) -> None:
        twin.fault("POST", "/shipments", "hold_after", seconds=1.0)

        with pytest.raises(requests.exceptions.ReadTimeout):
            twin.easyship("POST", "/shipments", bodies.bought_now(), timeout=0.3)

        assert len(twin.labels()) == 1
