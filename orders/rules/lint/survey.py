"""What the checks share: the rules' shapes, and answers about them that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from orders.rules.conditions import Condition, Group
from orders.rules.conditions.tree import Joint
from orders.rules.lint.boxes import Box, TooTangled
from orders.rules.lint.cover import Cover
from orders.rules.lint.findings import World
from orders.rules.lint.shapes import Shape, shapes_of
from orders.rules.lint.witness import Examples
from orders.rules.routing.choosing import Router
from orders.rules.routing.facts import OrderFacts
from orders.rules.routing.parts import RouteSnapshot, RuleBook
from orders.rules.routing.warehouses import holds_all

MOST_NAMED = 5


class Survey:
    def __init__(self, book: RuleBook, world: World) -> None:
        self.book = book
        self.world = world
        self.day = world.day
        self.space, self.shapes = shapes_of(book.rules, world)
        self.examples = Examples(self.space, book, world.warehouses)
        in_force = (shape for shape in self.shapes if not self.is_over(shape))
        self.carrier_boxes = [one.boxes or () for one in in_force if one.rule.gives_carrier]
        self.by_place = {shape.place: shape for shape in self.shapes}
        self.cover = Cover(self.space, self.shapes)
        self._stops: dict[int, int] = {}

    @cached_property
    def router(self) -> Router:
        """Of the rules that can be read."""
        return Router(replace(self.book, rules=tuple(shape.rule for shape in self.shapes)))

    def is_over(self, shape: Shape) -> bool:
        return bool(shape.rule.valid_until) and shape.rule.valid_until < self.day

    def before(self, shape: Shape) -> Iterator[Shape]:
        """Earlier rules that are in force whenever it is."""
        for other in self.shapes:
            if other.place >= shape.place:
                return
            if other.covers_days_of(shape, self.day):
                yield other

    def after(self, shape: Shape) -> Iterator[Shape]:
        """Later rules that are in force on some day with it."""
        for other in self.shapes:
            if other.place > shape.place and other.is_in_force_with(shape, self.day):
                yield other

    def meeting(self, shape: Shape) -> Iterator[Shape]:
        """Earlier rules that may match an order of its, on some day with it."""
        mask = 0
        for box in shape.boxes or ():
            mask |= self.cover.touching(box)
        for place in self.cover.places(mask & self.cover.everything):
            if place >= shape.place:
                return
            other = self.by_place[place]
            if other.is_in_force_with(shape, self.day):
                yield other

    def names(self, places: Sequence[int]) -> str:
        told = [f"“{self.book.rules[place].name}”" for place in places]
        more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
        return ", ".join(told[:MOST_NAMED]) + more

    def both(self, one: Shape, other: Shape) -> list[Box]:
        """The orders that match both."""
        found = (a.cut(b) for a in one.boxes or () for b in other.boxes or ())
        return [box for box in found if self.space.holds(box)]

    def reaching(self, boxes: Iterable[Box], shape: Shape) -> Box | None:
        """Orders of the boxes that no rule stops before it is this rule's turn."""
        if shape.place not in self._stops:
            stops = (one for one in self.before(shape) if one.rule.stop)
            self._stops[shape.place] = self.cover.of_rules(stops)
        try:
            return self.cover.left(boxes, self._stops[shape.place])[0]
        except TooTangled:
            return None

    def is_within(self, one: Shape, other: Shape) -> bool:
        """Whether the other matches every order that the one does."""
        try:
            return self.cover.left(one.boxes or (), self.cover.of_rules([other]))[0] is None
        except TooTangled:
            return False

    def rivals(self, shape: Shape) -> list[Shape]:
        """Earlier rules that set a carrier for some of its orders."""
        carriers = (one for one in self.meeting(shape) if one.rule.carrier)
        return [one for one in carriers if self.both(one, shape)]

    def example(self, shape: Shape, *, since: str = "") -> RouteSnapshot | None:
        """An order that matches the rule."""
        return self.examples.of(
            shape.boxes or (),
            [shape.rule],
            since or self.day,
            lambda order: self.matches(shape, order),
        )

    def example_of_both(self, one: Shape, other: Shape, box: Box) -> RouteSnapshot | None:
        return self.examples.of(
            [box],
            [one.rule, other.rule],
            self.day,
            lambda order: self.matches(one, order) and self.matches(other, order),
        )

    def example_of_parts(self, parts: Sequence[Condition], shape: Shape) -> RouteSnapshot | None:
        asks = Group(Joint.ALL, tuple(parts))
        try:
            boxes = [box for box in self.space.boxes(asks) if self.space.holds(box)]
        except TooTangled:
            return None
        return self.examples.of(
            boxes, [shape.rule], self.day, lambda order: asks(self._facts(order)) is True
        )

    def any_order(self) -> RouteSnapshot | None:
        return self.examples.of([Box()], [], self.day, lambda _: True)

    def matches(self, shape: Shape, order: RouteSnapshot) -> bool:
        is_in_force = shape.rule.is_in_force(order.at[:10])
        return is_in_force and shape.ready.asks(self._facts(order)) is True

    def _facts(self, order: RouteSnapshot) -> OrderFacts:
        """With the warehouse that it leaves from; only where there are several the rules choose."""
        stocked = [option for option in order.warehouses if holds_all(option, order.needs)]
        if len(stocked) != 1:
            return self.router.facts_of(order)
        facts = OrderFacts(order)
        facts.origin = stocked[0]
        return facts
