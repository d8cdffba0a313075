"""Events and signatures as they are read, whichever version wrote them."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest

from carriers.contracts import Platform
from carriers.inbox.events import UnreadableEvent, read_event
from carriers.inbox.verification import Sender, sender_of
from carriers.tests.inbox import OLD_SECRET, SECRET, make_signature

STATUS = {
    "event_type": "shipment.tracking.status.changed",
    "resource_type": "shipment",
    "resource_id": "ESUS40551207",
    "data": {"easyship_shipment_id": "ESUS40551207", "platform_order_number": "SO-7-1"},
}
OLDER = {
    "event_type": "shipment.tracking.status.changed",
    "tracking_status": {"easyship_shipment_id": "ESUS40551207", "status": "Delivered"},
}
INSURED = {
    "event_type": "external.shipment.insured",
    "shipment": {"easyship_shipment_id": "ESUS40551207"},
}
COMPANY = {
    "event_type": "credit.balance.low",
    "resource_type": "company",
    "resource_id": "CUS0001",
    "data": {"balance": 1.5},
}
NUMBERS = {"event_type": "batch.started", "resource_id": 17, "data": {"platform_order_number": 9}}


@pytest.mark.parametrize(
    ("body", "shipment_ref", "reference"),
    [
        (STATUS, "ESUS40551207", "SO-7-1"),
        (OLDER, "ESUS40551207", ""),
        (INSURED, "ESUS40551207", ""),
        (COMPANY, "", ""),
        (NUMBERS, "", "9"),
        (STATUS | {"data": {}}, "ESUS40551207", ""),
        (STATUS | {"data": None}, "ESUS40551207", ""),
        (STATUS | {"data": {"easyship_shipment_id": ["x"]}}, "ESUS40551207", ""),
    ],
)
def test_event_names_its_shipment(body: dict[str, Any], shipment_ref: str, reference: str) -> None:
    event = read_event(json.dumps(body), platform=Platform.EASYSHIP)

    assert event.event_type == body["event_type"]
    assert (event.shipment_ref, event.reference) == (shipment_ref, reference)


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", '"text"', "{}", '{"event_type": ""}', '{"event_type": {}}', "{" * 9999],
)
def test_body_without_an_event_is_unreadable(body: str) -> None:
    with pytest.raises(UnreadableEvent):
        read_event(body, platform=Platform.EASYSHIP)


def test_nul_and_half_a_surrogate_pair_do_not_reach_the_database() -> None:
    body = '{"event_type": "a\\u0000b", "resource_id": "\\ud800x"}'

    event = read_event(body, platform=Platform.EASYSHIP)

    assert (event.event_type, event.resource_id) == ("ab", "?x")


@pytest.mark.parametrize(
    ("token", "sender"),
    [
        (make_signature(), Sender("CUS0001")),
        (make_signature(OLD_SECRET), Sender("CUS0001")),
        (jwt.encode({}, SECRET, algorithm="HS256"), Sender("")),
        (jwt.encode({"easyship_company_id": {}}, SECRET, algorithm="HS256"), Sender("")),
        (make_signature("webh_00000000000000000000000000000000"), None),
        (jwt.encode({"exp": 1}, SECRET, algorithm="HS256"), None),
        (make_signature()[:-2], None),
        (make_signature().replace(".", ""), None),
        ("", None),
        ("é", None),
    ],
)
def test_signature_counts_by_our_secrets_alone(token: str, sender: Sender | None) -> None:
    assert sender_of(token, secrets=[SECRET, OLD_SECRET]) == sender


def test_no_secret_trusts_nobody() -> None:
    assert sender_of(make_signature(), secrets=[]) is None
