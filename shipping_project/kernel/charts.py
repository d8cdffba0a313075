"""Charts as data; `static/charts.js` draws them and a table beside each says the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One value for each label of the chart; `links` are where a click on it leads."""

    label: str
    values: Sequence[int | Decimal]
    links: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`precision` is the digits behind the point on the axis of values."""

    labels: Sequence[str]
    series: Sequence[Series]
    is_stacked: bool = False
    is_horizontal: bool = False
    precision: int = 0

    @property
    def data(self) -> dict[str, object]:
        """What `json_script` carries into the page."""
        return {
            "labels": list(self.labels),
            "stacked": self.is_stacked,
            "horizontal": self.is_horizontal,
            "precision": self.precision,
            "series": [
                {
                    "label": one.label,
                    "values": [float(value) for value in one.values],
                    "links": list(one.links),
                }
                for one in self.series
            ],
        }
