"""What is said of an order that needs several boxes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from carriers.contracts import LabelledParcel, Parcel
from orders.rules.boxes import box_words, boxes_fault, numbers_of
from orders.rules.offers import billed_together
from orders.rules.packing import PackedBox
from orders.rules.routing import CarrierRule, Extras, RouteSnapshot, choose_route
from orders.services.snapshots import restored_snapshot, snapshot_record
from orders.tests.test_price_rules import FEDEX, UPS, judged, offer, priced, removed
from orders.tests.test_routing import BOOK, snapshot, stocked


def box(name: str, weight_g: int = 500) -> PackedBox:
    parcel = Parcel(weight_g=weight_g, length_mm=300, width_mm=200, height_mm=100)
    return PackedBox(name=name, parcel=parcel, units=((0, 1),))


FAILED = ("veeqo", "failed")


@pytest.mark.parametrize("platform", ["veeqo", "easyship"])
def test_nothing_is_said_of_one_box(platform: str) -> None:
    assert boxes_fault([box("M")], platform=platform) == ""
    assert boxes_fault([box("")], platform=platform, is_taken_from_there=True) == ""


def test_names_boxes_reason_and_cure() -> None:
    told = boxes_fault([box("M"), box("M", 700), box("")], platform="veeqo")

    assert told.startswith(
        "It needs 3 boxes (2 × M, 1 × a carton made to measure; 1700 g together), since no saved "
        "box holds all of it, and Veeqo books one parcel for a shipment. Split the order"
    )
    assert "save a box that holds all of it" in told


def test_an_order_taken_from_a_platform_is_one_parcel_there() -> None:
    told = boxes_fault([box("M"), box("S")], platform="easyship", is_taken_from_there=True)

    assert "at Easyship, where it comes from, it is one parcel" in told
    assert "pick" not in told


def test_boxes_are_counted_in_the_order_they_come() -> None:
    assert box_words([box("L"), box("S"), box("L")]) == "2 × L, 1 × S"


@pytest.mark.parametrize(
    ("weights", "told", "expected"),
    [
        ([990, 710], [(990, "A"), (710, "B")], ["A", "B"]),
        ([990, 710], [(710, "B"), (990, "A")], ["A", "B"]),
        ([990, 990], [(990, "A"), (990, "B")], ["A", "B"]),
        ([990, 710], [(1000, "A"), (700, "B")], ["A", "B"]),
        ([990, 710], [(0, "A"), (0, "B")], ["A", "B"]),
        ([990, 710], [(990, "A"), (710, "")], ["A", ""]),
        ([990, 710], [(990, "A")], ["", ""]),
        ([990], [(990, "A"), (10, "B")], [""]),
        ([990, 710], [], ["", ""]),
    ],
)
def test_a_number_goes_to_the_box_that_is_nearest_in_weight(
    weights: list[int], told: list[tuple[int, str]], expected: list[str]
) -> None:
    parcels = [LabelledParcel(weight_g=grams, tracking_number=number) for grams, number in told]

    assert numbers_of(weights, parcels) == expected


@pytest.mark.parametrize(
    ("parcels", "grams", "weight_g", "volumetric_g"),
    [
        ([(1000, (100, 100, 100))], 1000, 1000, 200),
        ([(1000, (100, 100, 100)), (500, (300, 200, 100))], 2200, 1500, 1400),
        ([(100, (300, 200, 100)), (100, (300, 200, 100))], 2400, 200, 2400),
    ],
)
def test_each_box_is_billed_by_its_own_weight_or_size(
    parcels: list[tuple[int, tuple[int, int, int]]], grams: int, weight_g: int, volumetric_g: int
) -> None:
    billed = billed_together(
        [
            Parcel(weight_g=weight, length_mm=size[0], width_mm=size[1], height_mm=size[2])
            for weight, size in parcels
        ]
    )

    assert (billed.grams, billed.weight_g, billed.volumetric_g) == (grams, weight_g, volumetric_g)
    assert billed.words.startswith(f"{grams} g billed: ")


def in_boxes(count: int, found: RouteSnapshot) -> RouteSnapshot:
    options = tuple(replace(option, boxes=count) for option in found.warehouses)
    return replace(found, warehouses=options)


@pytest.mark.parametrize(
    ("changes", "boxes", "platform"),
    [
        ({}, 1, "veeqo"),
        ({}, 2, "easyship"),
        ({"booked_at": "veeqo"}, 2, "veeqo"),
        ({"rule": CarrierRule(name="There", platform="veeqo")}, 2, "veeqo"),
        ({"rule": CarrierRule(name="Snug", extras=Extras(package="Snug"))}, 2, "veeqo"),
        ({"platform_of": {"UPS": "veeqo"}, "export_platform": "veeqo"}, 2, "veeqo"),
    ],
    ids=["one", "several", "taken from there", "a rule says so", "one box asked for", "not in use"],
)
def test_several_boxes_go_where_they_can_be_booked(
    changes: dict[str, Any], boxes: int, platform: str
) -> None:
    changes = dict(changes)
    rules = tuple(filter(None, [changes.pop("rule", None)]))
    booked_at = changes.pop("booked_at", "")
    book = replace(BOOK, rules=rules, **changes)
    plain = replace(snapshot("OR", warehouses=stocked(NV1=9)), book=book, booked_at=booked_at)

    route = choose_route(in_boxes(boxes, plain))

    assert (route.carrier, route.platform) == ("UPS", platform)
    moved = [step.reason for step in route.trace if (step.subject, step.outcome) == FAILED]
    words = "it needs 2 boxes, and Veeqo books one parcel"
    assert moved == ([words] if platform == "easyship" else [])
    assert (words in " ".join(route.sentences)) is (platform == "easyship")


def test_offers_where_only_one_parcel_is_booked_are_removed_for_several() -> None:
    there = offer("UPS", "12.00", platform="easyship")
    asked = priced(UPS, there, FEDEX)

    assert choose_route(asked).platform == "veeqo"
    assert choose_route(in_boxes(2, asked)).offer == FEDEX
    assert removed(in_boxes(2, priced(UPS, there))) == {"UPS Ground": ""}
    faults = [step.reason for step in judged(in_boxes(2, asked)) if step.outcome == "failed"]
    assert faults[0] == "it needs 2 boxes, and Veeqo books one parcel"


def test_only_platforms_that_book_several_are_asked_for_prices() -> None:
    asked = priced(offers_from="")

    one, several = choose_route(asked).wants, choose_route(in_boxes(2, asked)).wants

    assert one is not None
    assert several is not None
    assert (one.platforms, several.platforms) == (("easyship", "veeqo"), ("easyship",))


def test_a_record_from_before_boxes_were_counted_decides_as_it_did() -> None:
    before, _ = snapshot_record(snapshot("OR", warehouses=stocked(NV1=9)))
    options: Any = before["warehouses"]
    for option in options:
        del option["boxes"]

    again = restored_snapshot(before)

    assert [option.boxes for option in again.warehouses] == [1]
    assert choose_route(again).platform == "veeqo"
