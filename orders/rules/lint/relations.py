"""What one field of an order says of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orders.rules.lint.boxes import Box, Possible
from orders.rules.lint.domains import STOCKED, Domain, stocked
from orders.rules.routing.parts import WarehouseOption

# The second is never below the first.
AT_LEAST = (("weight_g", "billable_weight_g"), ("line_count", "units"))
ABSENT, PRESENT = 0b01, 0b10
INSIDE, LEAVING = 0b01, 0b10
Place = tuple[WarehouseOption, int, int]


def possible_in(domains: Mapping[str, Domain], options: Sequence[WarehouseOption]) -> Possible:
    """Whether an order can be in a box with these warehouses. Without any, each place counts."""
    places = [_place(domains, option, 1 << at) for at, option in enumerate(options)]
    flags = sorted(name for name in domains if name.startswith(STOCKED))
    codes = {stocked(option.code) for option in options}
    absent = [flag for flag in flags if flag not in codes] if options else []
    names = ("country", "leaves_country", "warehouse", *flags)
    seen: dict[tuple[int | None, ...], bool] = {}

    def possible(box: Box) -> bool:
        sets = box.sets
        for less, more in AT_LEAST:
            if less in sets and more in sets and not _reaches(domains, box, less, more):
                return False
        key = tuple([sets.get(name) for name in names])
        if key not in seen:
            here = not places or any(leaves_from(box, place) for place in places)
            seen[key] = here and all(sets.get(flag, ABSENT) & ABSENT for flag in absent)
        return seen[key]

    return possible


def _place(domains: Mapping[str, Domain], option: WarehouseOption, bit: int) -> Place:
    return option, bit, domains["country"].where(lambda code: code == option.country)


def leaves_from(box: Box, place: Place) -> bool:
    """Whether such a parcel can leave from there, which takes stock there."""
    option, bit, at_home = place
    sets = box.sets
    if not sets.get("warehouse", bit) & bit:
        return False
    if not sets.get(stocked(option.code), PRESENT) & PRESENT:
        return False
    ways = sets.get("leaves_country", INSIDE | LEAVING)
    if "country" not in sets:
        return bool(ways)
    country = sets["country"]
    return bool((ways & INSIDE and country & at_home) or (ways & LEAVING and country & ~at_home))


def _reaches(domains: Mapping[str, Domain], box: Box, less: str, more: str) -> bool:
    least, _ = domains[less].ends(box.sets[less])
    _, most = domains[more].ends(box.sets[more])
    return least is None or most is None or bool(most >= least)
