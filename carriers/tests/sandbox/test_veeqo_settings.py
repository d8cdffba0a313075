"""What the settings of the twin change for a client of Veeqo."""

from __future__ import annotations

import pytest
import requests

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NEVADA = 31007
PURCHASE = "/shipping/shipments"


def faulty(twin: RunningTwin) -> requests.Response:
    body = steps.order(twin, channel_id=1, line_items_attributes=[])
    return twin.veeqo("POST", "/orders", {"order": body})


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("list", ["Channel must exist", "Line items can't be blank"]),
        ("string", "Channel must exist, Line items can't be blank"),
    ],
)
def test_faults_of_an_order_come_as_list_or_text(
    twin: RunningTwin, form: str, told: object
) -> None:
    twin.options(veeqo_validation_body=form)

    answer = faulty(twin)

    assert answer.status_code == 400
    assert answer.json() == {"error_messages": told}


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("messages", {"error_messages": "Not found"}),
        ("status", {"status": 404, "error": "Not Found"}),
    ],
)
def test_what_is_not_there_is_told_in_two_ways(
    twin: RunningTwin, form: str, told: dict[str, object]
) -> None:
    twin.options(veeqo_not_found_body=form)

    answer = twin.veeqo("GET", "/customers/1")

    assert answer.status_code == 404
    assert answer.json() == told


@pytest.mark.parametrize("form", ["messages", "status"])
def test_orders_and_products_keep_the_words_that_were_seen(twin: RunningTwin, form: str) -> None:
    twin.options(veeqo_not_found_body=form)

    assert twin.veeqo("GET", "/orders/1").json() == {"error_messages": "Not found"}
    assert twin.veeqo("GET", "/products/1").json() == {"status": "404", "error": "Not Found"}


@pytest.mark.parametrize(
    ("mode", "skus"), [("keep", ["TRM-GRN", "TRM-NVY"]), ("remove", ["TRM-NVY"])]
)
def test_lines_left_out_of_an_update_stay_or_go(
    twin: RunningTwin, mode: str, skus: list[str]
) -> None:
    twin.options(veeqo_omitted_lines=mode)
    order = steps.made(twin)
    only = {"line_items_attributes": [steps.line(twin, 1, "TRM-NVY")]}

    answer = twin.veeqo("PUT", f"/orders/{order['id']}", {"order": only})

    assert answer.status_code == 200
    lines = steps.read(twin, order["id"])["line_items"]
    assert sorted(line["sellable"]["sku_code"] for line in lines) == skus


def test_a_page_beyond_the_last_can_be_refused(twin: RunningTwin) -> None:
    steps.made(twin)
    twin.options(veeqo_page_beyond="refuse")

    last, beyond = (twin.veeqo("GET", f"/orders?page={page}") for page in (1, 2))

    assert (last.status_code, len(last.json())) == (200, 1)
    assert beyond.status_code == 400
    assert beyond.json() == {"error_messages": ["Page is out of range"]}


def test_an_empty_list_has_a_first_page_even_so(twin: RunningTwin) -> None:
    twin.options(veeqo_page_beyond="refuse")

    assert twin.veeqo("GET", "/orders?page=1").json() == []


def test_the_cap_of_pages_can_be_lower(twin: RunningTwin) -> None:
    for number in range(3):
        steps.made(twin, f"SHOP-{number}")
    twin.options(veeqo_max_page_size=2)

    answer = twin.veeqo("GET", "/orders?page_size=100")

    assert [order["number"] for order in answer.json()] == ["SHOP-2", "SHOP-1"]
    assert answer.headers["X-Per-Page"] == "2"


def test_allocation_waits_as_long_as_it_is_told(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="async", veeqo_allocation_delay_s=600.0)
    order = steps.made(twin)

    twin.advance(540)
    before = steps.read(twin, order["id"])["allocations"]
    twin.advance(61)
    after = steps.read(twin, order["id"])["allocations"]

    assert (len(before), len(after)) == (0, 1)


@pytest.mark.parametrize(("minutes", "status"), [(5.0, 400), (60.0, 200)])
def test_a_quote_lasts_as_long_as_it_is_told(
    twin: RunningTwin, minutes: float, status: int
) -> None:
    twin.options(veeqo_rate_minutes=minutes)
    _, allocation_id, rate = steps.ready(twin)
    twin.advance(6 * 60)

    answer = twin.veeqo("POST", PURCHASE, steps.purchase(allocation_id, rate))

    assert answer.status_code == status


@pytest.mark.parametrize(("mode", "levels"), [("return", (60, 2, 58)), ("keep", (58, 2, 56))])
def test_a_void_puts_units_back_on_the_shelf_or_not(
    twin: RunningTwin, mode: str, levels: tuple[int, int, int]
) -> None:
    twin.options(veeqo_void_stock=mode)
    _, label = steps.bought(twin)

    twin.veeqo("DELETE", f"/shipments/{label['id']}")

    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == levels


@pytest.mark.parametrize(
    ("mode", "types"),
    [("string", [str, str]), ("object", [dict, dict]), ("alternate", [dict, str])],
)
def test_tracking_numbers_come_in_the_form_that_is_told(
    twin: RunningTwin, mode: str, types: list[type]
) -> None:
    twin.options(veeqo_tracking_number=mode)

    labels = [steps.bought(twin, f"SHOP-{number}")[1] for number in range(2)]

    assert sorted((type(row["tracking_number"]) for row in labels), key=str) == types


def test_the_address_of_a_label_is_always_told_by_default(twin: RunningTwin) -> None:
    labels = [steps.bought(twin, f"SHOP-{number}")[1] for number in range(2)]

    assert all("label_url" in label for label in labels)


def test_the_company_says_whether_it_allocates_by_itself(twin: RunningTwin) -> None:
    told = []
    for mode in ("sync", "async", "off"):
        twin.options(veeqo_auto_allocation=mode)
        company = twin.veeqo("GET", "/current_company").json()
        told.append(company["settings"]["auto_allocation_enabled"])

    assert told == [True, True, False]


@pytest.mark.parametrize(
    ("mode", "statuses", "sold"), [("refuse", [200, 400], 1), ("allow", [200, 200], 2)]
)
def test_a_second_purchase_is_refused_or_sold(
    twin: RunningTwin, mode: str, statuses: list[int], sold: int
) -> None:
    twin.options(veeqo_second_purchase=mode)
    _, allocation_id, rate = steps.ready(twin)
    body = steps.purchase(allocation_id, rate)

    answers = [twin.veeqo("POST", PURCHASE, body).status_code for _ in range(2)]

    assert (answers, len(twin.labels())) == (statuses, sold)
