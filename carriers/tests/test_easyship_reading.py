"""How tolerant the reading of Easyship is, where it must not be, and what is built for it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import responses
from pypdf import PdfReader, PdfWriter

from carriers.contracts import Booking, TrackingStatus
from carriers.easyship import build, parse
from carriers.easyship.refusals import error_texts
from carriers.errors import (
    UpstreamMalformed,
)
from carriers.tests.border import (
    BUYER,
    ITEM,
    WAREHOUSE,
    consignment,
    easyship_client,
    fixture,
    shipment_with,
)
from shipping_project.kernel.money import Money

REF = "ESUS40551207"
SERVICE = "7a91d5e4-02b6-4f3c-8d40-9be2c1f7e622"
NO_NUMBER: dict[str, Any] = {"trackings": [], "shipping_documents": []}


def booking_with(**changes: Any) -> Booking:
    return parse.shipment(shipment_with(**changes), operation="get_shipment")


class TestLabelState:
    """Only a state that is known to be without a label may lead to buying one."""

    @pytest.mark.parametrize(
        "state",
        ["generated", "printed", "reported", "void_failed", "shipping_document_generated"],
    )
    def test_state_with_a_label(self, state: str) -> None:
        booking = booking_with(label_state=state)

        assert booking.label is not None
        assert booking.label.tracking_number == "9400100000000000000017"
        assert booking.label_pending is False

    @pytest.mark.parametrize("state", ["pending", "generating", "in_review", "GENERATED?"])
    def test_state_that_may_lead_to_one_is_pending(self, state: str) -> None:
        booking = booking_with(label_state=state, **NO_NUMBER)

        assert (booking.label, booking.label_pending) == (None, True)

    @pytest.mark.parametrize("state", ["not_created", "failed", "technical_failed", "voided"])
    def test_state_without_one(self, state: str) -> None:
        booking = booking_with(label_state=state)

        assert (booking.label, booking.label_pending) == (None, False)

    def test_unknown_state_with_a_number_is_a_label(self) -> None:
        assert booking_with(label_state="blessed").label is not None

    @pytest.mark.parametrize("told", [None, ""])
    def test_paid_shipment_without_a_state_is_pending(self, told: str | None) -> None:
        booking = booking_with(label_state=told, **NO_NUMBER)

        assert (booking.label, booking.label_pending) == (None, True)

    def test_unpaid_shipment_without_a_state_has_none(self) -> None:
        booking = booking_with(
            label_state=None, label_paid_at=None, label_generated_at=None, **NO_NUMBER
        )

        assert (booking.label, booking.label_pending) == (None, False)

    def test_failure_is_told_in_the_carriers_words(self) -> None:
        body = fixture("easyship/create_shipment_label_failed")

        booking = parse.shipment(body, operation="buy_label")

        assert booking.label is None
        assert booking.label_failure == "Invalid address provided for Receiver Address"

    def test_failure_without_words_gets_ours(self) -> None:
        booking = booking_with(label_state="failed", last_failure_http_response_messages=None)

        assert booking.label_failure == "The carrier refused to make the label."

    @pytest.mark.parametrize(
        ("changes", "is_cancelled"),
        [
            ({"shipment_state": "cancelled"}, True),
            ({"shipment_state": "cancelling"}, True),
            ({"shipment_state": "deleted"}, True),
            ({"label_state": "voided"}, True),
            ({"shipment_state": "created"}, False),
            ({"shipment_state": None}, False),
            ({"shipment_state": "hovering"}, False),
        ],
    )
    def test_cancelled(self, changes: dict[str, Any], is_cancelled: bool) -> None:
        assert booking_with(**changes).is_cancelled is is_cancelled


class TestReader:
    @pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "null"])
    @pytest.mark.parametrize(
        "key",
        [
            "courier_service",
            "order_data",
            "rates",
            "shipping_documents",
            "tracking_page_url",
            "last_failure_http_response_messages",
            "parcels",
            "insurance",
        ],
    )
    def test_shipment_lives_without_what_may_be_null(self, key: str, is_missing: bool) -> None:
        body = shipment_with(**{key: None})
        if is_missing:
            del body["shipment"][key]

        booking = parse.shipment(body, operation="get_shipment")

        assert booking.platform_ref == REF
        assert booking.label is not None
        assert booking.label.tracking_number == "9400100000000000000017"

    def test_reference_is_found_in_the_metadata_too(self) -> None:
        booking = booking_with(order_data=None, metadata={"reference": "SHOP-10482"})

        assert booking.reference == "SHOP-10482"

    def test_number_of_the_parcel_stands_in_for_that_of_the_leg(self) -> None:
        booking = booking_with(trackings=[], parcels=[{"tracking_number": "9400"}])

        assert booking.label is not None
        assert booking.label.tracking_number == "9400"

    @pytest.mark.parametrize("currency", ["usd", "USD", " USD "])
    def test_currency_is_read_in_any_case(self, currency: str) -> None:
        (quote,) = booking_with(rates=[rate(currency=currency)]).quotes

        assert quote.price == Money(Decimal("9.85"), "USD")

    @pytest.mark.parametrize(
        "change",
        [
            {"currency": "dollars"},
            {"currency": None},
            {"total_charge": None},
            {"total_charge": "n/a"},
            {"courier_service": None},
            {"courier_service": {"id": None}},
        ],
    )
    def test_rate_without_service_or_price_is_no_offer(self, change: dict[str, Any]) -> None:
        assert booking_with(rates=[rate(**change)]).quotes == ()

    def test_price_as_text_is_read(self) -> None:
        (quote,) = booking_with(rates=[rate(total_charge="9.850")]).quotes

        assert quote.price == Money(Decimal("9.85"), "USD")

    def test_prices_keep_their_own_currencies(self) -> None:
        quotes = booking_with(rates=[rate(), rate(currency="GBP", total_charge=7.5)]).quotes

        assert [quote.price for quote in quotes] == [
            Money(Decimal("9.85"), "USD"),
            Money(Decimal("7.50"), "GBP"),
        ]

    def test_cost_is_that_of_the_bought_service(self) -> None:
        other = rate(courier_service={"id": "other", "umbrella_name": "UPS"}, total_charge=1)

        label = booking_with(rates=[other, rate(currency="gbp")]).label

        assert label is not None
        assert label.cost == Money(Decimal("9.85"), "GBP")

    def test_unknown_carrier_keeps_its_name(self) -> None:
        service = {"id": SERVICE, "name": "Evri", "umbrella_name": "Evri"}
        (quote,) = booking_with(rates=[rate(courier_service=service)]).quotes

        assert quote.carrier == "EVRI"

    @pytest.mark.parametrize("body", [None, [], {}, {"shipment": None}, {"shipment": {}}])
    def test_answer_without_a_shipment_names_what_is_missing(self, body: object) -> None:
        with pytest.raises(UpstreamMalformed):
            parse.shipment(body, operation="get_shipment")

    def test_unknown_tracking_status_means_moving(self) -> None:
        body = fixture("easyship/get_tracking")
        body["shipments"][0]["checkpoints"][0]["primary_status"] = "Petted by a Dog"
        body["shipments"][0]["checkpoints"][1]["checkpoint_time"] = None

        (update,) = parse.tracking(body, operation="get_tracking")

        assert (update.status, update.raw_status) == (TrackingStatus.IN_TRANSIT, "Petted by a Dog")

    @pytest.mark.parametrize("checkpoints", [None, []])
    def test_parcel_without_scans(self, checkpoints: object) -> None:
        body = fixture("easyship/get_tracking")
        body["shipments"][0]["checkpoints"] = checkpoints

        assert parse.tracking(body, operation="get_tracking") == ()

    def test_label_in_several_parts_keeps_every_page_in_order(self) -> None:
        body = fixture("easyship/get_label")
        document = body["shipment"]["shipping_documents"][0]
        document["base64_encoded_strings"] = [page(101), page(102)]
        body["shipment"]["shipping_documents"] += [
            document | {"category": "packing_slip", "base64_encoded_strings": [page(103)]},
            document | {"base64_encoded_strings": [page(104)]},
        ]

        content = parse.label_document(body, operation="get_label").content

        widths = [sheet.mediabox.width for sheet in PdfReader(BytesIO(content)).pages]
        assert widths == [101, 102, 104]

    def test_label_in_parts_is_the_same_file_each_time(self) -> None:
        body = fixture("easyship/get_label")
        parts = [page(101), page(102)]
        body["shipment"]["shipping_documents"][0]["base64_encoded_strings"] = parts

        first = parse.label_document(body, operation="get_label")

        assert parse.label_document(body, operation="get_label") == first

    def test_label_in_one_part_is_kept_as_it_came(self) -> None:
        body = fixture("easyship/get_label")
        body["shipment"]["shipping_documents"][0]["base64_encoded_strings"] = [page(101)]

        document = parse.label_document(body, operation="get_label")

        assert b64encode(document.content).decode() == page(101)

    @pytest.mark.parametrize("broken", ["!!!", None, b64encode(b"%PDF-1.4 cut of").decode()])
    def test_label_with_a_broken_part_is_refused_whole(self, broken: object) -> None:
        body = fixture("easyship/get_label")
        parts = [page(101), broken]
        body["shipment"]["shipping_documents"][0]["base64_encoded_strings"] = parts

        with pytest.raises(UpstreamMalformed):
            parse.label_document(body, operation="get_label")

    @pytest.mark.parametrize("pages", [[], ["!!!"], ["aGVsbG8="], None, 5])
    def test_label_that_is_no_pdf_is_refused(self, pages: object) -> None:
        body = fixture("easyship/get_label")
        body["shipment"]["shipping_documents"][0]["base64_encoded_strings"] = pages

        with pytest.raises(UpstreamMalformed):
            parse.label_document(body, operation="get_label")


def page(width: int) -> str:
    """A PDF of one empty page, as the platform writes it."""
    writer, file = PdfWriter(), BytesIO()
    writer.add_blank_page(width=width, height=200)
    writer.write(file)
    return b64encode(file.getvalue()).decode()


def rate(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = fixture("easyship/get_shipment")["shipment"]["rates"][0]
    return row | changes


class TestBuild:
    @pytest.mark.parametrize(
        ("hs_code", "category", "key", "value"),
        [
            ("95030089", "", "hs_code", "95030089"),
            ("9503.00.89", "toys", "hs_code", "95030089"),
            ("9503 00", "", "hs_code", "950300"),
            ("", "toys", "category", "toys"),
            ("950", "toys", "category", "toys"),
            ("", "Lamps", "category", "accessory_no_battery"),
            ("", "", "category", "accessory_no_battery"),
        ],
    )
    def test_item_has_an_hs_code_or_a_category(
        self, hs_code: str, category: str, key: str, value: str
    ) -> None:
        item = replace(ITEM, hs_code=hs_code, category=category)

        (told,) = build.parcels(consignment(items=(item,)))[0]["items"]

        assert told[key] == value
        assert ("hs_code" in told) != ("category" in told)

    def test_absent_values_are_left_out_not_null(self) -> None:
        bare = replace(BUYER, address_2="", state="", email="", company="")

        told = build.destination_address(bare)

        assert sorted(told) == [
            "city",
            "contact_name",
            "contact_phone",
            "country_alpha2",
            "line_1",
            "postal_code",
        ]

    def test_names_are_cut_to_what_fits(self) -> None:
        long = replace(WAREHOUSE, name="A" * 60, company="B" * 60)

        origin, destination = build.origin_address(long), build.destination_address(long)

        assert (len(origin["contact_name"]), len(origin["company_name"])) == (22, 27)
        assert (len(destination["contact_name"]), len(destination["company_name"])) == (50, 50)

    def test_long_street_goes_on_in_the_second_line(self) -> None:
        lines = build.two_lines("912 North Alder Street, Building Four", "Unit 4")

        assert lines == ("912 North Alder Street, Building", "Four Unit 4")

    @pytest.mark.parametrize("street", ["A" * 36, "word " * 20])
    def test_street_that_fits_no_label_is_refused_before_anything_is_sent(
        self, street: str
    ) -> None:
        long = consignment(ship_to=replace(BUYER, address_1=street, address_2=""))

        with responses.RequestsMock() as platform, pytest.raises(build.CannotBuild):
            easyship_client().create_shipment(long)

        assert len(platform.calls) == 0

    def test_extension_of_a_phone_is_left_out(self) -> None:
        told = build.destination_address(replace(BUYER, phone="+12085550117 ext. 9"))

        assert told["contact_phone"] == "+12085550117"


@pytest.mark.parametrize(
    ("body", "texts"),
    [
        ({"error": {"details": ["a", "b"], "message": "m"}}, ["a", "b"]),
        ({"error": {"details": [], "message": "m"}}, ["m"]),
        ({"error": {"details": None, "message": "m"}}, ["m"]),
        ({"error": {"details": "odd", "message": "m"}}, ["m"]),
        ({"error": {}}, []),
        ({"error": "odd"}, []),
        (None, []),
        ([], []),
    ],
)
def test_words_of_a_refusal(body: object, texts: list[str]) -> None:
    assert error_texts(body) == texts
