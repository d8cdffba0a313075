"""Several parcels in one booking: as Easyship is told them, and what may come back of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import requests
from pypdf import PdfReader

from carriers.contracts import Booking, LabelledParcel, PackedParcel, Parcel
from carriers.easyship import build, parse
from carriers.errors import UpstreamRefused
from carriers.tests.border import CONSIGNMENT, ITEM, shipment_with
from carriers.tests.own_twin import twin_of
from carriers.tests.test_easyship_unknowns import Twin
from carriers.veeqo.client import VeeqoClient
from carriers.veeqo.port import VeeqoPort

ONE = PackedParcel(
    parcel=Parcel(weight_g=737, length_mm=305, width_mm=229, height_mm=152),
    items=(replace(ITEM, quantity=1),),
)
OTHER = PackedParcel(
    parcel=Parcel(weight_g=1_450, length_mm=400, width_mm=300, height_mm=250),
    items=(replace(ITEM, quantity=2), replace(ITEM, line_ref="L-2", sku="LMP-RED", quantity=1)),
)
TWO = replace(
    CONSIGNMENT,
    reference="SHOP-2",
    parcel=ONE.parcel,
    items=(replace(ITEM, quantity=3), OTHER.items[1]),
    parcels=(ONE, OTHER),
)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with twin_of(tmp_path) as url:
        yield Twin(url)


def shown(twin: Twin, booking: Booking) -> dict[str, Any]:
    """The shipment as the platform has it."""
    answer = requests.get(
        f"{twin.url}/2024-09/shipments/{booking.platform_ref}",
        headers={"Authorization": "Bearer ek-probe"},
        timeout=10,
    )
    told: dict[str, Any] = answer.json()["shipment"]
    return told


def test_each_box_is_a_parcel_with_what_is_in_it(twin: Twin) -> None:
    booking = twin.port.create_booking(TWO)

    parcels = shown(twin, booking)["parcels"]
    assert [parcel["total_actual_weight"] for parcel in parcels] == [0.737, 1.45]
    assert [parcel["box"]["outer_dimensions"]["length"] for parcel in parcels] == [30.5, 40.0]
    items = [[(i["sku"], i["quantity"]) for i in parcel["items"]] for parcel in parcels]
    assert items == [[("LMP-GRN", 1)], [("LMP-GRN", 2), ("LMP-RED", 1)]]


def test_the_shipment_costs_what_was_told_for_all_parcels(twin: Twin) -> None:
    rates = {quote.service_name: quote.price for quote in twin.client.get_rates(TWO)}
    alone = {quote.service_name: quote.price for quote in twin.client.get_rates(CONSIGNMENT)}

    booking = twin.port.create_booking(TWO)

    assert {quote.service_name: quote.price for quote in booking.quotes} == rates
    assert all(rates[name].amount > alone[name].amount for name in rates)


@pytest.mark.parametrize("labels", ["each", "joined"])
@pytest.mark.parametrize(("numbers", "own"), [("each", 2), ("first", 1), ("none", 0)])
def test_whatever_form_numbers_and_labels_have_there_is_one_label_of_a_page_for_each(
    twin: Twin, numbers: str, own: int, labels: str
) -> None:
    twin.options(easyship_parcel_numbers=numbers, easyship_parcel_labels=labels)
    booking = twin.port.create_booking(TWO)

    label = twin.port.buy_label(booking, booking.quotes[0])
    document = twin.port.fetch_label(label, booking.platform_ref)

    assert label.tracking_number
    assert [parcel.weight_g for parcel in label.parcels] == [737, 1_450]
    assert sum(bool(parcel.tracking_number) for parcel in label.parcels) == own
    assert label.parcels[0].tracking_number in ("", label.tracking_number)
    assert len(PdfReader(io.BytesIO(document.content)).pages) == 2
    found = twin.port.read_booking(booking.platform_ref).label
    assert found is not None
    assert found.parcels == label.parcels


def test_where_no_courier_takes_several_there_is_no_offer_and_no_failure(twin: Twin) -> None:
    twin.options(easyship_several_parcels="refuse")

    booking = twin.port.create_booking(TWO)

    assert twin.client.get_rates(TWO) == ()
    assert (booking.quotes, booking.label) == ((), None)


def test_batch_names_products_in_every_parcel() -> None:
    body = build.shipment_batch_body([TWO], origin_address_ref="a")

    (entry,) = body["shipments"]
    named = [[item["product"]["sku"] for item in one["items"]] for one in entry["parcels"]]
    assert named == [["LMP-GRN"], ["LMP-GRN", "LMP-RED"]]


@pytest.mark.parametrize(
    ("parcels", "expected"),
    [
        ([], ()),
        ([{"tracking_number": "A"}], ()),
        (
            [{"total_actual_weight": "0.7", "tracking_number": "A"}, {"tracking_number": None}],
            (LabelledParcel(weight_g=700, tracking_number="A"), LabelledParcel(weight_g=0)),
        ),
        (
            [{"total_actual_weight": -1}, {"tracking_number": "X" * 65}],
            (LabelledParcel(weight_g=0), LabelledParcel(weight_g=0)),
        ),
    ],
    ids=["none", "one", "several", "odd"],
)
def test_parcels_of_a_label_are_read_with_patience(
    parcels: list[dict[str, Any]], expected: tuple[LabelledParcel, ...]
) -> None:
    body = shipment_with(label_state="generated", parcels=parcels)

    label = parse.shipment(body, operation="get_shipment").label

    assert label is not None
    assert label.parcels == expected


def test_veeqo_is_not_told_of_one_parcel_where_there_are_two() -> None:
    port = VeeqoPort(cast(VeeqoClient, None), channel_id=1)
    booking = Booking(platform_ref="1", reference="SHOP-2")

    with pytest.raises(UpstreamRefused, match="needs 2 boxes") as at_booking:
        port.create_booking(TWO)
    with pytest.raises(UpstreamRefused, match="needs 2 boxes") as at_rating:
        port.prepare_booking(booking, TWO)

    codes = {at_booking.value.code, at_rating.value.code}
    assert codes == {"packing.several_boxes"}
