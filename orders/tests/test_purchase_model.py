"""The protocol of a purchase, in every order of crashes, lost answers and late wake-ups."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import TestCase

from carriers.outbox.looking import MISSES_FOR_PROOF
from orders.rules.purchase import OPEN_INTENTS, PAID_INTENTS, IntentState
from orders.tests.exploring import Walk, explore
from orders.tests.purchase_model import KEPT, Rules, State, Step, World, steps

LOOKS = "claims it, to look it up"
LEFT_LATE = ("marks it sent", "time passes", "sends the purchase")


def fault_of(world: World, is_end: bool) -> str:
    """What is wrong with a state; "" when nothing is."""
    states = [state for state, _ in world.intents]
    if len(_kept(world)) > 1:
        return "two labels are paid and kept"
    if sum(state in OPEN_INTENTS for state in states) > 1:
        return "two purchases are open"
    if sum(state in PAID_INTENTS for state in states) > 1:
        return "two purchases are paid"
    return _unaccounted(world, states) if is_end else ""


def _unaccounted(world: World, states: list[IntentState]) -> str:
    """At rest every label is ours, and every purchase settled."""
    if world.command not in (State.DONE, State.REFUSED):
        return f"nothing goes on and the command is {world.command}"
    if _kept(world) != ([world.held] if world.held >= 0 else []):
        return "a label is paid that nobody knows of"
    if any(state in OPEN_INTENTS for state in states):
        return "a purchase is never settled"
    is_paid = any(state in PAID_INTENTS for state in states)
    return "" if is_paid == (world.held >= 0) else "label and purchase tell different things"


def _kept(world: World) -> list[int]:
    return [number for number, request in enumerate(world.requests) if request.state in KEPT]


def walk(rules: Rules) -> Walk:
    def following(world: World) -> Iterator[Step]:
        return steps(world, rules)

    return explore(World(), following, fault_of)


class ProtocolTests(TestCase):
    def test_one_label_at_most_and_every_one_known_whatever_happens(self) -> None:
        result = walk(Rules())

        self.assertEqual(result.fault, "", str(result))
        self.assertGreater(result.states, 5000)
        self.assertGreater(result.resting, 20)

    def test_the_model_looks_as_often_as_the_worker_does(self) -> None:
        self.assertEqual(Rules().looks_for_proof, MISSES_FOR_PROOF)


class SafeguardTests(TestCase):
    """Each safeguard is needed: without it the walk ends at a second label, and tells the way."""

    def trace_without(self, rules: Rules) -> tuple[str, ...]:
        result = walk(rules)
        told = str(result).splitlines()
        self.assertEqual(told[0], "two labels are paid and kept", str(result))
        self.assertEqual(told[1], "  1. claims it, to read the booking")
        self.assertEqual(len(told), len(result.trace) + 1)
        self.assertEqual(result.trace.count("sends the purchase"), 2, str(result))
        return result.trace

    def test_no_look_before_the_second_sending(self) -> None:
        trace = self.trace_without(Rules(looks_before_resend=False))

        self.assertIn("loses the answer", trace)
        self.assertNotIn(LOOKS, trace)

    def test_one_look_taken_for_proof(self) -> None:
        trace = self.trace_without(Rules(looks_for_proof=1))

        self.assertEqual(trace.count("finds no label"), 1)

    def test_looks_that_count_while_the_call_may_be_under_way(self) -> None:
        trace = self.trace_without(Rules(waits_until_ripe=False))

        self.assertEqual(trace.count("finds no label"), 2)

    def test_ripeness_counted_from_the_mark_although_the_call_left_later(self) -> None:
        trace = self.trace_without(Rules(ripens_from_return=False))

        marked = trace.index("marks it sent")
        self.assertEqual(trace[marked : marked + 3], LEFT_LATE)

    def test_misses_of_an_earlier_sending_counted_again(self) -> None:
        trace = self.trace_without(Rules(counts_misses_anew=False))

        again = trace.index("sends the purchase")
        self.assertEqual(trace[:again].count("finds no label"), 2)
        self.assertEqual(trace[again:].count("finds no label"), 1)

    def test_no_mark_before_the_call(self) -> None:
        trace = self.trace_without(Rules(marks_before_sending=False))

        self.assertNotIn(LOOKS, trace)

    def test_no_fence(self) -> None:
        trace = self.trace_without(Rules(checks_fence=False))

        self.assertIn("the claim runs out", trace)
