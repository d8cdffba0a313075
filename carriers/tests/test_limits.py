"""The arithmetic of limits: no clock, no rows."""

from __future__ import annotations

from itertools import pairwise

import pytest

from carriers.limits import (
    Bucket,
    Limits,
    LimitsUnreadable,
    Priority,
    Usage,
    Window,
    allowed_within,
    parse_limits,
)

VEEQO = Limits(buckets=(Bucket(5.0, 56),))
EASYSHIP = Limits(windows=(Window(10, 1.0), Window(60, 60.0)))


def run(limits: Limits, count: int, *, share: float = 1.0) -> list[float]:
    """The moments of so many calls for one who always takes the first."""
    usage = Usage()
    moments: list[float] = []
    for _ in range(count):
        slot = limits.next_slot(usage, moments[-1] if moments else 0.0, share=share)
        usage = limits.used(usage, slot)
        moments.append(slot)
    return moments


class TestReadingLimits:
    @pytest.mark.parametrize(
        ("text", "limits"),
        [
            ("5/s burst 56", VEEQO),
            ("10/s 60/min", EASYSHIP),
            ("  1/s   6/min ", Limits(windows=(Window(1, 1.0), Window(6, 60.0)))),
            ("100/h", Limits(windows=(Window(100, 3600.0),))),
            ("", None),
            ("   ", None),
        ],
    )
    def test_reads(self, text: str, limits: Limits | None) -> None:
        assert parse_limits(text) == limits

    @pytest.mark.parametrize(
        "text",
        ["5", "5/day", "0/s", "5/s burst 0", "5/s, 6/min", "-1/s", "5/s burst 9 4/s burst 8"],
    )
    def test_refuses_what_it_cannot_read(self, text: str) -> None:
        with pytest.raises(LimitsUnreadable):
            parse_limits(text)


class TestBuckets:
    def test_lets_the_burst_through_at_once_and_then_the_rate(self) -> None:
        moments = run(VEEQO, 66)

        assert moments[55] == 0.0
        assert moments[56:] == pytest.approx([0.2 * step for step in range(1, 11)])

    def test_fills_up_again_in_silence(self) -> None:
        usage = Usage()
        for _ in range(56):
            usage = VEEQO.used(usage, 0.0)

        assert VEEQO.next_slot(usage, 0.0) == pytest.approx(0.2)
        assert VEEQO.next_slot(usage, 12.0) == 12.0

    def test_leaves_the_rest_of_a_burst_to_others(self) -> None:
        moments = run(VEEQO, 30, share=0.5)

        assert moments[27] == pytest.approx(0.0)
        assert moments[28] == pytest.approx(0.2)


class TestWindows:
    def test_never_exceeds_any_window(self) -> None:
        moments = run(EASYSHIP, 400)

        for start in moments:
            assert sum(start <= moment < start + 1.0 for moment in moments) <= 10
            assert sum(start <= moment < start + 60.0 for moment in moments) <= 60

    def test_uses_all_that_a_window_allows(self) -> None:
        moments = run(EASYSHIP, 601)

        assert moments[600] - moments[0] == pytest.approx(600.0, rel=0.02)

    def test_spreads_the_second_half_so_that_nobody_waits_for_most_of_a_minute(self) -> None:
        moments = run(EASYSHIP, 300)

        gaps = [later - sooner for sooner, later in pairwise(moments)]
        assert max(gaps) < 15.0

    def test_leaves_room_for_what_matters_more(self) -> None:
        usage = Usage()
        slot = 0.0
        while (slot := EASYSHIP.next_slot(usage, slot, share=Priority.SYNC.share)) < 50.0:
            usage = EASYSHIP.used(usage, slot)

        assert EASYSHIP.next_slot(usage, 50.0, share=Priority.BUY.share) < 52.0
        assert EASYSHIP.next_slot(usage, 50.0, share=Priority.SYNC.share) >= 50.0


class TestPauses:
    def test_nothing_goes_out_before_the_pause_is_over(self) -> None:
        assert VEEQO.next_slot(Usage(paused_until=30.0), 10.0) == 30.0
        assert EASYSHIP.next_slot(Usage(paused_until=30.0), 40.0) == 40.0


class TestSafety:
    @pytest.mark.parametrize("limits", [VEEQO, EASYSHIP, Limits(windows=(Window(6, 60.0),))])
    def test_is_within_the_limit_even_when_calls_arrive_late(self, limits: Limits) -> None:
        """Each call arrives up to a quarter of a second after its moment."""
        moments = run(limits.safe(), 300)
        arrivals = sorted(moment + 0.25 * (step % 5) / 4 for step, moment in enumerate(moments))

        usage = Usage()
        ideal = Limits(limits.buckets, limits.windows, is_spread=False)
        for arrival in arrivals:
            assert ideal.next_slot(usage, arrival) <= arrival + 1e-9
            usage = ideal.used(usage, arrival)

    @pytest.mark.parametrize(("limits", "hour"), [(VEEQO, 18_056), (EASYSHIP, 3_600)])
    def test_uses_nearly_all_of_it(self, limits: Limits, hour: int) -> None:
        moments = run(limits.safe(), 20_000)

        assert allowed_within(limits, 3_600.0) == hour
        assert sum(moment < 3_600.0 for moment in moments) >= 0.97 * hour

    def test_no_window_is_smaller_than_itself(self) -> None:
        assert allowed_within(EASYSHIP, 0.5) == 10
        assert allowed_within(EASYSHIP, 2.0) == 20
        assert allowed_within(EASYSHIP, 30.0) == 60


class TestPriorities:
    def test_buying_goes_first_and_may_use_everything(self) -> None:
        assert sorted(Priority) == [
            Priority.BUY,
            Priority.VOID,
            Priority.BOOK,
            Priority.RATE,
            Priority.TRACK,
            Priority.SYNC,
        ]
        shares = [priority.share for priority in Priority]
        assert shares == sorted(shares, reverse=True)
        assert shares[0] == 1.0
