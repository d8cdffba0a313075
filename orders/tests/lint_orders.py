"""Orders at random around the values that some rules name, made without the linter's means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from orders.bench.sample_rules import sample_snapshot
from orders.rules.conditions import Comparison
from orders.rules.conditions.fields import COUNTRY_GROUPS
from orders.rules.routing import CarrierRule, RouteSnapshot, RuleBook, WarehouseOption
from orders.rules.routing.matching import asked_of

START = datetime(2026, 3, 2, tzinfo=UTC)


class OrderMaker:
    """Takes for each fact a value that a rule names, or one beside it, or any."""

    def __init__(self, book: RuleBook, options: Sequence[WarehouseOption], rng: Random) -> None:
        self.book, self.options, self.rng = book, options, rng
        self.named: dict[str, list[Any]] = {}
        for rule in book.rules:
            for asked in asked_of(rule).comparisons():
                self._note(asked)

    def _note(self, asked: Comparison) -> None:
        name = asked.field.name
        if name == "country_group":
            members = [code for one in asked.values for code in COUNTRY_GROUPS[str(one)]]
            self.named.setdefault("country", []).extend(members)
            return
        self.named.setdefault(name, []).extend(asked.values)

    def around(self, rule: CarrierRule) -> OrderMaker:
        """One that prefers what this rule names."""
        return OrderMaker(replace(self.book, rules=(rule,)), self.options, self.rng)

    def order(self) -> RouteSnapshot:
        rng = self.rng
        plain = sample_snapshot(self.book, rng)
        facts = {name: self._near(name, value) for name, value in plain.facts.items()}
        facts["billable_weight_g"] = max(facts["billable_weight_g"], facts["weight_g"])
        lines = tuple(
            {name: self._text(name, value) for name, value in line.items()} for line in plain.lines
        )
        # Each line has a unit at least.
        units = max(self._near("units", sum(plain.needs.values())), facts["line_count"])
        skus = sorted({line["sku"] for line in lines})
        needs = dict.fromkeys(skus, 1)
        needs[skus[0]] += max(0, units - len(skus))
        country = self._text("country", plain.country)
        return replace(
            plain,
            country=country,
            region=self._text("region", plain.region),
            requested_carrier="",
            facts=facts,
            lines=lines,
            needs=needs,
            warehouses=self._stock(needs),
            at=(START + timedelta(hours=rng.randrange(24 * 7))).isoformat(timespec="seconds"),
        )

    def _near(self, name: str, value: Any) -> Any:
        named = self.named.get(name)
        if isinstance(value, bool):
            return self.rng.random() < 0.5
        if named is None or self.rng.random() < 0.2:
            return value
        picked = self.rng.choice(named)
        if isinstance(picked, Decimal):
            return str(max(picked + self.rng.choice((-1, 0, 1)) * Decimal("0.01"), Decimal(0)))
        if isinstance(picked, int):
            least = 1 if name in ("line_count", "units") else 0
            return max(picked + self.rng.choice((-1, 0, 1)), least)
        return picked + self.rng.choice(("", "0"))

    def _text(self, name: str, value: str) -> str:
        named = self.named.get(name)
        return str(self.rng.choice(named)) if named and self.rng.random() < 0.8 else value

    def _stock(self, needs: dict[str, int]) -> tuple[WarehouseOption, ...]:
        """All of it in some of the warehouses, one at least."""
        sure = self.rng.choice(self.options).code
        return tuple(
            replace(one, available=needs if one.code == sure or self.rng.random() < 0.3 else {})
            for one in self.options
        )
