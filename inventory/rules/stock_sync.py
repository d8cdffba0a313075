"""What number a platform is to hold for stock of ours, and what a difference there means. Pure.

The platform's physical number less what it allocated to its own orders is what it sells. It
allocates for orders of its own shops, and for ours that are booked there; both lower what it
sells without us, so neither may be taken off once more. `counted_there` are those units: promised
here and allocated there. Then

    sold there   = max(0, available - buffer)      available = on hand - reserved
    physical     = sold there + counted_there

An order allocated there that we have not heard of is in none of these terms: it lowers what is
sold there by itself, and the physical number stays right. Once a label is bought, or an order of
theirs is shipped, the platform takes the units off both its numbers; `expected` follows that, so
that only what nobody can explain is left over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Whose number is right where the two differ."""

    OURS = "ours"
    PLATFORM = "platform"
    NOBODY = "nobody"


class Step(StrEnum):
    """What follows from one reading; the columns of a run."""

    AGREED = "agreed"
    TELL = "to_tell"
    TAKE = "taken"
    WAIT = "waiting"
    DRIFT = "drifted"
    LEFT = "left_alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Units here. `counted_there` is the part of `reserved` that the platform has allocated, and
    `gone_there` the part that it has taken off its number, while they still count as ours.

    Of a kit they are what its components make, so there is nothing that could be changed here.
    """

    on_hand: int
    reserved: int
    counted_there: int = 0
    gone_there: int = 0
    buffer: int = 0
    is_kit: bool = False

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def for_sale(self) -> int:
        """What the platform may sell."""
        return max(0, self.available - self.buffer)

    @property
    def to_tell(self) -> int:
        return self.for_sale + self.counted_there

    @property
    def lies_there(self) -> int | None:
        """What the platform has before it was told anything; a kit does not lie anywhere."""
        return None if self.is_kit else self.on_hand - self.gone_there

    def taking(self, physical: int) -> int:
        """The change of on hand that makes ours what the platform says lies there.

        What is promised here and not allocated there still lies there, too.
        """
        return physical + (self.reserved - self.counted_there) - self.on_hand

    def can_take(self, change: int) -> bool:
        """Never below what is promised."""
        return not self.is_kit and self.on_hand + change >= max(self.reserved, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """Units there. A platform that does not state a number has None."""

    physical: int | None
    allocated: int = 0
    is_infinite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What was agreed on, less what the platform itself took off since.

    `expected`: what it should say now, None before both sides ever agreed. `telling`: a number that
    was sent and whose answer was not seen, less what went since. `unsure`: changes that are in
    the number sent, of which nobody knows whether they came before it stood there or after; `late`:
    those of them of which the same is to be said of `expected`.
    `ignored`: a number that was sent, and that the platform did not take as far as it said.
    `has_settled`: the same rest was met before, and no news of orders can explain it any more.
    """

    expected: int | None = None
    telling: int | None = None
    unsure: tuple[int, ...] = ()
    late: tuple[int, ...] = ()
    ignored: int | None = None
    has_settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`rest` is what nothing explains; `take` the change of on hand that a TAKE is."""

    step: Step
    rest: int = 0
    take: int = 0


def judge(*, owner: Owner, ours: Ours, theirs: Theirs, memory: Memory) -> Verdict:
    """What a reading means for the one number that both sides should agree on.

    Nothing that a person changed there is overwritten, and nothing is taken over at once that may
    only be news that has not come yet.
    """
    if owner is Owner.NOBODY or theirs.is_infinite:
        return Verdict(step=Step.LEFT)
    if theirs.physical is None:
        # Nothing is stated there, so nothing is lost by telling it.
        return Verdict(step=Step.TELL if owner is Owner.OURS else Step.LEFT)
    if owner is Owner.OURS:
        return _held_to_ours(ours, theirs.physical, memory)
    return _held_to_theirs(ours, theirs.physical, memory)


def _held_to_ours(ours: Ours, physical: int, memory: Memory) -> Verdict:
    """The same number by chance is no agreement: a unit may be gone there while one was sold here.

    Neither is a number that was sent and whose answer was lost, when it is met: it may as well be
    the old one less an order of which we have not heard. So it is sent again, until it is answered.
    """
    is_same = physical == ours.to_tell
    if _is_known(physical, memory):
        is_sure = is_same and memory.telling is None
        return Verdict(step=Step.AGREED if is_sure else Step.TELL)
    if is_same and (memory.expected is None or physical == memory.ignored):
        return Verdict(step=Step.AGREED)
    if memory.expected is None and physical == ours.lies_there:
        # What was promised here before both ever met is news to the platform.
        return Verdict(step=Step.TELL)
    rest = physical - (ours.to_tell if memory.expected is None else memory.expected)
    return Verdict(step=Step.DRIFT if memory.has_settled else Step.WAIT, rest=rest)


def _is_known(physical: int, memory: Memory) -> bool:
    """Untouched since both agreed, or our own number, with any of the changes it put away."""
    stood, sent = memory.expected, memory.telling
    is_sent = sent is not None and sent - physical in _sums(memory.unsure)
    return is_sent or (stood is not None and stood - physical in _sums(memory.late))


def _sums(changes: Iterable[int]) -> set[int]:
    """Of none, some or all of them."""
    found = {0}
    for units in changes:
        found |= {units + one for one in found}
    return found


def _held_to_theirs(ours: Ours, physical: int, memory: Memory) -> Verdict:
    change = ours.taking(physical)
    if change == 0:
        return Verdict(step=Step.AGREED)
    if memory.telling is not None and physical == memory.expected:
        # A person decided for ours this once, and it is on its way.
        return Verdict(step=Step.TELL)
    # Of a kit the components may come later in the same reading.
    if (memory.expected is not None or ours.is_kit) and not memory.has_settled:
        return Verdict(step=Step.WAIT, rest=change)
    if not ours.can_take(change):
        return Verdict(step=Step.DRIFT, rest=change)
    return Verdict(step=Step.TAKE, rest=change, take=change)


@dataclass(frozen=True, slots=True)
class Line:
    """One reason for a difference: so many units more or fewer there, and whose doing."""

    units: int
    what: str
    ref: str = ""


SHOWN_REFS = 5


def explanation(lines: Iterable[Line]) -> tuple[str, ...]:
    """Reasons of one kind in one sentence: "-3: Veeqo orders A and B"."""
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.what, []).append(line)
    return tuple(_sentence(what, same) for what, same in grouped.items())


def _sentence(what: str, lines: list[Line]) -> str:
    refs = sorted({line.ref for line in lines if line.ref})
    named = _listed(refs)
    return f"{signed(sum(line.units for line in lines))}: {what}{f' {named}' if named else ''}"


def _listed(refs: list[str]) -> str:
    shown = refs[:SHOWN_REFS]
    if len(refs) > SHOWN_REFS:
        shown = [*shown, f"{len(refs) - SHOWN_REFS} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def signed(units: int) -> str:
    return f"{units:+d}" if units else "0"
