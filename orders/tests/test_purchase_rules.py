"""The table of moves of a purchase."""

from __future__ import annotations

from itertools import product
from unittest import TestCase

import pytest

from orders.rules.purchase import (
    FINAL_INTENTS,
    MOVES,
    OPEN_INTENTS,
    PAID_INTENTS,
    ForbiddenMove,
    IntentState,
    way_to,
)

S = IntentState


class MovesTests(TestCase):
    def test_every_state_is_open_or_final(self) -> None:
        self.assertEqual(set(MOVES), set(S))
        self.assertEqual(set(OPEN_INTENTS) | FINAL_INTENTS, set(S))
        self.assertEqual(FINAL_INTENTS, {S.BOUGHT, S.ADOPTED, S.REFUSED, S.MISSED})

    def test_only_what_was_sent_can_be_paid_by_an_answer(self) -> None:
        self.assertEqual({seen for seen in S if S.BOUGHT in MOVES[seen]}, {S.SENT})

    def test_a_label_that_is_found_can_be_taken_from_every_open_state(self) -> None:
        ways = {seen: way_to(seen, S.ADOPTED) for seen in OPEN_INTENTS}

        self.assertEqual(
            ways,
            {
                S.PENDING: (S.ADOPTED,),
                S.SENT: (S.UNKNOWN, S.ADOPTED),
                S.UNKNOWN: (S.ADOPTED,),
                S.HANDED_OVER: (S.UNKNOWN, S.ADOPTED),
            },
        )

    def test_nothing_leads_out_of_a_final_state(self) -> None:
        for seen, to in product(FINAL_INTENTS, S):
            with pytest.raises(ForbiddenMove):
                way_to(seen, to)

    def test_nothing_is_sent_twice_under_one_intent(self) -> None:
        for seen in set(S) - {S.PENDING}:
            with pytest.raises(ForbiddenMove):
                way_to(seen, S.SENT)

    def test_what_was_never_sent_is_not_for_a_person(self) -> None:
        with pytest.raises(ForbiddenMove):
            way_to(S.PENDING, S.HANDED_OVER)

        self.assertEqual({to for state in PAID_INTENTS for to in MOVES[state]}, set())
