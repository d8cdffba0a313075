"""The sixteen behaviours of Veeqo that its reference asks a stand-in to copy, in its order."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NEVADA = 31007
PURCHASE = "/shipping/shipments"


def numbers(twin: RunningTwin, query: str = "") -> list[str]:
    return [order["number"] for order in twin.veeqo("GET", f"/orders{query}").json()]


def buy(twin: RunningTwin, body: Any) -> requests.Response:
    return twin.veeqo("POST", PURCHASE, body)


class TestKey:
    """1. A missing or unknown key is a 401 on any route, before the route is looked at."""

    @pytest.mark.parametrize("path", ["/orders", "/orders/1", "/nowhere", "/shipping/rates/1"])
    @pytest.mark.parametrize("key", ["", "vk-wrong"])
    def test_wrong_key_is_refused_on_every_route(
        self, twin: RunningTwin, path: str, key: str
    ) -> None:
        answer = twin.veeqo("GET", path, headers={"x-api-key": key})

        assert answer.status_code == 401
        assert answer.json() == {"error_messages": "You're not authorized"}


class TestNotFound:
    """2. Three shapes of 404 by what was asked for; one switch for the resources nobody saw."""

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/orders/1", {"error_messages": "Not found"}),
            ("/products/1", {"status": "404", "error": "Not Found"}),
            ("/nowhere", {"status": 404, "error": "Not Found"}),
        ],
    )
    def test_shape_goes_by_what_was_asked_for(
        self, twin: RunningTwin, path: str, body: dict[str, object]
    ) -> None:
        answer = twin.veeqo("GET", path)

        assert (answer.status_code, answer.json()) == (404, body)

    def test_other_resources_answer_by_one_switch(self, twin: RunningTwin) -> None:
        told = []
        for shape in ("messages", "status"):
            twin.options(veeqo_not_found_body=shape)
            told.append(twin.veeqo("GET", "/shipping/tracking_events/1").json())

        assert told == [{"error_messages": "Not found"}, {"status": 404, "error": "Not Found"}]


class TestLists:
    """3. Bare arrays, newest first, counted in headers; odd questions are forgiven."""

    def test_lists_are_bare_newest_first_and_counted_in_headers(self, twin: RunningTwin) -> None:
        for number in range(3):
            steps.made(twin, f"SHOP-{number}")

        answers = [twin.veeqo("GET", f"/orders?page_size=2&page={page}") for page in (1, 2)]

        assert [[order["number"] for order in answer.json()] for answer in answers] == [
            ["SHOP-2", "SHOP-1"],
            ["SHOP-0"],
        ]
        counts = ("X-Total-Count", "X-Total-Pages-Count", "X-Page-Index", "X-Per-Page")
        assert [answers[1].headers[name] for name in counts] == ["3", "2", "2", "2"]

    def test_some_lists_have_fewer_counts_or_none(self, twin: RunningTwin) -> None:
        warehouses = twin.veeqo("GET", "/warehouses?page_size=3")
        channels = twin.veeqo("GET", "/channels")

        assert len(warehouses.json()) == 3
        assert warehouses.headers["X-Total-Count"] == "4"
        assert "X-Page-Index" not in warehouses.headers
        assert "X-Total-Count" not in channels.headers

    def test_page_sizes_over_the_cap_are_cut_silently(self, twin: RunningTwin) -> None:
        answer = twin.veeqo("GET", "/orders?page_size=100000")

        assert (answer.status_code, answer.headers["X-Per-Page"]) == (200, "100")

    @pytest.mark.parametrize("size", ["abc", "0", "-1", "²", "1.5"])
    def test_page_size_that_is_no_number_is_infinity(self, twin: RunningTwin, size: str) -> None:
        answer = twin.veeqo("GET", "/orders", params={"page_size": size})

        assert answer.status_code == 400
        assert answer.json() == {"error_messages": ["Infinity"]}

    def test_unknown_status_matches_nothing(self, twin: RunningTwin) -> None:
        steps.made(twin)

        answer = twin.veeqo("GET", "/orders?status=not_a_status")

        assert (answer.status_code, answer.json()) == (200, [])
        totals = ("X-Total-Count", "X-Total-Pages-Count")
        assert [answer.headers[name] for name in totals] == ["0", "0"]

    def test_date_that_is_none_is_ignored(self, twin: RunningTwin) -> None:
        steps.made(twin)

        assert numbers(twin, "?updated_at_min=yesterday") == ["SHOP-10482"]

    def test_cancelled_orders_are_hidden_unless_asked_for(self, twin: RunningTwin) -> None:
        order = steps.made(twin)
        twin.veeqo("PUT", f"/orders/{order['id']}/cancel", {})

        assert numbers(twin) == []
        assert numbers(twin, "?query=SHOP-10482") == []
        assert numbers(twin, "?query=SHOP-10482&status=cancelled") == ["SHOP-10482"]

        twin.options(veeqo_hide_cancelled=False)

        assert numbers(twin) == ["SHOP-10482"]


class TestSearch:
    """4. `query` is a substring of number, e-mail, name or SKU, and lags behind the list."""

    @pytest.mark.parametrize(
        "query",
        ["SHOP-10482", "shop-104", "buyer@example", "ines@example.com", "Calder", "TRM-GRN"],
    )
    def test_search_is_fuzzy(self, twin: RunningTwin, query: str) -> None:
        steps.made(twin)

        assert numbers(twin, f"?query={query}") == ["SHOP-10482"]
        assert numbers(twin, "?query=SHOP-9") == []

    def test_search_finds_longer_numbers_too(self, twin: RunningTwin) -> None:
        steps.made(twin, "SHOP-1")
        steps.made(twin, "SHOP-10")

        assert numbers(twin, "?query=SHOP-1") == ["SHOP-10", "SHOP-1"]

    def test_search_lags_behind_the_list(self, twin: RunningTwin) -> None:
        twin.options(veeqo_search_delay_s=30.0)
        steps.made(twin)

        assert numbers(twin, "?query=SHOP-10482") == []
        assert numbers(twin) == ["SHOP-10482"]

        twin.advance(31)

        assert numbers(twin, "?query=SHOP-10482") == ["SHOP-10482"]


class TestCreate:
    """5. 201 with the order; numbers may repeat; stock is held at once, later or not at all."""

    def test_order_without_a_number_gets_one_from_its_id(self, twin: RunningTwin) -> None:
        order = steps.made(twin, number="")

        assert order["number"] == f"#P-{order['id']}"

    def test_numbers_may_repeat(self, twin: RunningTwin) -> None:
        first, second = steps.made(twin), steps.made(twin)

        assert first["id"] != second["id"]
        assert numbers(twin, "?query=SHOP-10482") == ["SHOP-10482", "SHOP-10482"]

    def test_stock_is_held_at_the_stores_warehouse_at_once(self, twin: RunningTwin) -> None:
        order = steps.made(twin)

        assert order["status"] == "awaiting_fulfillment"
        assert [row["warehouse"]["id"] for row in order["allocations"]] == [NEVADA]
        assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 2, 58)

    @pytest.mark.parametrize(
        ("mode", "after"), [("async", "awaiting_fulfillment"), ("off", "awaiting_stock")]
    )
    def test_stock_can_be_held_later_or_not_at_all(
        self, twin: RunningTwin, mode: str, after: str
    ) -> None:
        twin.options(veeqo_auto_allocation=mode, veeqo_allocation_delay_s=60.0)
        order = steps.made(twin)
        twin.advance(61)

        assert (order["status"], order["allocations"]) == ("awaiting_stock", [])
        assert steps.read(twin, order["id"])["status"] == after

    def test_status_follows_payment_and_stock(self, twin: RunningTwin) -> None:
        unpaid = steps.made(twin, "SHOP-1", payment_attributes=None)
        short = steps.made(twin, "SHOP-2", line_items_attributes=[steps.line(twin, 500)])

        assert [unpaid["status"], short["status"]] == ["awaiting_payment", "awaiting_stock"]


def test_unknown_keys_are_ignored_notes_append_and_the_customers_is_replaced(
    twin: RunningTwin,
) -> None:
    """6. Orders take any key with 200; status, tags and number stay; notes append."""
    pk = steps.made(twin, colour="green", status="shipped")["id"]
    changes = {
        "colour": "red",
        "status": "shipped",
        "number": "OTHER",
        "tags": [{"name": "late"}],
        "customer_note_attributes": {"text": "Ring twice"},
        "employee_notes_attributes": [{"text": "Checked"}],
    }

    answer = twin.veeqo("PUT", f"/orders/{pk}", {"order": changes})
    twin.veeqo("POST", f"/orders/{pk}/notes", {"note": {"text": "Again"}})

    order = steps.read(twin, pk)
    assert answer.status_code == 200
    assert (order["status"], order["number"]) == ("awaiting_fulfillment", "SHOP-10482")
    assert order["tags"] == []
    assert "colour" not in order
    assert order["customer_note"]["text"] == "Ring twice"
    assert [note["text"] for note in order["employee_notes"]] == ["Checked", "Again"]


class TestCancel:
    """7. 204, empty, and the stock is free again; an order that was shipped is refused."""

    def test_cancel_frees_stock_and_is_empty(self, twin: RunningTwin) -> None:
        order = steps.made(twin)
        before = steps.levels(steps.stock(twin, "TRM-GRN", NEVADA))
        reason = {"cancel_reason": "Changed mind"}

        answer = twin.veeqo("PUT", f"/orders/{order['id']}/cancel", reason)

        cancelled = steps.read(twin, order["id"])
        assert (answer.status_code, answer.content) == (204, b"")
        assert (cancelled["status"], cancelled["cancel_reason"]) == ("cancelled", "Changed mind")
        assert cancelled["cancelled_by"]["login"] == "Dispatch Bot"
        assert cancelled["allocations"] == []
        assert before == (60, 2, 58)
        assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (60, 0, 60)

    def test_shipped_order_cannot_be_cancelled(self, twin: RunningTwin) -> None:
        order, _ = steps.bought(twin)

        answer = twin.veeqo("PUT", f"/orders/{order['id']}/cancel", {})

        assert answer.status_code == 400
        assert isinstance(answer.json()["error_messages"], str)
        assert steps.read(twin, order["id"])["status"] == "shipped"
