"""An order out of a box, to show what a finding says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from orders.rules.conditions.fields import WEEKDAYS
from orders.rules.lint.boxes import Box, Space
from orders.rules.lint.domains import stocked
from orders.rules.lint.relations import ABSENT, AT_LEAST, INSIDE, LEAVING, PRESENT
from orders.rules.routing.parts import CarrierRule, RouteSnapshot, RuleBook, WarehouseOption

SOMEWHERE = WarehouseOption(code="ANY", country="US", region="NV", available={})
PLAIN: Mapping[str, Any] = {
    "postal_code": "89503",
    "is_po_box": False,
    "is_company": False,
    "weight_g": 500,
    "billable_weight_g": 500,
    "longest_side_mm": 200,
    "volume_cm3": 1000,
    "value": "20.00",
    "currency": "USD",
    "line_count": 1,
    "units": 1,
    "source": "api",
}
LINE = {"sku": "SKU-1", "brand": "", "category": "", "hs_code": "", "origin_country": ""}
# Said of the order beside its facts, or by the warehouse.
BESIDE = frozenset(
    {"country", "region", "requested_carrier", "warehouse", "leaves_country", "hour", "weekday"}
)
HOURS_OF_A_WEEK = 24 * 7
Check = Callable[[RouteSnapshot], bool]


class Examples:
    def __init__(self, space: Space, book: RuleBook, options: Sequence[WarehouseOption]) -> None:
        self.space = space
        self.book = book
        self.options = tuple(options) or (SOMEWHERE,)

    def of(
        self, boxes: Iterable[Box], rules: Sequence[CarrierRule], day: str, check: Check
    ) -> RouteSnapshot | None:
        """The first order out of the boxes for which `check` holds, with `rules` in force."""
        for box in boxes:
            for option in self.options:
                country = self._country(box, option)
                at = self._moment(box, option, rules, day) if country else ""
                if country and at:
                    order = self._order(box, option, country, at)
                    if check(order):
                        return order
        return None

    def _allowed(self, box: Box, name: str) -> list[Any]:
        domain = self.space.domains[name]
        return domain.of(box.sets.get(name, domain.everything))

    def _country(self, box: Box, option: WarehouseOption) -> str:
        """One that it can go to from there, "" for none."""
        if option is not SOMEWHERE and option.code not in self._allowed(box, "warehouse"):
            return ""
        if box.sets.get(stocked(option.code), PRESENT) == ABSENT:
            return ""
        ways = box.sets.get("leaves_country", INSIDE | LEAVING)
        fitting = [
            code
            for code in self._allowed(box, "country")
            if ways & (INSIDE if code == option.country else LEAVING)
        ]
        near = [code for code in (option.country, "US") if code in fitting]
        return next(iter([*near, *fitting]), "")

    def _moment(
        self, box: Box, option: WarehouseOption, rules: Sequence[CarrierRule], day: str
    ) -> str:
        first = max([day, *(rule.valid_from for rule in rules)])
        start = datetime.fromisoformat(first).replace(hour=12, tzinfo=UTC)
        for late in range(HOURS_OF_A_WEEK):
            # Noon first, then the hours of that day, then the days after it.
            moment = start + timedelta(hours=late if late < 12 else late - 24)
            at = moment.isoformat(timespec="seconds")
            if all(rule.is_in_force(at[:10]) for rule in rules) and at[:10] >= first:
                local = moment.astimezone(ZoneInfo(option.time_zone))
                if self._is_time(box, local):
                    return at
        return ""

    def _is_time(self, box: Box, local: datetime) -> bool:
        if "weekday" in box.sets:
            days = self._allowed(box, "weekday")
            if WEEKDAYS[local.weekday()] not in days:
                return False
        if "hour" not in box.sets:
            return True
        spans = self.space.domains["hour"].spans_of(box.sets["hour"])
        return any(low <= local.hour <= high for low, high in spans)

    def _order(self, box: Box, option: WarehouseOption, country: str, at: str) -> RouteSnapshot:
        facts = dict(PLAIN)
        for name in box.sets:
            if name not in BESIDE and ":" not in name and not self._is_of_lines(name):
                facts[name] = self._fact(box, name)
        if tags := [name.partition(":")[2] for name in sorted(box.sets) if _is_tag(box, name)]:
            facts["customer_tag"] = "\n".join(tags)
        lines = self._lines(box)
        if "line_count" not in box.sets:
            facts["line_count"] = len(lines)
        for less, more in AT_LEAST:
            self._agree(facts, box, less, more)
        needs = _needs(lines, int(facts.pop("units")))
        facts["value"] = str(facts["value"])
        return RouteSnapshot(
            country=country,
            region=str(self._one_of(box, "region", option.region)),
            requested_carrier=str(self._one_of(box, "requested_carrier", "")),
            needs=needs,
            warehouses=tuple(self._stocked(box, one, one is option, needs) for one in self.options),
            book=self.book,
            facts=facts,
            lines=lines,
            at=at,
        )

    def _is_of_lines(self, name: str) -> bool:
        return self.space.domains[name].is_of_lines

    def _one_of(self, box: Box, name: str, usual: object) -> object:
        """The usual value unless the box is for others."""
        if name not in box.sets:
            return usual
        allowed = self._allowed(box, name)
        return usual if usual in allowed else allowed[0]

    def _fact(self, box: Box, name: str) -> Any:
        domain = self.space.domains[name]
        usual = PLAIN.get(name)
        if not domain.spans:
            return self._one_of(box, name, usual)
        number = None if usual is None else type(domain.values[0])(usual)
        fits = number is not None and _within(number, domain.spans_of(box.sets[name]))
        return number if fits else self._allowed(box, name)[0]

    def _agree(self, facts: dict[str, Any], box: Box, less: str, more: str) -> None:
        """Raise the second to the first, or else to the least that the first can be."""
        if facts[more] >= facts[less]:
            return
        is_asked = less in box.sets
        lowest = self._allowed(box, less)[0] if is_asked else 0
        domain = self.space.domains.get(more)
        spans = domain.spans_of(box.sets[more]) if domain and more in box.sets else [(0, None)]
        for floor in (facts[less], lowest):
            for low, high in spans:
                value = max(low or 0, floor)
                if high is None or value <= high:
                    facts[less], facts[more] = floor if is_asked or floor else value, value
                    return

    def _lines(self, box: Box) -> tuple[dict[str, str], ...]:
        needed: dict[str, list[int]] = {}
        for name, bits in box.some:
            needed.setdefault(name, []).append(bits)
        count = max([1, *(len(sets) for sets in needed.values())])
        lines = [dict(LINE) for _ in range(count)]
        for name in {*needed, *(name for name in box.sets if self._is_of_lines(name))}:
            allowed = box.sets.get(name, self.space.everything(name))
            for at, line in enumerate(lines):
                wanted = needed.get(name, [])
                bits = allowed & wanted[at] if at < len(wanted) else allowed
                values = self.space.domains[name].of(bits)
                field, _, question = name.partition(":")
                usual = "" if question else LINE.get(name, "")
                value = usual if usual in values else values[0]
                # Of some fields a line has several.
                line[field] = (
                    "\n".join(filter(None, [line.get(field), value])) if question else value
                )
        return tuple(lines)

    def _stocked(
        self, box: Box, option: WarehouseOption, is_origin: bool, needs: Mapping[str, int]
    ) -> WarehouseOption:
        """The one it leaves from holds every line, and others where they have to."""
        has_to = is_origin or box.sets.get(stocked(option.code)) == PRESENT
        return replace(option, available=dict(needs) if has_to else {})


def _is_tag(box: Box, name: str) -> bool:
    return name.startswith("customer_tag:") and box.sets[name] == PRESENT


def _needs(lines: Sequence[Mapping[str, str]], units: int) -> dict[str, int]:
    needs = {line["sku"]: 1 for line in lines}
    first = lines[0]["sku"]
    needs[first] += max(units - len(needs), 0)
    return dict(sorted(needs.items()))


def _within(number: Any, spans: Iterable[tuple[Any, Any]]) -> bool:
    return any(
        (low is None or low <= number) and (high is None or number <= high) for low, high in spans
    )
