"""What a platform is told, and what a difference there means: a table of cases."""

from __future__ import annotations

import pytest

from inventory.rules.stock_sync import (
    Line,
    Memory,
    Ours,
    Owner,
    Step,
    Theirs,
    Verdict,
    explanation,
    judge,
)


def ours(on_hand: int, reserved: int = 0, counted: int = 0, buffer: int = 0, gone: int = 0) -> Ours:
    return Ours(
        on_hand=on_hand,
        reserved=reserved,
        counted_there=counted,
        buffer=buffer,
        gone_there=gone,
    )


@pytest.mark.parametrize(
    ("numbers", "to_tell"),
    [
        (ours(10), 10),
        (ours(10, buffer=3), 7),
        # Promised through Easyship: the platform knows nothing of it.
        (ours(10, reserved=4), 6),
        # Booked and allocated there: it subtracts the four itself.
        (ours(10, reserved=4, counted=4), 10),
        (ours(10, reserved=4, counted=1), 7),
        (ours(10, reserved=4, counted=4, buffer=2), 8),
        # Less left than is kept back: nothing for sale there, and its own orders keep theirs.
        (ours(10, reserved=9, counted=6, buffer=3), 6),
        (ours(4, reserved=4, counted=4, buffer=5), 4),
        (ours(0), 0),
        (ours(0, buffer=5), 0),
    ],
)
def test_what_is_told_leaves_available_less_buffer_for_sale(numbers: Ours, to_tell: int) -> None:
    assert numbers.to_tell == to_tell
    assert numbers.to_tell - numbers.counted_there == max(0, numbers.available - numbers.buffer)


TEN = ours(10)
NEVER, AGREED_ON_10, AGREED_ON_8 = Memory(), Memory(expected=10), Memory(expected=8)


@pytest.mark.parametrize(
    ("numbers", "physical", "memory", "verdict"),
    [
        (TEN, 10, AGREED_ON_10, Verdict(step=Step.AGREED)),
        (TEN, 10, NEVER, Verdict(step=Step.AGREED)),
        # The same lies there, and what was promised here before both ever met is to be told.
        (ours(10, reserved=4), 10, NEVER, Verdict(step=Step.TELL)),
        (ours(10, buffer=3), 10, NEVER, Verdict(step=Step.TELL)),
        (ours(10, reserved=4, gone=1), 9, NEVER, Verdict(step=Step.TELL)),
        (ours(10, reserved=4), 9, NEVER, Verdict(step=Step.WAIT, rest=3)),
        (ours(10, reserved=4), 10, AGREED_ON_8, Verdict(step=Step.WAIT, rest=2)),
        # Ours moved on, theirs did not.
        (TEN, 8, AGREED_ON_8, Verdict(step=Step.TELL)),
        # Our own number comes back though its answer was lost, or it is theirs less an order that
        # we have not heard of: it is sent again, as it is.
        (TEN, 9, Memory(expected=8, telling=9), Verdict(step=Step.TELL)),
        (TEN, 10, Memory(expected=12, telling=10), Verdict(step=Step.TELL)),
        (TEN, 12, Memory(expected=12, telling=10), Verdict(step=Step.TELL)),
        (TEN, 11, Memory(expected=12, telling=10), Verdict(step=Step.WAIT, rest=-1)),
        # The same by chance: one sold here, and one gone there that nobody explains.
        (TEN, 10, AGREED_ON_8, Verdict(step=Step.WAIT, rest=2)),
        (TEN, 10, Memory(expected=8, has_settled=True), Verdict(step=Step.DRIFT, rest=2)),
        # Sent once and not taken as the answer said, and there after all.
        (TEN, 10, Memory(expected=8, ignored=10), Verdict(step=Step.AGREED)),
        # Shipped there just before our number stood there, and so on the shelf again by it.
        (TEN, 13, Memory(expected=10, late=(-3,)), Verdict(step=Step.TELL)),
        (TEN, 15, Memory(expected=10, late=(-3, -2, -4)), Verdict(step=Step.TELL)),
        (TEN, 14, Memory(expected=10, late=(-3,)), Verdict(step=Step.WAIT, rest=4)),
        (TEN, 11, Memory(expected=10, late=(-3, -2)), Verdict(step=Step.WAIT, rest=1)),
        # The same of a number whose answer was lost.
        (TEN, 13, Memory(expected=14, telling=10, unsure=(-3,)), Verdict(step=Step.TELL)),
        (TEN, 17, Memory(expected=14, telling=10, unsure=(-3,)), Verdict(step=Step.WAIT, rest=3)),
        # Somebody changed it there: never overwritten, first waited for news of orders.
        (TEN, 12, AGREED_ON_10, Verdict(step=Step.WAIT, rest=2)),
        (TEN, 12, Memory(expected=10, has_settled=True), Verdict(step=Step.DRIFT, rest=2)),
        (TEN, 5, Memory(expected=8, has_settled=True), Verdict(step=Step.DRIFT, rest=-3)),
        # Two numbers that never agreed.
        (TEN, 12, NEVER, Verdict(step=Step.WAIT, rest=2)),
        (TEN, 12, Memory(has_settled=True), Verdict(step=Step.DRIFT, rest=2)),
        # A null says nothing, so nothing is lost by telling ours.
        (TEN, None, NEVER, Verdict(step=Step.TELL)),
        (TEN, None, AGREED_ON_10, Verdict(step=Step.TELL)),
        (ours(0), -4, Memory(expected=0, has_settled=True), Verdict(step=Step.DRIFT, rest=-4)),
    ],
)
def test_reading_where_ours_is_right(
    numbers: Ours, physical: int | None, memory: Memory, verdict: Verdict
) -> None:
    assert judge(owner=Owner.OURS, ours=numbers, theirs=at(physical), memory=memory) == verdict


@pytest.mark.parametrize(
    ("numbers", "physical", "memory", "verdict"),
    [
        (TEN, 10, AGREED_ON_10, Verdict(step=Step.AGREED)),
        # The first reading fills the shelf.
        (ours(0), 12, NEVER, Verdict(step=Step.TAKE, rest=12, take=12)),
        (TEN, 12, AGREED_ON_10, Verdict(step=Step.WAIT, rest=2)),
        (TEN, 12, Memory(expected=10, has_settled=True), Verdict(step=Step.TAKE, rest=2, take=2)),
        # Promised here and not allocated there: it lies there too.
        (ours(10, reserved=3), 10, NEVER, Verdict(step=Step.TAKE, rest=3, take=3)),
        (ours(10, reserved=3, counted=3), 10, NEVER, Verdict(step=Step.AGREED)),
        # Fewer there than its own orders hold, so fewer than are promised here: nobody's to take.
        (ours(5, reserved=5, counted=5), 3, NEVER, Verdict(step=Step.DRIFT, rest=-2)),
        # The buffer is kept back from the platform, so it is none of its own number's business.
        (ours(10, buffer=4), 10, NEVER, Verdict(step=Step.AGREED)),
        # Ours by a person's word, this once.
        (TEN, 8, Memory(expected=8, telling=10, has_settled=True), Verdict(step=Step.TELL)),
        (TEN, None, NEVER, Verdict(step=Step.LEFT)),
    ],
)
def test_reading_where_theirs_is_right(
    numbers: Ours, physical: int | None, memory: Memory, verdict: Verdict
) -> None:
    assert judge(owner=Owner.PLATFORM, ours=numbers, theirs=at(physical), memory=memory) == verdict


@pytest.mark.parametrize("owner", list(Owner))
def test_infinite_stock_is_left_alone(owner: Owner) -> None:
    endless = Theirs(physical=0, is_infinite=True)

    assert judge(owner=owner, ours=TEN, theirs=endless, memory=NEVER).step is Step.LEFT


def test_number_that_nobody_owns_is_left_alone() -> None:
    assert judge(owner=Owner.NOBODY, ours=TEN, theirs=at(3), memory=NEVER).step is Step.LEFT


def test_difference_is_told_by_reason_with_the_orders() -> None:
    lines = [
        Line(-1, "Veeqo orders", "A"),
        Line(-2, "Veeqo orders", "B"),
        Line(-4, "shipped there for our orders", "O-7"),
    ]

    assert explanation(lines) == (
        "-3: Veeqo orders A and B",
        "-4: shipped there for our orders O-7",
    )


def test_many_orders_are_counted_not_listed() -> None:
    lines = [Line(-1, "Veeqo orders", str(number)) for number in range(8)]

    assert explanation(lines) == ("-8: Veeqo orders 0, 1, 2, 3, 4 and 3 more",)


def at(physical: int | None) -> Theirs:
    return Theirs(physical=physical)
