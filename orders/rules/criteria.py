"""What a list of orders is narrowed by; a figure and the list behind it share one of these."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from urllib.parse import urlencode


class Due(StrEnum):
    TODAY = "today"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCriteria:
    """Every criterion given must hold; empty means any.

    `stage` is a `Stage` or "open". `carrier`, `platform` and `warehouse` (its code) are those of
    the live shipment; an order without one counts under the carrier that was picked. Together
    with `labelled` or `labelled_since` they are those of the labels bought then. `organization`
    is a slug. Dates are days in UTC.
    """

    q: str = ""
    state: tuple[str, ...] = ()
    stage: str = ""
    due: Due | None = None
    carrier: str = ""
    platform: str = ""
    warehouse: str = ""
    source: str = ""
    organization: str = ""
    country: str = ""
    placed: date | None = None
    labelled: date | None = None
    labelled_since: date | None = None

    @property
    def query(self) -> str:
        """As the query string of a list's address."""
        given = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return urlencode([(name, value) for name, value in given if value], doseq=True)
