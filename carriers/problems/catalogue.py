"""All problems by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from carriers.problems.accounts import ACCOUNT_PROBLEMS
from carriers.problems.addresses import ADDRESS_PROBLEMS
from carriers.problems.calls import CALL_PROBLEMS, OWN_PROBLEMS
from carriers.problems.goods import GOODS_PROBLEMS
from carriers.problems.kinds import Problem
from carriers.problems.shipping import SHIPPING_PROBLEMS

PROBLEMS = (
    *ADDRESS_PROBLEMS,
    *GOODS_PROBLEMS,
    *ACCOUNT_PROBLEMS,
    *SHIPPING_PROBLEMS,
    *CALL_PROBLEMS,
    *OWN_PROBLEMS,
)
CATALOGUE: Mapping[str, Problem] = MappingProxyType({one.code: one for one in PROBLEMS})
PRECISE_CODES = frozenset(one.code for one in PROBLEMS if not one.is_vague)
ASSIGNABLE = tuple(one for one in PROBLEMS if one.is_assignable)


def problem_of(code: str) -> Problem | None:
    """None for "" and for codes that no platform's answer leads to."""
    return CATALOGUE.get(code)


def says_little(code: str) -> bool:
    """Whether a code only tells that something was refused, so that the words count."""
    return code not in PRECISE_CODES
