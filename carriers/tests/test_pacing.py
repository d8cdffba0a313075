"""The shared limit and the rests, by rows: what one process uses, all others know."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.core.checks import run_checks
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.builders import make_organization
from carriers.contracts import Platform
from carriers.errors import (
    UpstreamError,
    UpstreamPaced,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamResting,
    UpstreamUnavailable,
)
from carriers.exchange import CallSpec
from carriers.http import PlatformSession
from carriers.limits import Priority
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.leases import claim_next, seconds_until_claim
from carriers.outbox.worker import run_next
from carriers.pacing import Circuit, RateWindow
from carriers.reports_pacing import pacing_standing
from carriers.services.calls import calls_for, current_priority
from carriers.services.circuits import close_circuit
from carriers.services.gates import SharedGate
from carriers.services.pacing import credential_of, take_slot
from carriers.tests.border import KEY, Ledger, read_spec, write_spec
from carriers.tests.scripted import SCRIPT, make_command
from carriers.tests.wire import Script, closes, says, wire
from carriers.veeqo.refusals import RULES
from shipping_project.kernel.tests.races import at_once, needs_row_locks, results

CREDENTIAL = credential_of(Platform.VEEQO, KEY)
# Of a burst of five, one is kept back for calls that arrive late.
ONE_AN_HOUR = override_settings(VEEQO_LIMITS="1/h burst 5", VEEQO_API_KEY=KEY, CALL_WAIT_S=10)
ROOM = 4
STEP_S = 3_600.0 / 0.99


def take(priority: Priority = Priority.BUY) -> float:
    return take_slot(read_spec(), platform=Platform.VEEQO, credential=CREDENTIAL, priority=priority)


def taken() -> int:
    return RateWindow.objects.get(credential=CREDENTIAL).calls


@ONE_AN_HOUR
class SharedLimitTests(TestCase):
    def test_gives_out_what_the_limit_has_and_then_refuses_unsent(self) -> None:
        self.assertEqual([take() for _ in range(ROOM)], [0.0] * ROOM)
        with self.assertRaises(UpstreamPaced) as refused:
            take()

        self.assertFalse(refused.exception.sent)
        assert refused.exception.retry_after_s is not None
        self.assertAlmostEqual(refused.exception.retry_after_s, STEP_S, delta=60.0)
        self.assertEqual(taken(), ROOM)

    def test_leaves_the_last_of_it_to_purchases(self) -> None:
        for _ in range(ROOM - 1):
            take()

        with self.assertRaises(UpstreamPaced):
            take(Priority.SYNC)

        self.assertEqual(take(Priority.BUY), 0.0)

    @override_settings(VEEQO_LIMITS="1/s burst 1")
    def test_names_how_long_to_wait_where_that_is_short(self) -> None:
        first, second = take(), take()

        self.assertEqual(first, 0.0)
        self.assertGreater(second, 0.0)
        self.assertLess(second, 1.2)

    @override_settings(VEEQO_LIMITS="")
    def test_without_a_limit_nothing_is_counted(self) -> None:
        self.assertEqual(take(), 0.0)
        self.assertFalse(RateWindow.objects.exists())

    def test_another_key_has_a_limit_of_its_own(self) -> None:
        RateWindow.objects.create(
            credential=CREDENTIAL, platform="veeqo", paused_until=time.time() + 60
        )

        other = credential_of(Platform.VEEQO, "another-key")
        wait_s = take_slot(
            read_spec(), platform=Platform.VEEQO, credential=other, priority=Priority.BUY
        )

        self.assertEqual(wait_s, 0.0)

    def test_the_row_does_not_hold_the_key(self) -> None:
        take()

        self.assertNotIn(KEY, str(RateWindow.objects.values().get()))


@pytest.mark.postgres
@needs_row_locks
@override_settings(VEEQO_LIMITS="10/s", VEEQO_API_KEY=KEY, CALL_WAIT_S=60)
class ManyProcessesTests(TransactionTestCase):
    serialized_rollback = True

    def take_some(self, _: int) -> list[float]:
        return [time.time() + take() for _ in range(5)]

    def test_eight_at_once_never_share_a_moment_of_the_limit(self) -> None:
        moments = sorted(m for some in results(at_once(8, self.take_some)) for m in some)

        self.assertEqual(taken(), 40)
        for sooner, later in zip(moments, moments[10:], strict=False):
            self.assertGreater(later - sooner, 1.0)


class GateCase(TestCase):
    def setUp(self) -> None:
        self.ledger = Ledger()

    def session(self, url: str) -> PlatformSession:
        return PlatformSession(
            platform="veeqo",
            base_url=url,
            headers={"x-api-key": KEY},
            secret=KEY,
            connect_timeout_s=2,
            read_timeout_s=2,
            recorder=self.ledger,
            rules=RULES,
            gate=SharedGate(Platform.VEEQO, KEY),
        )

    def error_of(self, script: Script, spec: CallSpec | None = None) -> UpstreamError | None:
        with wire(script) as server:
            try:
                self.session(server.url).call(spec or read_spec(), lambda answer: None)
            except UpstreamError as exc:
                return exc
        return None


@ONE_AN_HOUR
class ObeyingThePlatformTests(GateCase):
    def paused_s(self) -> float:
        row = RateWindow.objects.get(credential=CREDENTIAL)
        return max(0.0, float(row.paused_until) - time.time())

    def test_a_refusal_stops_all_for_as_long_as_it_says(self) -> None:
        error = self.error_of(says("429 Too Many Requests", b"", "Retry-After: 40"))

        self.assertIs(type(error), UpstreamRateLimited)
        self.assertAlmostEqual(self.paused_s(), 40.0, delta=5.0)
        self.assertEqual(RateWindow.objects.get().refusals, 1)
        with self.assertRaises(UpstreamPaced):
            take()

    def test_a_refusal_without_a_time_stops_all_for_a_second(self) -> None:
        before = time.time()
        self.error_of(says("429 Too Many Requests"))

        row = RateWindow.objects.get(credential=CREDENTIAL)
        self.assertGreaterEqual(row.paused_until, before + 1.0)

    def test_an_empty_limit_stops_all_before_any_refusal(self) -> None:
        reset = f"X-Ratelimit-Reset: {int(time.time()) + 30}"
        error = self.error_of(says("200 OK", b"{}", "X-Ratelimit-Remaining: 0", reset))

        self.assertIsNone(error)
        self.assertAlmostEqual(self.paused_s(), 30.0, delta=5.0)
        self.assertEqual(RateWindow.objects.get().refusals, 0)

    def test_what_is_paced_never_reaches_the_platform(self) -> None:
        RateWindow.objects.create(
            credential=CREDENTIAL, platform="veeqo", paused_until=time.time() + 60
        )
        with wire(says("200 OK", b"{}")) as server:
            with self.assertRaises(UpstreamPaced):
                self.session(server.url).call(write_spec(), lambda answer: None)

            self.assertEqual(server.requests, [])


@override_settings(VEEQO_API_KEY=KEY, CIRCUIT_FAILURES=3)
class RestTests(GateCase):
    def lose(self, times: int) -> None:
        for _ in range(times):
            self.error_of(closes)

    def wake(self) -> None:
        Circuit.objects.update(open_until=timezone.now() - timedelta(seconds=1))

    def test_rests_after_failures_running(self) -> None:
        self.lose(3)

        with wire(says("200 OK", b"{}")) as server:
            with self.assertRaises(UpstreamResting) as refused:
                self.session(server.url).call(read_spec(), lambda answer: None)
            self.assertEqual(server.requests, [])
        self.assertFalse(refused.exception.sent)
        self.assertGreater(refused.exception.retry_after_s or 0.0, 0.0)

    def test_other_operations_go_on(self) -> None:
        self.lose(3)

        self.assertIsNone(self.error_of(says("200 OK", b"{}"), write_spec()))

    def test_a_success_between_starts_the_count_anew(self) -> None:
        self.lose(2)
        self.error_of(says("200 OK", b"{}"))
        self.lose(2)

        self.assertIsNone(self.error_of(says("200 OK", b"{}")))

    def test_a_refusal_is_an_answer(self) -> None:
        self.lose(2)
        for _ in range(4):
            error = self.error_of(says("422 Unprocessable", b'{"error_messages": "No"}'))
            self.assertIs(type(error), UpstreamRefused)

        self.assertFalse(Circuit.objects.open_ones().exists())

    def test_afterwards_one_call_tries_and_others_wait_for_it(self) -> None:
        self.lose(3)
        self.wake()
        gate = SharedGate(Platform.VEEQO, KEY)

        gate.enter(read_spec())
        with self.assertRaises(UpstreamResting):
            gate.enter(read_spec())
        gate.leave(read_spec(), headers={}, error_code="")

        gate.enter(read_spec())

    def test_rests_longer_each_time_it_fails_again_up_to_a_minute(self) -> None:
        self.lose(3)
        rests = [self.rest_s()]
        for _ in range(6):
            self.wake()
            self.lose(1)
            rests.append(self.rest_s())

        for rest_s, expected in zip(rests, [5, 10, 20, 40, 60, 60, 60], strict=True):
            self.assertAlmostEqual(rest_s, expected, delta=4)

    def rest_s(self) -> float:
        until = Circuit.objects.get().open_until
        assert until is not None
        return (until - timezone.now()).total_seconds()

    def test_when_it_answers_again_what_waited_goes_out_at_once(self) -> None:
        organization = make_organization()
        waiting = make_command(organization, lane="order:1")
        busy = make_command(organization, lane="order:2")
        later = timezone.now() + timedelta(seconds=50)
        OutboxCommand.objects.filter(pk=waiting.pk).update(
            error_code="upstream.resting", next_attempt_at=later
        )
        OutboxCommand.objects.filter(pk=busy.pk).update(
            error_code="worker.error", next_attempt_at=later
        )
        self.lose(3)
        self.wake()

        self.error_of(says("200 OK", b"{}"))

        waiting.refresh_from_db()
        busy.refresh_from_db()
        self.assertLessEqual(waiting.next_attempt_at, timezone.now())
        self.assertEqual(busy.next_attempt_at, later)

    def test_a_person_may_end_the_rest(self) -> None:
        self.lose(3)
        circuit = Circuit.objects.get()

        closed = close_circuit(circuit_id=circuit.pk, actor="tests")

        self.assertTrue(closed)
        self.assertIsNone(self.error_of(says("200 OK", b"{}")))
        self.assertEqual(AuditEntry.objects.get(action="circuit.closed").actor, "tests")
        self.assertFalse(close_circuit(circuit_id=circuit.pk, actor="tests"))

    def test_the_page_says_what_rests(self) -> None:
        self.lose(3)

        veeqo = next(one for one in pacing_standing() if one.label == "Veeqo")

        self.assertEqual([one.operation for one in veeqo.resting], ["veeqo.get_order"])


@ONE_AN_HOUR
class ClaimTests(TestCase):
    def setUp(self) -> None:
        SCRIPT.clear()
        self.organization = make_organization()

    def fill(self, calls: int) -> None:
        RateWindow.objects.create(
            credential=CREDENTIAL, platform="veeqo", full_at=time.time() + calls * STEP_S
        )

    def command(self, lane: str, platform: str, priority: Priority) -> OutboxCommand:
        made = make_command(self.organization, lane=lane)
        OutboxCommand.objects.filter(pk=made.pk).update(platform=platform, priority=priority)
        return made

    def test_what_would_only_wait_is_left_and_the_other_platform_served(self) -> None:
        self.fill(ROOM)
        self.command("order:1", "veeqo", Priority.BUY)
        other = self.command("order:2", "easyship", Priority.SYNC)

        claimed = claim_next("orders")

        assert claimed is not None
        self.assertEqual(claimed[0].pk, other.pk)
        self.assertIsNone(claim_next("orders"))

    def test_the_last_of_a_limit_is_for_purchases(self) -> None:
        self.fill(ROOM - 1)
        self.command("order:1", "veeqo", Priority.RATE)
        purchase = self.command("order:2", "veeqo", Priority.BUY)

        claimed = claim_next("orders")

        assert claimed is not None
        self.assertEqual(claimed[0].pk, purchase.pk)
        self.assertIsNone(claim_next("orders"))

    def test_says_how_long_the_due_ones_wait(self) -> None:
        self.assertIsNone(seconds_until_claim("orders"))
        self.fill(ROOM)
        self.assertIsNone(seconds_until_claim("orders"))
        self.command("order:1", "veeqo", Priority.BUY)

        wait_s = seconds_until_claim("orders")

        assert wait_s is not None
        self.assertAlmostEqual(wait_s, STEP_S, delta=60.0)

    def test_a_paced_command_is_put_back_unsent_until_its_moment(self) -> None:
        command = make_command(self.organization)
        SCRIPT.outcomes = [UpstreamPaced("Later.", retry_after_s=40.0)]

        run_next("orders")

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.PENDING)
        self.assertIsNone(command.sent_at)
        wait_s = (command.next_attempt_at - timezone.now()).total_seconds()
        self.assertAlmostEqual(wait_s, 40.0, delta=5.0)

    def test_a_look_that_was_paced_counts_as_no_look(self) -> None:
        command = make_command(self.organization)
        SCRIPT.outcomes = [UpstreamUnavailable("Gone.")]
        run_next("orders")
        sent = timezone.now() - timedelta(minutes=10)
        OutboxCommand.objects.filter(pk=command.pk).update(
            state=CommandState.UNKNOWN, sent_at=sent, next_attempt_at=sent
        )
        SCRIPT.findings = [UpstreamPaced("Later."), UpstreamResting("Later.")]

        for _ in range(2):
            OutboxCommand.objects.filter(pk=command.pk).update(next_attempt_at=sent)
            run_next("orders")

        command.refresh_from_db()
        self.assertEqual(command.state, CommandState.UNKNOWN)
        self.assertEqual((command.lookups, command.misses), (0, 0))


class PriorityTests(TestCase):
    def test_calls_of_no_command_count_as_synchronizing(self) -> None:
        self.assertEqual(current_priority(), Priority.SYNC)
        with calls_for(Priority.TRACK):
            self.assertEqual(current_priority(), Priority.TRACK)
        self.assertEqual(current_priority(), Priority.SYNC)


class SettingsTests(TestCase):
    @override_settings(EASYSHIP_LIMITS="often")
    def test_a_limit_that_cannot_be_read_stops_the_start(self) -> None:
        found = [problem for problem in run_checks() if problem.id == "ship.E006"]

        self.assertEqual(len(found), 1)
        self.assertIn("EASYSHIP_LIMITS", found[0].msg)
