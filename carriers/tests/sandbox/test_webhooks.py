"""Webhooks of the Easyship half: signed, repeated, doubled, switched off."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

import pytest

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import RunningTwin
from carriers.tests.sandbox.webhook_receiver import ALL, Receiver, hooked, wait_for

DAY_S = 86400.0


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_new_webhook_is_inactive_and_says_its_secret(
    twin: RunningTwin, receiver: Receiver
) -> None:
    given = {"endpoint": receiver.url, "event_types": ALL, "version": "2024-09"}

    webhook = twin.easyship("POST", "/webhooks", given).json()["webhook"]
    steps.created(twin, bodies.bought_now())
    time.sleep(0.5)

    assert webhook["state"] == "inactive"
    assert webhook["secret_token"].startswith("webh_")
    assert receiver.got == []


def test_a_label_is_told_and_signed(twin: RunningTwin, receiver: Receiver) -> None:
    webhook = hooked(twin, receiver)

    shipment = steps.created(twin, bodies.bought_now())
    wait_for(lambda: len(receiver.got) == 1)

    signature, body = receiver.got[0]
    head, claims, mac = signature.split(".")
    wanted = hmac.new(webhook["secret_token"].encode(), f"{head}.{claims}".encode(), hashlib.sha256)
    account = twin.easyship("GET", "/account").json()["account"]
    assert decoded(mac) == wanted.digest()
    assert json.loads(decoded(head))["alg"] == "HS256"
    assert json.loads(decoded(claims)) == {"easyship_company_id": account["easyship_company_id"]}
    assert body["event_type"] == "shipment.label.created"
    assert body["resource_id"] == shipment["easyship_shipment_id"]
    assert body["data"]["tracking_number"] == shipment["trackings"][0]["tracking_number"]


def test_an_asynchronous_label_is_told_without_being_asked_for(
    twin: RunningTwin, receiver: Receiver
) -> None:
    hooked(twin, receiver)
    twin.options(easyship_label_seconds=60.0)
    twin.fault("POST", "/shipments", "fail_label")
    steps.created(twin, bodies.bought_later("KS-1"))
    steps.created(twin, bodies.bought_later("KS-2"))
    twin.advance(61)

    wait_for(lambda: len(receiver.got) == 2)

    assert sorted(receiver.events()) == ["shipment.label.created", "shipment.label.failed"]


def test_moves_are_told_once_each(twin: RunningTwin, receiver: Receiver) -> None:
    hooked(twin, receiver, "shipment_tracking_status_changed")
    steps.created(twin, bodies.bought_now())
    for _ in range(3):
        twin.advance(4 * DAY_S)
        time.sleep(0.5)

    wait_for(
        lambda: receiver.got[-1:] != [] and receiver.got[-1][1]["data"]["status"] == "Delivered"
    )

    told = [body["data"]["status"] for _, body in receiver.got]
    assert len(told) == len(set(told))


def test_what_happened_before_is_not_told(twin: RunningTwin, receiver: Receiver) -> None:
    steps.created(twin, bodies.bought_now())
    twin.advance(2 * DAY_S)
    hooked(twin, receiver, "shipment_tracking_checkpoints_created")
    twin.advance(30 * DAY_S)

    wait_for(lambda: len(receiver.got) == 1)

    [(_, body)] = receiver.got
    assert [row["order_number"] for row in body["data"]["checkpoints"]] == [103, 104, 105]


def test_a_failed_delivery_is_tried_again_after_a_minute(
    twin: RunningTwin, receiver: Receiver
) -> None:
    hooked(twin, receiver)
    receiver.status = 503
    steps.created(twin, bodies.bought_now())
    wait_for(lambda: len(receiver.got) == 1)
    time.sleep(0.6)
    before = len(receiver.got)
    receiver.status = 200

    twin.advance(61)
    wait_for(lambda: len(receiver.got) == 2)
    twin.advance(61)
    time.sleep(0.6)

    assert before == 1
    assert len(receiver.got) == 2


def test_a_webhook_can_be_doubled(twin: RunningTwin, receiver: Receiver) -> None:
    hooked(twin, receiver)
    twin.fault("WEBHOOK", "shipment_label_created", "duplicate")

    steps.created(twin, bodies.bought_now())
    wait_for(lambda: len(receiver.got) == 2)

    assert receiver.got[0][1] == receiver.got[1][1]


@pytest.mark.parametrize("effect", ["out_of_order", "hold_after"])
def test_webhooks_can_come_out_of_order(twin: RunningTwin, receiver: Receiver, effect: str) -> None:
    hooked(twin, receiver)
    twin.fault("WEBHOOK", "shipment_label_created", effect, seconds=60)
    pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
    twin.easyship("POST", f"/shipments/{pk}/cancel")
    wait_for(lambda: len(receiver.got) == 1)
    twin.advance(61)
    wait_for(lambda: len(receiver.got) == 2)

    assert receiver.events() == ["shipment.cancelled", "shipment.label.created"]


def test_a_webhook_can_be_lost(twin: RunningTwin, receiver: Receiver) -> None:
    hooked(twin, receiver)
    twin.fault("WEBHOOK", "shipment_label_created", "lose")

    pk = steps.created(twin, bodies.bought_now())["easyship_shipment_id"]
    twin.easyship("POST", f"/shipments/{pk}/cancel")
    wait_for(lambda: len(receiver.got) == 1)
    twin.advance(3600)
    time.sleep(0.5)

    assert receiver.events() == ["shipment.cancelled"]


def labels_told(twin: RunningTwin, receiver: Receiver, count: int, told: int) -> list[str]:
    """The numbers of the orders whose label was told, of so many that were bought."""
    for number in range(count):
        steps.created(twin, bodies.bought_now(f"KS-{number}"))
    wait_for(lambda: len(receiver.got) == told)
    time.sleep(0.5)
    return [str(body["data"]["platform_order_number"]) for _, body in receiver.got]


def test_the_nth_webhook_can_be_lost(twin: RunningTwin, receiver: Receiver) -> None:
    hooked(twin, receiver)
    twin.fault("WEBHOOK", "", "lose", skip=2, times=1)

    assert labels_told(twin, receiver, 4, 3) == ["KS-0", "KS-1", "KS-3"]


def test_webhooks_of_one_order_can_be_lost(twin: RunningTwin, receiver: Receiver) -> None:
    hooked(twin, receiver)
    twin.fault("WEBHOOK", "", "lose", times=-1, reference="KS-1")

    assert labels_told(twin, receiver, 3, 2) == ["KS-0", "KS-2"]


def test_some_webhooks_can_be_lost_by_probability(twin: RunningTwin, receiver: Receiver) -> None:
    hooked(twin, receiver)
    twin.fault("WEBHOOK", "", "lose", times=-1, probability=0.5, seed=3)
    for number in range(20):
        steps.created(twin, bodies.bought_now(f"KS-{number}"))

    [fault] = twin.control("GET", "faults")["faults"]
    wait_for(lambda: len(receiver.got) == 20 - fault["met"])

    assert fault["seen"] == 20
    assert 3 <= fault["met"] <= 17


def test_a_fault_of_one_event_leaves_the_others(twin: RunningTwin, receiver: Receiver) -> None:
    hooked(twin, receiver)
    twin.fault("WEBHOOK", "shipment_cancelled", "lose")

    assert labels_told(twin, receiver, 1, 1) == ["KS-0"]


def test_the_pause_before_another_attempt_is_an_option(
    twin: RunningTwin, receiver: Receiver
) -> None:
    hooked(twin, receiver)
    twin.options(easyship_webhook_minutes=60.0)
    receiver.status = 503
    steps.created(twin, bodies.bought_now())
    wait_for(lambda: len(receiver.got) == 1)

    twin.advance(50 * 60)
    time.sleep(0.6)
    before = len(receiver.got)
    twin.advance(11 * 60)
    wait_for(lambda: len(receiver.got) == 2)

    assert before == 1


def test_what_gives_up_can_be_told_as_failed(twin: RunningTwin, receiver: Receiver) -> None:
    webhook = hooked(twin, receiver)
    twin.options(easyship_webhook_gives_up="failed", easyship_webhook_minutes=0.0)
    receiver.status = 500
    steps.created(twin, bodies.bought_now())

    path = f"/webhooks/{webhook['id']}"
    wait_for(lambda: twin.easyship("GET", path).json()["webhook"]["state"] == "failed")

    assert len(receiver.got) == 30


def test_a_low_balance_is_told_once_a_day(twin: RunningTwin, receiver: Receiver) -> None:
    limit = {"credit_balance_low": {"credit_balance_limit": 5000}}
    given = {
        "endpoint": receiver.url,
        "event_types": ["credit_balance_low"],
        "version": "2024-09",
        "configuration": limit,
    }
    pk = twin.easyship("POST", "/webhooks", given).json()["webhook"]["id"]
    twin.easyship("POST", f"/webhooks/{pk}/activate")

    for number in range(3):
        steps.created(twin, bodies.bought_now(f"KS-{number}"))
    wait_for(lambda: len(receiver.got) == 1)
    time.sleep(0.5)

    assert receiver.events() == ["credit.balance.low"]


def test_the_test_call_says_how_it_was_answered(twin: RunningTwin, receiver: Receiver) -> None:
    webhook = hooked(twin, receiver)
    path = f"/webhooks/{webhook['id']}/test"
    event = {"event_type": "shipment_label_created", "version": "2024-09"}

    good = twin.easyship("POST", path, event)
    receiver.status = 502
    bad = twin.easyship("POST", path, event)

    assert good.json()["success"] == {"message": "Webhook test succeeded"}
    assert steps.details(bad, 400) == [
        "Webhook test failed. A 2xx status code is expected. (Response Code: 502)"
    ]
