"""Labels at Easyship: bought at once, later or in batches, refused, shown, followed."""

from __future__ import annotations

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from PIL import Image
from pypdf import PdfReader

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps as steps
from carriers.tests.sandbox.running import RunningTwin

DAY_S = 86400.0
REFUSED = bodies.destination(contact_name="Label Refused")
REFUSED_TEXT = "Invalid address provided for Receiver Address"
NO_FUNDS = "We were unable to generate a label as you do not have enough funds on your account."


def buy(twin: RunningTwin, pk: str, **body: Any) -> requests.Response:
    return twin.easyship("POST", f"/shipments/{pk}/label", body)


def test_a_label_is_bought_once_for_a_shipment(twin: RunningTwin) -> None:
    pk = steps.created(twin)["easyship_shipment_id"]

    answers = [buy(twin, pk) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 422]
    assert len(twin.labels()) == 1


def test_twenty_purchases_at_once_sell_one_label(twin: RunningTwin) -> None:
    shipment = steps.created(twin)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: buy(twin, shipment["easyship_shipment_id"]), range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 19
    assert len(twin.labels()) == 1
    assert steps.balance(twin) == pytest.approx(5000 - steps.price(shipment))


def test_the_label_call_may_choose_another_service(twin: RunningTwin) -> None:
    shipment = steps.created(twin)
    other = shipment["rates"][-1]

    answer = buy(
        twin, shipment["easyship_shipment_id"], courier_service_id=other["courier_service"]["id"]
    )

    assert answer.json()["shipment"]["courier_service"]["id"] == other["courier_service"]["id"]
    assert float(twin.labels()[0]["cost"]) == other["total_charge"]


def test_a_service_that_was_not_offered_is_refused(twin: RunningTwin) -> None:
    pk = steps.created(twin)["easyship_shipment_id"]

    answer = buy(twin, pk, courier_service_id="00000000-0000-4000-8000-000000000000")

    assert answer.status_code == 422
    assert steps.read(twin, pk)["label_state"] == "not_created"


def test_cancelling_a_refused_label_gives_nothing_back_twice(twin: RunningTwin) -> None:
    body = bodies.bought_now(destination_address=REFUSED)
    pk = twin.easyship("POST", "/shipments", body).json()["shipment"]["easyship_shipment_id"]

    answer = twin.easyship("POST", f"/shipments/{pk}/cancel")

    assert answer.status_code == 200
    assert steps.balance(twin) == 5000.0


def test_a_refused_label_is_a_201_when_bought_for_a_shipment(twin: RunningTwin) -> None:
    pk = steps.created(twin, bodies.shipment(destination_address=REFUSED))["easyship_shipment_id"]

    answer = buy(twin, pk)

    assert answer.status_code == 201
    assert answer.json()["shipment"]["label_state"] == "failed"
    changed = twin.easyship(
        "PATCH", f"/shipments/{pk}", {"destination_address": {"contact_name": "Ines Calder"}}
    )
    assert changed.status_code == 200
    assert buy(twin, pk).json()["shipment"]["label_state"] == "generated"
    assert len(twin.labels()) == 1


def test_without_funds_there_is_no_label_and_no_shipment(twin: RunningTwin) -> None:
    twin.fault("POST", "/shipments", "no_funds")

    answer = twin.easyship("POST", "/shipments", bodies.bought_now())

    assert steps.details(answer, 402) == [NO_FUNDS]
    assert answer.json()["error"]["code"] == "payment_required"
    assert twin.report()["bookings"] == []
    assert steps.balance(twin) == 5000.0


def test_an_asynchronous_label_is_made_once_however_many_look(twin: RunningTwin) -> None:
    twin.options(easyship_label_seconds=60.0)
    pk = steps.created(twin, bodies.bought_later())["easyship_shipment_id"]
    twin.advance(61)

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: steps.read(twin, pk), range(10)))

    assert len({row["trackings"][0]["tracking_number"] for row in found}) == 1
    assert len(twin.labels()) == 1


def test_an_asynchronous_label_can_fail(twin: RunningTwin) -> None:
    twin.options(easyship_label_seconds=60.0)
    twin.fault("POST", "/shipments", "fail_label")
    pk = steps.created(twin, bodies.bought_later())["easyship_shipment_id"]
    at_first = steps.read(twin, pk)["label_state"]
    twin.advance(61)

    after = steps.read(twin, pk)

    assert (at_first, after["label_state"]) == ("pending", "failed")
    assert twin.labels() == []
    assert steps.balance(twin) == 5000.0


def test_a_price_can_change_after_the_quote(twin: RunningTwin) -> None:
    shipment = steps.created(twin)
    twin.fault("POST", "/label", "price_changed")

    bought = buy(twin, shipment["easyship_shipment_id"]).json()["shipment"]

    assert steps.price(bought) == pytest.approx(steps.price(shipment) * 1.07, abs=0.006)
    assert float(twin.labels()[0]["cost"]) == steps.price(bought)


def documents(shipment: Any) -> dict[str, Any]:
    return {paper["category"]: paper for paper in shipment["shipping_documents"]}


def test_labels_come_in_four_formats(twin: RunningTwin) -> None:
    found = {
        kind: documents(steps.created(twin, bodies.bought_now(kind, kind)))["label"]
        for kind in ("pdf", "png", "zpl", "url")
    }

    pages = {
        kind: [base64.b64decode(text) for text in paper["base64_encoded_strings"]]
        for kind, paper in found.items()
    }
    assert len(PdfReader(io.BytesIO(pages["pdf"][0])).pages) == 1
    assert Image.open(io.BytesIO(pages["png"][0])).size == (812, 1218)
    assert pages["zpl"][0].startswith(b"^XA")
    assert pages["url"] == []
    assert {paper["format"] for paper in found.values()} == {"pdf", "png", "zpl", "url"}
    assert found["url"]["page_size"] == "4x6"


def test_reading_gives_links_unless_a_format_is_asked_for(twin: RunningTwin) -> None:
    pk = steps.created(twin, bodies.bought_now(format_="png"))["easyship_shipment_id"]

    link = documents(steps.read(twin, pk))["label"]
    file = documents(steps.read(twin, pk, "?format=PDF"))["label"]

    assert (link["format"], link["base64_encoded_strings"]) == ("url", [])
    assert base64.b64decode(file["base64_encoded_strings"][0]).startswith(b"%PDF-")


def test_an_export_has_a_commercial_invoice(twin: RunningTwin) -> None:
    london = bodies.destination(country_alpha2="GB", state="", city="London", postal_code="E6 7FB")
    shipment = steps.created(twin, bodies.bought_now(destination_address=london))
    pk = shipment["easyship_shipment_id"]

    answer = twin.easyship("GET", f"/shipments/{pk}/documents?document_type=commercial_invoice")

    assert set(documents(shipment)) == {"label", "commercial_invoice"}
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "COMMERCIAL INVOICE" in text
    assert "2 x Stainless steel mug  HS 73239300  CN  18.50 USD" in text
    assert "Total 37.00 USD" in text


def test_documents_are_invoices_of_bought_shipments_only(twin: RunningTwin) -> None:
    pk = steps.created(twin)["easyship_shipment_id"]

    early = twin.easyship("GET", f"/shipments/{pk}/documents")
    other = twin.easyship("GET", f"/shipments/{pk}/documents?document_type=packing_slip")

    told = "The shipment has been canceled or the label hasn't been purchased."
    assert steps.details(early, 400) == [told]
    assert '"packing_slip" isn\'t part of the enum' in steps.details(other)[1]


def tracked(twin: RunningTwin, query: str = "") -> Any:
    rows = twin.easyship("GET", f"/shipments/trackings?{query}").json()["shipments"]
    return rows[0]


def test_trackings_are_found_by_our_number(twin: RunningTwin) -> None:
    steps.created(twin, bodies.bought_now("KS-1"))
    steps.created(twin, bodies.bought_now("KS-2"))

    assert tracked(twin, "platform_order_number=KS-1")["platform_order_number"] == "KS-1"


def test_transaction_records_are_listed_by_day(twin: RunningTwin) -> None:
    shipment = steps.created(twin, bodies.bought_now())
    today = shipment["created_at"][:10]

    rows = twin.easyship("GET", f"/transaction_records?from_date={today}&to_date={today}").json()
    later = twin.easyship("GET", "/transaction_records?from_date=2099-01-01").json()

    [record] = rows["transaction_records"]
    assert record["easyship_shipment_id"] == shipment["easyship_shipment_id"]
    assert record["amount"] == steps.price(shipment)
    assert later["transaction_records"] == []


def finished(twin: RunningTwin, batch: Any) -> tuple[Any, list[Any]]:
    twin.advance(60)
    found = twin.easyship("GET", f"/batches/{batch['id']}").json()["batch"]
    items = twin.easyship("GET", f"/batches/{batch['id']}/items").json()["batch_items"]
    return found, items


def test_a_batch_of_labels_buys_what_it_can(twin: RunningTwin) -> None:
    wanted = [steps.created(twin, bodies.shipment(n))["easyship_shipment_id"] for n in "AB"]
    buy(twin, wanted[1])
    body = {"shipments": [{"easyship_shipment_id": pk} for pk in (*wanted, "ESUS9999999")]}

    answer = twin.easyship("POST", "/batches/labels", body)

    batch = answer.json()["batch"]
    assert (answer.status_code, batch["state"], batch["type"]) == (202, "created", "label_batch")
    after, items = finished(twin, batch)
    assert (after["state"], after["total_count"], after["failed_count"]) == ("processed", 3, 2)
    assert [item["state"] for item in items] == ["processed", "failed", "failed"]
    assert items[2]["processing_errors"] == ["The Shipment was not found"]
    assert len(twin.labels()) == 2


def test_a_batch_of_shipments_books_each_with_its_label(twin: RunningTwin) -> None:
    saved = twin.easyship("GET", "/addresses").json()["addresses"][0]["id"]
    defaults = {
        "origin_address_id": saved,
        "sender_address_id": saved,
        "return_address_id": saved,
        "shipping_settings": {"buy_label": True},
    }
    good = [bodies.batch_shipment(f"KS-{number}") for number in range(3)]
    bad = bodies.batch_shipment("KS-BAD", destination_address=bodies.destination(city=""))

    answer = twin.easyship(
        "POST", "/batches/shipments", {"defaults": defaults, "shipments": [*good, bad]}
    )

    after, items = finished(twin, answer.json()["batch"])
    assert (after["processed_count"], after["failed_count"]) == (3, 1)
    assert items[3]["processing_errors"] == ["destination_address.city can't be blank"]
    twin.advance(60)
    found = twin.easyship("GET", "/shipments").json()["shipments"]
    assert {row["label_state"] for row in found} == {"generated"}
    assert {label["reference"] for label in twin.labels()} == {"KS-0", "KS-1", "KS-2"}
