"""What the settings of the twin change for a client of Easyship, and for one of either."""

from __future__ import annotations

import time

import pytest

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NO_SOLUTIONS = "No shipping solutions available based on the information provided"


def read_batch(twin: RunningTwin, pk: str) -> str:
    state: str = twin.easyship("GET", f"/batches/{pk}").json()["batch"]["state"]
    return state


def test_every_answer_can_be_slow(twin: RunningTwin) -> None:
    twin.options(latency_ms=300)
    took = []
    for ask in (twin.veeqo, twin.easyship):
        begun = time.monotonic()
        ask("GET", "/nowhere")
        took.append(time.monotonic() - begun)

    assert min(took) >= 0.3


def test_control_calls_are_never_slow(twin: RunningTwin) -> None:
    twin.options(latency_ms=30_000)

    assert twin.control("GET", "options")["latency_ms"] == 30_000


def test_a_label_takes_as_long_as_it_is_told(twin: RunningTwin) -> None:
    twin.options(easyship_label_seconds=40.0)
    pk = steps.created(twin, bodies.bought_later())["easyship_shipment_id"]

    seen = []
    for _ in range(3):
        seen.append(steps.read(twin, pk)["label_state"])
        twin.advance(22)

    assert seen == ["pending", "generating", "generated"]


def test_a_label_made_at_once_keeps_its_caller_waiting(twin: RunningTwin) -> None:
    twin.options(easyship_sync_label_seconds=0.4)
    begun = time.monotonic()

    steps.created(twin, bodies.bought_now())

    assert time.monotonic() - begun >= 0.4


def test_a_batch_begins_as_late_as_it_is_told(twin: RunningTwin) -> None:
    twin.options(easyship_batch_seconds=600.0)
    wanted = steps.created(twin)["easyship_shipment_id"]
    body = {"shipments": [{"easyship_shipment_id": wanted}]}
    pk = twin.easyship("POST", "/batches/labels", body).json()["batch"]["id"]

    twin.advance(540)
    before = read_batch(twin, pk)
    twin.advance(61)

    assert (before, read_batch(twin, pk)) == ("created", "processed")


def test_nothing_may_be_on_offer(twin: RunningTwin) -> None:
    twin.options(easyship_no_solutions=True)

    rates = twin.easyship("POST", "/rates", bodies.rate_request())
    shipment = twin.easyship("POST", "/shipments", bodies.bought_now())

    assert steps.details(rates) == [NO_SOLUTIONS]
    assert shipment.status_code == 202
    assert shipment.json()["meta"]["errors"] == [NO_SOLUTIONS]
    assert twin.labels() == []


def test_tracking_can_run_faster(twin: RunningTwin) -> None:
    pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
    before = steps.read(twin, pk)["delivery_state"]

    twin.options(tracking_speed=1_000_000_000.0)

    assert (before, steps.read(twin, pk)["delivery_state"]) == ("pending", "delivered")


@pytest.mark.parametrize(
    ("host", "token", "status"),
    [
        ("any", "sand_test0001=", 200),
        ("sandbox", "sand_test0001=", 200),
        ("production", "sand_test0001=", 401),
        ("sandbox", "prod_test0001=", 401),
        ("production", "prod_test0001=", 200),
        ("any", "prod_test0001=", 200),
    ],
)
def test_a_token_is_for_one_of_the_hosts(
    twin: RunningTwin, host: str, token: str, status: int
) -> None:
    twin.server.world.easyship_keys |= {"prod_test0001="}
    twin.options(easyship_host=host)

    answer = twin.easyship("GET", "/account", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == status


def test_duties_need_a_paid_plan(twin: RunningTwin) -> None:
    twin.options(easyship_has_paid_plan=False)

    answer = twin.easyship("POST", "/taxes_and_duties", bodies.duties())

    assert answer.status_code == 402
    assert answer.json()["error"]["code"] == "insufficient_subscription"


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        ("", "GET", "/shipments", 200),
        ("public.shipment:read", "GET", "/shipments", 200),
        ("public.shipment:write", "GET", "/shipments", 403),
        ("public.rate:read", "POST", "/rates", 200),
        ("public.rate:write", "POST", "/rates", 403),
        ("public.track:read", "GET", "/shipments/trackings", 200),
        ("public.shipment:read", "GET", "/shipments/trackings", 403),
        ("public.credit:read", "GET", "/account/credit", 200),
        ("public.shipment:read", "GET", "/account/credit", 403),
        ("public.shipment:read", "GET", "/account", 200),
        ("public.reference:read", "GET", "/item_categories", 200),
        ("public.address:read", "POST", "/addresses/validations", 403),
        ("public.address_validation:write", "POST", "/addresses/validations_domestic", 403),
    ],
)
def test_a_token_may_do_what_it_was_given(
    twin: RunningTwin, scopes: str, method: str, path: str, status: int
) -> None:
    twin.options(easyship_scopes=scopes)

    answer = twin.easyship(method, path, bodies.rate_request() if method == "POST" else None)

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["code"] == "forbidden"


def test_a_label_needs_a_scope_of_its_own(twin: RunningTwin) -> None:
    pk = steps.created(twin)["easyship_shipment_id"]
    twin.options(easyship_scopes="public.shipment:read public.shipment:write")

    refused = twin.easyship("POST", f"/shipments/{pk}/label", {})
    twin.options(easyship_scopes="public.shipment:write public.label:write")
    sold = twin.easyship("POST", f"/shipments/{pk}/label", {})

    assert (refused.status_code, sold.status_code) == (403, 201)
    assert len(twin.labels()) == 1


def test_a_call_without_its_scope_counts_against_the_limit(twin: RunningTwin) -> None:
    twin.options(easyship_scopes="public.rate:read", enforce_limits=True, easyship_per_minute=2)

    statuses = [twin.easyship("GET", "/shipments").status_code for _ in range(3)]

    assert statuses == [403, 403, 429]


def test_a_label_may_come_in_several_parts(twin: RunningTwin) -> None:
    twin.options(easyship_label_parts=3)

    shipment = steps.created(twin, bodies.bought_now(format_="pdf"))

    [label] = shipment["shipping_documents"]
    assert len(label["base64_encoded_strings"]) == 3


@pytest.mark.parametrize(("status", "code"), [(429, "too_many_requests"), (403, "forbidden")])
def test_a_burst_is_refused_with_the_status_that_is_told(
    twin: RunningTwin, status: int, code: str
) -> None:
    twin.options(enforce_limits=True, easyship_per_second=1, easyship_burst_status=status)

    answers = [twin.easyship("GET", "/account") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, status]
    error = answers[1].json()["error"]
    assert error["code"] == code
    assert status == 429 or "maximum number of requests per second" in error["details"][0]


def test_the_money_of_a_cancelled_label_can_take_its_time(twin: RunningTwin) -> None:
    twin.options(easyship_refund_seconds=3600.0)
    before = steps.balance(twin)
    pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
    paid = steps.balance(twin)

    twin.easyship("POST", f"/shipments/{pk}/cancel")
    at_once = steps.balance(twin)
    twin.advance(3601)

    assert paid < before
    assert (at_once, steps.balance(twin)) == (paid, before)
