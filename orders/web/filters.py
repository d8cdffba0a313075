"""The filters of a list of orders, as its address carries them.

`q`, `state` (may repeat), `stage`, `due` (today, late), `carrier`, `platform`, `warehouse`,
`source`, `organization`, `country`, `placed`, `labelled` and `labelled_since` (days in UTC as
YYYY-MM-DD); what each means stands at `OrderCriteria`.
"""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from orders.models import Order
from orders.querysets import OrderQuerySet
from orders.reports.finding import orders_matching
from orders.rules.criteria import Due, OrderCriteria
from orders.rules.stages import ANY_OPEN, STAGE_LABELS

STAGE_CHOICES = [
    (ANY_OPEN, "Any open"),
    *((stage.value, label) for stage, label in STAGE_LABELS.items()),
]
DUE_CHOICES = [(Due.TODAY.value, "Today"), (Due.LATE.value, "Late")]
PLAIN = ("stage", "carrier", "platform", "warehouse", "source", "organization", "country")
LONGEST_SEARCH = 200
# Days beyond have no instant in UTC on one of their sides.
YEARS = (1970, 9000)


def filtered_orders(actor: object, params: QueryDict) -> OrderQuerySet:
    """What the filters of an address leave; a value that cannot be read leaves nothing.

    Showing everything instead would pass other orders off as those asked for.
    """
    try:
        criteria = criteria_from(params)
    except ValueError:
        nothing: OrderQuerySet = Order.objects.none()
        return nothing
    return orders_matching(actor, criteria)


def criteria_from(params: QueryDict) -> OrderCriteria:
    """Raises ValueError for a day or a `due` that is none."""
    due = params.get("due", "").strip()
    return OrderCriteria(
        q=params.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        state=tuple(_clean(state) for state in params.getlist("state") if state.strip()),
        due=Due(due) if due else None,
        placed=_day(params, "placed"),
        labelled=_day(params, "labelled"),
        labelled_since=_day(params, "labelled_since"),
        **{name: _clean(params.get(name, "")) for name in PLAIN},
    )


def _clean(text: str) -> str:
    # PostgreSQL refuses the null character in any text.
    return text.replace("\x00", "").strip()


def _day(params: QueryDict, name: str) -> date | None:
    text = params.get(name, "").strip()
    if not text:
        return None
    day = date.fromisoformat(text)
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"{name} is out of range")
    return day
