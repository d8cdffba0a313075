"""What a run has used of a limit, from the twin's record of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from carriers.limits import Bucket, Limits, Window
from orders.bench.use import use_of
from shipping_project.kernel.benches import all_benches

BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EASYSHIP = Limits(windows=(Window(10, 1.0), Window(60, 60.0)))
VEEQO = Limits(buckets=(Bucket(5.0, 56),))


def calls(*, every_s: float, for_s: float, status: int = 200) -> list[dict[str, Any]]:
    count = int(for_s / every_s) + 1
    return [
        {"at": (BEGUN + timedelta(seconds=every_s * n)).isoformat(), "status": status}
        for n in range(count)
    ]


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


class TestUse:
    @pytest.mark.parametrize(
        ("limits", "every_s", "share"),
        [
            (EASYSHIP, 1.0, 1.0),
            (EASYSHIP, 2.0, 0.5),
            (VEEQO, 0.2, 0.982),
            (VEEQO, 0.4, 0.491),
        ],
    )
    def test_share_is_what_was_called_of_what_was_allowed(
        self, limits: Limits, every_s: float, share: float
    ) -> None:
        use = use_of(calls(every_s=every_s, for_s=600.0), limits, busy_until=after(599.0))

        assert use.share == pytest.approx(share, abs=0.005)
        assert use.is_fine == (share >= 0.95)

    def test_one_refusal_is_one_too_many(self) -> None:
        rows = calls(every_s=0.2, for_s=600.0)
        rows[70]["status"] = 429

        use = use_of(rows, VEEQO, busy_until=after(600.0))

        assert (use.refused, use.is_fine) == (1, False)

    def test_a_short_run_says_nothing_about_the_share(self) -> None:
        use = use_of(calls(every_s=5.0, for_s=100.0), VEEQO, busy_until=after(100.0))

        assert use.share is None
        assert use.is_fine

    def test_no_call_at_all_is_no_use(self) -> None:
        assert use_of([], VEEQO, busy_until=BEGUN).calls == 0

    def test_what_comes_when_little_is_left_to_do_does_not_count(self) -> None:
        rows = calls(every_s=0.2, for_s=400.0)
        straggler = {"at": after(900.0).isoformat(), "status": 200}

        use = use_of([*rows, straggler], VEEQO, busy_until=after(400.0))

        assert (use.calls, use.busy_calls) == (2002, 2001)
        assert use.share == pytest.approx(0.98, abs=0.01)


def test_what_can_be_measured_is_found_by_its_module() -> None:
    benches = all_benches()

    assert "budget" in benches
    assert all(bench.words for bench in benches.values())
