"""Veeqo's manners: the key, three kinds of 404, envelopes, pages, limits."""

from __future__ import annotations

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin


def test_answers_are_typed_and_numbered(twin: RunningTwin) -> None:
    answer = twin.veeqo("GET", "/current_company")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
    assert {"X-Request-Id", "X-Runtime"} <= set(answer.headers)
    assert answer.json()["settings"]["auto_allocation_enabled"] is True


def test_a_body_that_is_no_json_is_a_400(twin: RunningTwin) -> None:
    answer = twin.veeqo("POST", "/orders", data=b"{not json")

    assert answer.status_code == 400
    assert twin.report()["bookings"] == []


def test_a_write_without_its_envelope_is_a_400(twin: RunningTwin) -> None:
    answer = twin.veeqo("POST", "/orders", steps.order(twin))

    assert answer.status_code == 400
    assert twin.report()["bookings"] == []


def test_a_page_beyond_the_last_is_empty(twin: RunningTwin) -> None:
    answer = twin.veeqo("GET", "/orders?page=9")

    assert (answer.status_code, answer.json()) == (200, [])


def test_page_sizes_over_the_cap_are_cut(twin: RunningTwin) -> None:
    answer = twin.veeqo("GET", "/products?page_size=100000")

    assert answer.headers["X-Per-Page"] == "100"


def test_the_limit_is_off_by_default(twin: RunningTwin) -> None:
    statuses = {twin.veeqo("GET", "/tags").status_code for _ in range(80)}

    assert statuses == {200}
