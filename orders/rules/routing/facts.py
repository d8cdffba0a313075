"""What conditions ask of an order, each worked out when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from orders.rules.conditions.fields import LINES, WEEKDAYS, Fact, tidied_text
from orders.rules.routing.parts import RouteSnapshot, WarehouseOption
from orders.rules.routing.warehouses import holds_all


class OrderFacts:
    """Facts by name; None is not known. Those of the warehouse wait for `origin`."""

    __slots__ = ("_known", "origin", "snapshot")

    def __init__(self, snapshot: RouteSnapshot) -> None:
        self.snapshot = snapshot
        self.origin: WarehouseOption | None = None
        self._known: dict[str, Fact] = {}

    def get(self, name: str) -> Fact:
        known = self._known
        if name in known:
            return known[name]
        there = _OF_WAREHOUSE.get(name)
        if there is not None:
            # Not kept, since it changes with the origin.
            return None if self.origin is None else there(self.origin, self.snapshot)
        work_out = _OF_ORDER.get(name)
        fact = work_out(self.snapshot) if work_out else _stated(self.snapshot, name)
        known[name] = fact
        return fact


def _stated(snapshot: RouteSnapshot, name: str) -> Fact:
    value = snapshot.facts.get(name)
    return tidied_text(name, value) if isinstance(value, str) else value


def _country(snapshot: RouteSnapshot) -> Fact:
    return tidied_text("country", snapshot.country)


def _value(snapshot: RouteSnapshot) -> Fact:
    value = snapshot.facts.get("value")
    return None if value is None else Decimal(str(value))


def _stocked_in(snapshot: RouteSnapshot) -> Fact:
    return tuple(option.code for option in snapshot.warehouses if holds_all(option, snapshot.needs))


def _customer_tags(snapshot: RouteSnapshot) -> Fact:
    text = str(snapshot.facts.get("customer_tag") or "")
    return tuple(tidied_text("customer_tag", text).split("\n")) if text else ()


def _lines(snapshot: RouteSnapshot) -> Fact:
    return tuple(
        {name: tidied_text(name, value) for name, value in line.items()} for line in snapshot.lines
    )


_OF_ORDER: Mapping[str, Callable[[RouteSnapshot], Fact]] = {
    "country": _country,
    "country_group": _country,
    "region": lambda snapshot: tidied_text("region", snapshot.region),
    "requested_carrier": lambda snapshot: snapshot.requested_carrier,
    "units": lambda snapshot: sum(snapshot.needs.values()),
    "value": _value,
    "stocked_in": _stocked_in,
    "customer_tag": _customer_tags,
    LINES: _lines,
}


def _hour(origin: WarehouseOption, snapshot: RouteSnapshot) -> Fact:
    return _local(snapshot.at, origin.time_zone)[0] if snapshot.at else None


def _weekday(origin: WarehouseOption, snapshot: RouteSnapshot) -> Fact:
    return WEEKDAYS[_local(snapshot.at, origin.time_zone)[1]] if snapshot.at else None


# Hour and weekday are those of the warehouse's own clock.
_OF_WAREHOUSE: Mapping[str, Callable[[WarehouseOption, RouteSnapshot], Fact]] = {
    "warehouse": lambda origin, _: origin.code,
    "leaves_country": lambda origin, snapshot: origin.country != snapshot.country,
    "hour": _hour,
    "weekday": _weekday,
}


@lru_cache(maxsize=1000)
def _local(at: str, time_zone: str) -> tuple[int, int]:
    moment = datetime.fromisoformat(at).astimezone(ZoneInfo(time_zone))
    return moment.hour, moment.weekday()


def is_stated(name: str) -> bool:
    """Whether the fact stands in the snapshot as it is."""
    return name not in _OF_ORDER and name not in _OF_WAREHOUSE
