"""The cheapest ways of a batch by mixed-integer programming: HiGHS, through SciPy.

The only module that imports SciPy, which an installation may do without.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from orders.rules.assigning import Assigned, Batch, Way

# A plan this close to the best there can be is good enough.
GAP = 0.0005
# SciPy's word for a time that was used up.
TIME_LIMIT = 1


def cheapest(
    batch: Batch, ways: Sequence[Sequence[Way]], *, bound_cents: int, seconds: float
) -> Assigned | None:
    """One way for each order within stock and room; None where none was found in time.

    `bound_cents` is what a known plan costs: SciPy takes no plan to start from, so the known one
    bounds what is looked for.
    """
    flat = [way for own in ways for way in own]
    if not flat:
        return None
    costs = np.array([way.cents for way in flat], dtype=float)
    found = milp(
        costs,
        integrality=np.ones(len(flat)),
        bounds=Bounds(0, 1),
        constraints=[
            _one_each(ways),
            *_limits(batch, flat),
            LinearConstraint(costs.reshape(1, -1), -np.inf, float(bound_cents)),
        ],
        options={"time_limit": seconds, "mip_rel_gap": GAP},
    )
    if found.x is None:
        return None
    chosen = [way for way, value in zip(flat, found.x, strict=True) if value > 0.5]
    how = "time limit" if found.status == TIME_LIMIT else "optimal"
    return Assigned(ways=tuple(chosen), how=how) if len(chosen) == len(ways) else None


def _one_each(ways: Sequence[Sequence[Way]]) -> LinearConstraint:
    rows = [place for place, own in enumerate(ways) for _ in own]
    shape = (len(ways), len(rows))
    matrix = csr_array((np.ones(len(rows)), (rows, range(len(rows)))), shape=shape)
    return LinearConstraint(matrix, 1, 1)


def _limits(batch: Batch, flat: Sequence[Way]) -> list[LinearConstraint]:
    """A row for each SKU of a warehouse, and one for each day with limited room."""
    stock = {
        (shelf.code, sku): units
        for shelf in batch.shelves
        for sku, units in shelf.available.items()
    }
    row_of: dict[object, int] = {key: place for place, key in enumerate(stock)}
    limits = list(stock.values())
    for place, slot in enumerate(batch.slots):
        if slot.room is not None:
            row_of[place] = len(limits)
            limits.append(slot.room)
    values, rows, columns = [], [], []
    for column, way in enumerate(flat):
        used: list[tuple[object, int]] = [*way.uses.items(), *((slot, 1) for slot in way.slots)]
        for key, count in used:
            if key in row_of:
                values.append(count)
                rows.append(row_of[key])
                columns.append(column)
    if not values:
        return []
    shape = (len(limits), len(flat))
    matrix = csr_array((np.array(values, dtype=float), (rows, columns)), shape=shape)
    return [LinearConstraint(matrix, -np.inf, np.array(limits, dtype=float))]
