"""Rates, labels, files, voids and tracking at Veeqo."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PIL import Image
from pypdf import PdfReader

from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import RunningTwin

NEVADA = 31007
DAY_S = 86400.0


def test_all_rates_share_a_quote_and_differ_by_name(twin: RunningTwin) -> None:
    _, allocation_id, _ = steps.ready(twin)

    found = steps.rates(twin, allocation_id)

    assert {rate["sub_carrier_id"] for rate in found} == {"UPS", "USPS", "FEDEX", "DHL"}
    assert len({rate["remote_shipment_id"] for rate in found}) == 1
    assert found[0]["remote_shipment_id"].startswith("prb")
    assert len({rate["name"] for rate in found}) == len(found)
    prices = [float(rate["total_net_charge"]) for rate in found]
    assert prices == sorted(prices)
    assert {rate["currency"] for rate in found} == {"$"}


def test_unavailable_services_say_why_when_asked(twin: RunningTwin) -> None:
    _, allocation_id, _ = steps.ready(twin)
    path = f"/shipping/rates/{allocation_id}?from_allocation_package=true"

    plain = twin.veeqo("GET", path).json()
    full = twin.veeqo("GET", f"{path}&format_with_unavailable_quotes=true").json()

    assert plain["unavailable"] == []
    told = {row["title"]: row["unavailable_reasons"] for row in full["unavailable"]}
    assert told["DHL Express Worldwide"] == [{"message": "Not offered for this destination."}]


def test_a_quote_of_another_parcel_buys_nothing(twin: RunningTwin) -> None:
    _, first, rate = steps.ready(twin)
    steps.packed(twin, first, weight=200)
    other = steps.ready(twin, "SHOP-2")[1]

    answers = [
        twin.veeqo("POST", "/shipping/shipments", steps.purchase(allocation_id, rate))
        for allocation_id in (first, other)
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert twin.labels() == []


def test_a_second_purchase_is_refused(twin: RunningTwin) -> None:
    _, allocation_id, rate = steps.ready(twin)
    body = steps.purchase(allocation_id, rate)
    twin.veeqo("POST", "/shipping/shipments", body)

    answer = twin.veeqo("POST", "/shipping/shipments", body)

    assert answer.status_code == 400
    assert answer.json() == {"error_messages": "This allocation is already shipped"}
    assert len(twin.labels()) == 1


def test_a_second_purchase_can_be_let_through(twin: RunningTwin) -> None:
    twin.options(veeqo_second_purchase="allow")
    _, allocation_id, rate = steps.ready(twin)
    body = steps.purchase(allocation_id, rate)

    answers = [twin.veeqo("POST", "/shipping/shipments", body) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(twin.labels()) == 2


def test_twenty_purchases_at_once_sell_one_label(twin: RunningTwin) -> None:
    _, allocation_id, rate = steps.ready(twin)
    body = steps.purchase(allocation_id, rate)

    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _: twin.veeqo("POST", "/shipping/shipments", body), range(20))
        )

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
    assert len(twin.labels()) == 1
    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (58, 0, 58)


def label_file(twin: RunningTwin, label: Any, suffix: str = "", more: str = "") -> Any:
    return twin.veeqo("GET", f"/shipping/labels{suffix}?shipment_ids[]={label['id']}{more}")


def test_several_labels_are_several_pages(twin: RunningTwin) -> None:
    first, second = steps.bought(twin)[1], steps.bought(twin, "SHOP-2")[1]

    answer = label_file(twin, first, ".pdf", f"&shipment_ids[]={second['id']}")

    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 2


def test_a_label_comes_as_image_and_as_printer_text(twin: RunningTwin) -> None:
    _, label = steps.bought(twin)

    image, text = label_file(twin, label, ".png"), label_file(twin, label, ".zpl")

    assert image.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(image.content)).size == (812, 1218)
    assert text.headers["Content-Type"] == "application/zpl"
    assert text.content.startswith(b"^XA")


def test_a_voided_order_can_buy_again(twin: RunningTwin) -> None:
    order, label = steps.bought(twin)
    twin.veeqo("DELETE", f"/shipments/{label['id']}")
    allocation_id = order["allocations"][0]["id"]
    rate = steps.rates(twin, allocation_id)[0]

    answer = twin.veeqo("POST", "/shipping/shipments", steps.purchase(allocation_id, rate))

    assert answer.status_code == 200
    assert sorted(row["state"] for row in twin.labels()) == ["bought", "voided"]


def statuses(twin: RunningTwin, label: Any) -> list[str]:
    path = f"/shipping/tracking_events/{label['id']}"
    return [event["status"] for event in twin.veeqo("GET", path).json()]


def test_tracking_can_run_faster(twin: RunningTwin) -> None:
    _, label = steps.bought(twin)
    twin.options(tracking_speed=1_000_000_000.0)

    assert statuses(twin, label)[-1] == "delivered"


def test_tracking_of_an_unknown_shipment_is_not_found(twin: RunningTwin) -> None:
    assert twin.veeqo("GET", "/shipping/tracking_events/1").status_code == 404


def test_a_shipment_from_elsewhere_is_recorded_and_can_be_taken_back(twin: RunningTwin) -> None:
    order = steps.made(twin)
    body = {
        "shipment": {
            "tracking_number_attributes": {"tracking_number": "1ZTEST0000000000001"},
            "carrier_id": 5,
            "notify_customer": False,
            "update_remote_order": True,
        },
        "allocation_id": order["allocations"][0]["id"],
        "order_id": order["id"],
    }

    answer = twin.veeqo("POST", "/shipments", body)

    shipment = answer.json()
    assert answer.status_code == 201
    assert shipment["carrier"] == {"id": 5, "name": "UPS"}
    assert shipment["tracking_number"]["tracking_number"] == "1ZTEST0000000000001"
    assert steps.read(twin, order["id"])["status"] == "shipped"
    assert statuses(twin, shipment) == []
    assert twin.labels() == []
    assert twin.veeqo("DELETE", f"/shipments/{shipment['id']}").status_code == 200
    assert steps.read(twin, order["id"])["status"] == "awaiting_fulfillment"


def test_a_partly_shipped_order_stays_open_and_cannot_be_cancelled(twin: RunningTwin) -> None:
    twin.options(veeqo_auto_allocation="off")
    order = steps.made(twin)
    sellable_id = order["line_items"][0]["sellable"]["id"]
    path = f"/orders/{order['id']}/allocations"
    lines = [{"sellable_id": sellable_id, "quantity": 1}]
    for warehouse_id in (NEVADA, 31008):
        allocation = {"warehouse_id": warehouse_id, "line_items_attributes": lines}
        answer = twin.veeqo("POST", path, {"allocation": allocation})
    allocation_id = answer.json()["allocations"][0]["id"]
    rate = steps.rates(twin, allocation_id)[0]

    twin.veeqo("POST", "/shipping/shipments", steps.purchase(allocation_id, rate))

    assert steps.read(twin, order["id"])["status"] == "awaiting_fulfillment"
    assert twin.veeqo("PUT", f"/orders/{order['id']}/cancel", {}).status_code == 400
    assert steps.levels(steps.stock(twin, "TRM-GRN", NEVADA)) == (59, 0, 59)
