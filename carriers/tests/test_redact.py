"""What may be written down of a call, and what may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from carriers.redact import HIDDEN, MAX_KEPT, redacted, redacted_json, redacted_query
from carriers.tests.border import fixture

PEOPLE = ("Ines", "Calder", "912 Alder", "12085550117", "ines@", "porter", "Omar", "Marigold")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"first_name": "Ines", "zip": "83702"}, {"first_name": HIDDEN, "zip": "83702"}),
        ({"Contact_Name": "Ines"}, {"Contact_Name": HIDDEN}),
        ({"phone": 12085550117}, {"phone": HIDDEN}),
        ({"phone": None, "email": ""}, {"phone": None, "email": ""}),
        ({"notes": ["Call Ines", None]}, {"notes": [HIDDEN, None]}),
        ({"customer_note": {"text": "Ring"}}, {"customer_note": {"text": HIDDEN}}),
        ({"name": "Ines"}, {"name": HIDDEN}),
        ({"name": "Priority", "cost": 1}, {"name": "Priority", "cost": 1}),
        ({"api_key": "k", "token": None}, {"api_key": HIDDEN, "token": None}),
        ({"secret_token": "webh_1"}, {"secret_token": HIDDEN}),
        ({"base64_encoded_strings": ["abcd"]}, {"base64_encoded_strings": "<8 characters>"}),
        ({"message": "Sent to ines@example.com today"}, {"message": "Sent to [hidden] today"}),
        ({"total": 7.42, "tracking_number": "9400"}, {"total": 7.42, "tracking_number": "9400"}),
        (["a@example.com", 3], [HIDDEN, 3]),
    ],
)  # fmt: skip
def test_entry_is_kept_or_hidden(value: Any, kept: Any) -> None:
    assert redacted(value) == kept


@pytest.mark.parametrize(
    "name",
    [
        "veeqo/create_order.request",
        "veeqo/order",
        "veeqo/update_order",
        "easyship/create_shipment.request",
        "easyship/get_shipment",
        "easyship/create_address.request",
        "easyship/create_tracking.request",
    ],
)
def test_nobody_is_found_in_what_is_kept_of_a_body(name: str) -> None:
    kept = redacted_json(json.dumps(fixture(name)))

    assert [person for person in PEOPLE if person in kept] == []


def test_ids_and_numbers_stay() -> None:
    kept = redacted_json(json.dumps(fixture("veeqo/list_orders")))

    assert '"id": 5501874' in kept
    assert '"number": "SHOP-10482"' in kept


@pytest.mark.parametrize("end", range(40, 400, 40))
def test_body_that_breaks_off_hides_people_all_the_same(end: int) -> None:
    body = json.dumps({
        "id": 5501874,
        "first_name": "Ines",
        "phone": 12085550117,
        "deliver_to": {"address1": '912 Alder "St"', "email": "ines@example.com"},
        "token": "vk-secret",
        "customer_note": {"text": "Leave with the porter"},
        "status": "shipped",
        "padding": "x" * 200,
    })  # fmt: skip

    kept = redacted_json(body[:end])

    assert [person for person in (*PEOPLE, "vk-secret") if person in kept] == []
    assert kept.startswith('{"id": 5501874, "first_name": "[hidden]"')


def test_page_loses_its_mail_addresses() -> None:
    assert redacted_json(b"<p>Mail ines@example.com</p>") == "<p>Mail [hidden]</p>"


@pytest.mark.parametrize(
    "path", ["/customers?query=ines@example.com", "/c?query=ines%40example.com"]
)
def test_mail_in_a_query_is_hidden(path: str) -> None:
    assert redacted_query(path).endswith("?query=[hidden]")


def test_long_bodies_are_cut() -> None:
    assert len(redacted_json(json.dumps({"padding": "x" * 50_000}))) == MAX_KEPT


def test_null_bytes_do_not_reach_the_database() -> None:
    assert redacted_json('{"title": "a\\u0000b"}') == '{"title": "ab"}'
    assert redacted_json("a\x00b") == "ab"


def test_deep_nesting_is_no_trouble() -> None:
    assert redacted_json("[" * 100_000).startswith("[[[")


def test_of_a_long_list_the_first_rows_are_kept_as_they_would_be_of_a_short_one() -> None:
    rows = [{"id": number, "email": "a@example.com"} for number in range(5_000)]

    kept = redacted_json(json.dumps(rows))

    assert len(kept) == MAX_KEPT
    assert kept.startswith(redacted_json(json.dumps(rows[:100]))[:-1])
