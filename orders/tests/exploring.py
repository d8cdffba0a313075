"""Walking through every state that a model can get into, the shortest ways first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

S = TypeVar("S", bound=Hashable)

# A model that grows past this has lost its bounds.
MOST_STATES = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """`fault` is what broke first, and `trace` the shortest way to it; both empty when nothing."""

    states: int
    resting: int
    fault: str = ""
    trace: tuple[str, ...] = ()

    def __str__(self) -> str:
        numbered = (f"{number:>3}. {step}" for number, step in enumerate(self.trace, 1))
        return "\n".join((self.fault or f"{self.states} states, no fault", *numbered))


def explore(
    start: S, steps: Callable[[S], Iterable[tuple[str, S]]], fault_of: Callable[[S, bool], str]
) -> Walk:
    """Breadth first from `start`. `fault_of` is told whether a state has no step out of it."""
    came_from: dict[S, tuple[str, S | None]] = {start: ("", None)}
    queue, resting = deque([start]), 0
    while queue:
        state = queue.popleft()
        following = list(steps(state))
        resting += not following
        fault = fault_of(state, not following)
        if fault:
            trace = _trace(state, came_from)
            return Walk(states=len(came_from), resting=resting, fault=fault, trace=trace)
        for step, after in following:
            if after not in came_from:
                came_from[after] = (step, state)
                queue.append(after)
        if len(came_from) > MOST_STATES:
            raise OverflowError(f"more than {MOST_STATES} states")
    return Walk(states=len(came_from), resting=resting)


def _trace(state: S, came_from: dict[S, tuple[str, S | None]]) -> tuple[str, ...]:
    steps: list[str] = []
    step, before = came_from[state]
    while before is not None:
        steps.append(step)
        step, before = came_from[before]
    return tuple(reversed(steps))
