"""Veeqo's manners: the key, three kinds of 404, envelopes, pages, limits."""

from __future__ import annotations

import pytest

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin


@pytest.mark.parametrize("path", ["/orders", "/orders/1", "/nowhere", "/shipping/rates/1"])
@pytest.mark.parametrize("key", ["", "vk-wrong"])
def test_a_wrong_key_is_refused_on_every_route(twin: RunningTwin, path: str, key: str) -> None:
    answer = twin.veeqo("GET", path, headers={"x-api-key": key})

    assert answer.status_code == 401
    assert answer.json() == {"error_messages": "You're not authorized"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/orders/1", {"error_messages": "Not found"}),
        ("/products/1", {"status": "404", "error": "Not Found"}),
        ("/nowhere", {"status": 404, "error": "Not Found"}),
        ("/shipments/7420001", {"status": 404, "error": "Not Found"}),
    ],
)
def test_not_found_has_three_shapes(twin: RunningTwin, path: str, body: dict[str, object]) -> None:
    answer = twin.veeqo("GET", path)

    assert answer.status_code == 404
    assert answer.json() == body


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/shipping/shipments/7420001"), ("POST", "/shipping/shipments/7420001/refund")],
)
def test_wrong_ways_to_void_are_no_routes(twin: RunningTwin, method: str, path: str) -> None:
    _, label = steps.bought(twin)

    answer = twin.veeqo(method, path.replace("7420001", str(label["id"])))

    assert answer.status_code == 404
    assert answer.json() == {"status": 404, "error": "Not Found"}
    assert [row["state"] for row in twin.labels()] == ["bought"]


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


def test_lists_are_bare_arrays_with_counts_in_headers(twin: RunningTwin) -> None:
    for number in range(3):
        steps.made(twin, f"SHOP-{number}")

    answer = twin.veeqo("GET", "/orders?page_size=2&page=2")

    assert [order["number"] for order in answer.json()] == ["SHOP-0"]
    counts = ("X-Total-Count", "X-Total-Pages-Count", "X-Page-Index", "X-Per-Page")
    assert [answer.headers[name] for name in counts] == ["3", "2", "2", "2"]


def test_a_page_beyond_the_last_is_empty(twin: RunningTwin) -> None:
    answer = twin.veeqo("GET", "/orders?page=9")

    assert (answer.status_code, answer.json()) == (200, [])


def test_warehouses_have_two_counts_and_channels_none(twin: RunningTwin) -> None:
    warehouses = twin.veeqo("GET", "/warehouses?page_size=3")
    channels = twin.veeqo("GET", "/channels")

    assert len(warehouses.json()) == 3
    assert warehouses.headers["X-Total-Count"] == "4"
    assert "X-Page-Index" not in warehouses.headers
    assert "X-Total-Count" not in channels.headers


def test_page_sizes_over_the_cap_are_cut(twin: RunningTwin) -> None:
    answer = twin.veeqo("GET", "/products?page_size=100000")

    assert answer.headers["X-Per-Page"] == "100"


@pytest.mark.parametrize("size", ["abc", "0", "-1", "²", "1.5"])
def test_a_page_size_that_is_no_number_is_infinity(twin: RunningTwin, size: str) -> None:
    answer = twin.veeqo("GET", "/orders", params={"page_size": size})

    assert answer.status_code == 400
    assert answer.json() == {"error_messages": ["Infinity"]}


def test_the_limit_answers_429_empty_and_without_advice(twin: RunningTwin) -> None:
    twin.options(enforce_limits=True, veeqo_burst=3)

    answers = [twin.veeqo("GET", "/tags") for _ in range(5)]

    statuses = [answer.status_code for answer in answers]
    assert statuses[:3] == [200, 200, 200]
    assert statuses[-1] == 429
    assert answers[-1].content == b""
    assert "Content-Type" not in answers[-1].headers
    assert "Retry-After" not in answers[-1].headers


def test_the_limit_is_off_by_default(twin: RunningTwin) -> None:
    statuses = {twin.veeqo("GET", "/tags").status_code for _ in range(80)}

    assert statuses == {200}
