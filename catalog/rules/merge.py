"""Three-way merge of one sellable: what was last agreed, what stands here, what stands there.

Titles are the same where their words are: platforms put them together with other signs between.
A group of fields is taken or told whole: half of one parcel's sizes with half of another's would
be a parcel that nobody has. A value that the platform does not state takes no part, and that goods
are harmless is never stated: a platform's "no" is what it says of goods that nobody asked about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int
Values = Mapping[str, Value]


class Group(StrEnum):
    """Fields that one side decides together."""

    CONTENT = "content"
    MEASURES = "measures"
    CUSTOMS = "customs"
    GOODS = "goods"
    PRICE = "price"


FIELDS: Mapping[Group, tuple[str, ...]] = {
    Group.CONTENT: ("title", "barcode", "image_url"),
    Group.MEASURES: ("weight_g", "length_mm", "width_mm", "height_mm"),
    Group.CUSTOMS: ("hs_code", "origin_country", "customs_description"),
    Group.GOODS: ("contains_liquids", "contains_battery_pi966", "contains_battery_pi967"),
    Group.PRICE: ("price", "currency", "cost", "cost_currency"),
}


class Master(StrEnum):
    """Who decides a group when both sides changed it, and who is never overruled."""

    NOBODY = "nobody"
    OURS = "ours"
    VEEQO = "veeqo"
    EASYSHIP = "easyship"


# What a platform takes by its API. Veeqo's full title is made of two, and no other value of these
# can be changed there; prices have no currency.
TELLABLE: Mapping[str, frozenset[str]] = {
    "veeqo": frozenset({"weight_g", "barcode"}),
    "easyship": frozenset(
        name for fields in FIELDS.values() for name in fields if name != "customs_description"
    ),
}


class Verdict(StrEnum):
    AGREED = "agreed"
    TAKE = "take"
    TELL = "tell"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """`take` is to be written here; `base` is what both sides are agreed on from now on.

    `ahead` are groups where ours is newer, `conflicts` those that a person must decide.
    """

    take: dict[str, Value] = field(default_factory=dict)
    base: dict[str, Value] = field(default_factory=dict)
    ahead: tuple[Group, ...] = ()
    conflicts: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Values for a platform, and those that they replace: told once, and again when these move."""

    values: dict[str, Value] = field(default_factory=dict)
    against: dict[str, Value] = field(default_factory=dict)


def merge(
    *,
    base: Values,
    ours: Values,
    theirs: Values,
    platform: str,
    masters: Mapping[Group, Master],
) -> Merged:
    """Decide every group that the platform states anything of."""
    take: dict[str, Value] = {}
    agreed = dict(base)
    ahead, conflicts = [], []
    for group in Group:
        told = part(theirs, group)
        verdict = _decide(base, ours, told, platform, masters.get(group, Master.NOBODY))
        if verdict is Verdict.CONFLICT:
            conflicts.append(group)
            continue
        # What we have seen of theirs and decided about is the ground of the next comparison.
        agreed.update(told)
        if verdict is Verdict.TAKE:
            take.update({name: told[name] for name in _differing(ours, told)})
        elif verdict is Verdict.TELL:
            ahead.append(group)
    return Merged(take=take, base=agreed, ahead=tuple(ahead), conflicts=tuple(conflicts))


def to_tell(*, platform: str, ahead: Sequence[Group], ours: Values, theirs: Values) -> Told:
    """Of the groups in which ours is newer, what differs and can be told; blanks never are."""
    values = {
        name: ours[name]
        for group in ahead
        for name in FIELDS[group]
        if name in TELLABLE[platform]
        and _is_stated(ours.get(name))
        and not _is_same(name, theirs.get(name), ours[name])
    }
    return Told(values=values, against={name: theirs.get(name, "") for name in values})


def part(values: Values, group: Group) -> dict[str, Value]:
    """The fields of one group that have a value."""
    return {name: values[name] for name in FIELDS[group] if _is_stated(values.get(name))}


def _decide(base: Values, ours: Values, told: Values, platform: str, master: Master) -> Verdict:
    differing = _differing(ours, told)
    if not differing:
        return Verdict.AGREED
    if master is not Master.NOBODY:
        return Verdict.TAKE if master.value == platform else Verdict.TELL
    ours_moved = any(_moved_here(base, ours, name) for name in differing)
    theirs_moved = any(not _is_same(name, base.get(name), told[name]) for name in differing)
    if ours_moved and theirs_moved:
        return Verdict.CONFLICT
    return Verdict.TAKE if theirs_moved else Verdict.TELL


def _moved_here(base: Values, ours: Values, name: str) -> bool:
    """Never agreed on and blank here is no opinion of ours."""
    if name in base:
        return not _is_same(name, ours.get(name), base[name])
    return _is_stated(ours.get(name))


def _differing(ours: Values, told: Values) -> list[str]:
    return [name for name, value in told.items() if not _is_same(name, ours.get(name), value)]


def _is_same(name: str, one: Value | None, other: Value | None) -> bool:
    return one == other or (name == "title" and _words(one) == _words(other))


def _words(title: Value | None) -> list[str]:
    return re.findall(r"\w+", str(title or "").casefold())


def _is_stated(value: Value | None) -> bool:
    return value is not None and value != ""
