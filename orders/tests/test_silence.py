"""When it is unusual that no order came, and who is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.core import mail
from django.test import TestCase

from accounts.models import Role
from accounts.tests.builders import make_organization, make_user
from orders.models import PulledOrder, PullSource
from orders.rules.silence import expected_since, is_unusual
from orders.services.silence import look_at_sources

NOON = datetime(2026, 9, 14, 12, tzinfo=UTC)
BUSY = dict.fromkeys(range(8, 20), 6.0)


def test_what_is_expected_follows_the_hours_of_the_day() -> None:
    since = NOON - timedelta(minutes=90)

    assert expected_since(BUSY, quiet_since=since, now=NOON) == 9.0
    assert expected_since(BUSY, quiet_since=NOON - timedelta(hours=14), now=NOON) == 24.0


def test_quiet_night_is_usual_and_a_quiet_morning_is_not() -> None:
    night = NOON.replace(hour=20) - timedelta(days=1)

    assert not is_unusual(BUSY, quiet_since=night, now=NOON.replace(hour=9))
    assert is_unusual(BUSY, quiet_since=night, now=NOON.replace(hour=10))


class SourceTests(TestCase):
    def setUp(self) -> None:
        make_user(Role.MANAGER)
        make_user(Role.MANAGER, organization=make_organization("alder"))
        self.source = PullSource.objects.create(
            platform="veeqo", store_ref="1", name="Shop", first_seen_at=NOON - timedelta(days=20)
        )
        # Two an hour, up to six hours ago.
        moments = [NOON - timedelta(hours=6, minutes=30 * step) for step in range(600)]
        PulledOrder.objects.bulk_create(
            PulledOrder(
                source=self.source, external_ref=str(step), outcome="filtered", first_seen_at=at
            )
            for step, at in enumerate(moments)
        )

    def test_silence_is_noted_and_mailed_once_to_the_firms_managers(self) -> None:
        self.assertEqual((look_at_sources(NOON), look_at_sources(NOON)), (1, 1))

        self.source.refresh_from_db()
        self.assertEqual(self.source.silent_since, NOON - timedelta(hours=6))
        self.assertEqual([len(one.to) for one in mail.outbox], [1])
        self.assertEqual(mail.outbox[0].subject, "No orders from Veeqo Shop")

    def test_order_that_comes_ends_it(self) -> None:
        look_at_sources(NOON)
        PulledOrder.objects.create(
            source=self.source, external_ref="new", outcome="filtered", first_seen_at=NOON
        )

        self.assertEqual(look_at_sources(NOON), 0)

        self.source.refresh_from_db()
        self.assertIsNone(self.source.silent_since)

    def test_new_source_is_given_time(self) -> None:
        PullSource.objects.update(first_seen_at=NOON - timedelta(days=2))

        self.assertEqual(look_at_sources(NOON), 0)
