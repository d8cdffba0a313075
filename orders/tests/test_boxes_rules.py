"""What is said of an order that needs several boxes."""

from __future__ import annotations

import pytest

from carriers.contracts import Parcel
from orders.rules.boxes import box_words, boxes_fault
from orders.rules.packing import PackedBox


def box(name: str, weight_g: int = 500) -> PackedBox:
    parcel = Parcel(weight_g=weight_g, length_mm=300, width_mm=200, height_mm=100)
    return PackedBox(name=name, parcel=parcel, units=((0, 1),))


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
