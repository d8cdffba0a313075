"""The states of a void, and the terms of platforms and carriers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest import TestCase

from orders.rules.voids import MOVES, OPEN_VOIDS, VoidState, is_refund, next_look, terms_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TermsTests(TestCase):
    def test_platforms_have_their_own_windows(self) -> None:
        self.assertEqual(terms_of("veeqo", "UPS").window, timedelta(days=14))
        self.assertEqual(terms_of("easyship", "UPS").window, timedelta(days=180))

    def test_a_carrier_at_a_platform_goes_before_the_platform(self) -> None:
        self.assertEqual(terms_of("veeqo", "USPS").refund, timedelta(days=60))
        self.assertEqual(terms_of("veeqo", "UPS").refund, timedelta(days=30))

    def test_a_setting_goes_before_both_and_the_narrowest_before_the_rest(self) -> None:
        days = {"usps": 28, "veeqo/usps": 10, "veeqo": 12}

        windows = [
            terms_of(platform, carrier, window_days=days).window.days
            for platform, carrier in (("veeqo", "USPS"), ("easyship", "USPS"), ("veeqo", "UPS"))
        ]

        self.assertEqual(windows, [10, 28, 12])


class StateTests(TestCase):
    def test_money_that_comes_late_is_still_taken(self) -> None:
        self.assertEqual(MOVES[VoidState.EXPIRED], {VoidState.REFUNDED})

    def test_only_what_was_taken_can_be_refunded(self) -> None:
        self.assertNotIn(VoidState.REFUNDED, MOVES[VoidState.REQUESTED])
        self.assertEqual([s for s in VoidState if MOVES[s]], [*OPEN_VOIDS, VoidState.EXPIRED])


class LookTests(TestCase):
    def test_looks_come_hourly_for_a_day_and_then_daily(self) -> None:
        young, old = NOON + timedelta(hours=23), NOON + timedelta(hours=24)

        self.assertEqual(next_look(NOON, young) - young, timedelta(hours=1))
        self.assertEqual(next_look(NOON, old) - old, timedelta(days=1))

    def test_refunds_are_told_by_easyships_words(self) -> None:
        words = ("Refund after Cancellation", "Refund (50%)", "Charge After Refund", "")

        self.assertEqual([is_refund(word) for word in words], [True, True, False, False])
