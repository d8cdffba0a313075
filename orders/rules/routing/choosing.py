"""The way of an order: first the warehouse, then what the rules say of a parcel from there.

Pure and deterministic: the same snapshot always gives the same decision. With a log every rule is
asked in full and every step told with its reason; without one an index finds the rules that match.
Everything else is the same code, so that both decide alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from orders.rules.routing.answers import (
    Answers,
    extras_words,
    hold_reason_of,
    promised,
    take,
    wish_words,
    words_of,
)
from orders.rules.routing.facts import OrderFacts
from orders.rules.routing.index import RuleIndex
from orders.rules.routing.matching import ReadyRule, ready_rules
from orders.rules.routing.parts import (
    NO_CARRIER_PLATFORM,
    NO_ROUTE,
    RULES,
    SPLIT_RULES,
    WAREHOUSE_RULES,
    Explanation,
    RouteDecision,
    RouteSnapshot,
    RuleBook,
    WarehouseOption,
)
from orders.rules.routing.pricing import ByPrice, best_offer
from orders.rules.routing.several import one_parcel_words, place_for
from orders.rules.routing.trace import Log
from orders.rules.routing.warehouses import (
    choose_warehouse,
    no_stock,
    stocked_warehouses,
    timely_warehouses,
)
from orders.rules.service_wish import ANY_CHEAPEST

# Books whose routers are kept; two are compared in a rehearsal, and one is live.
MOST_ROUTERS = 8


def choose_route(snapshot: RouteSnapshot) -> RouteDecision:
    return router_for(snapshot.book).route(snapshot)


def router_for(book: RuleBook) -> Router:
    """The router of this very book, made once."""
    router = _routers.get(id(book))
    if router is None or router.book is not book:
        if len(_routers) >= MOST_ROUTERS:
            _routers.clear()
        # The router keeps the book, so no other one gets its id.
        router = _routers[id(book)] = Router(book)
    return router


class Router:
    """One version of the rules, made ready once for many orders."""

    def __init__(self, book: RuleBook) -> None:
        self.book = book
        self.rules = ready_rules(book.rules)
        self._index = RuleIndex(self.rules)
        naming = [ready.place for ready in self.rules if ready.rule.warehouses]
        self._splitting = any(ready.rule.split for ready in self.rules)
        # The last rule that names warehouses and all before it; none where none does.
        self._naming = sum(1 << place for place in naming)
        self._up_to_naming = (1 << self._naming.bit_length()) - 1

    def route(
        self, snapshot: RouteSnapshot, log: Log | None = None, facts: OrderFacts | None = None
    ) -> RouteDecision:
        """Warehouse first, since whether the parcel leaves the country decides the platform.

        `facts` are those of this snapshot where another router has asked for them before.
        """
        explain = partial(self.explain, snapshot)
        facts = facts or OrderFacts(snapshot)
        facts.origin = None
        holding = stocked_warehouses(snapshot, log)
        if not holding:
            return no_stock(snapshot, explain, split=self._split(facts, log))
        fitting = self._index.fitting_order(facts)
        origin, why = self._leave(holding, fitting, facts, log)
        if log:
            log.origin = origin.code
        is_export = bool(facts.get("leaves_country"))
        answer = self._ask(fitting, facts, log)
        if answer.wish:
            answer.wish = promised(answer.wish, snapshot, origin)
        if answer.wish and answer.wish.any_carrier and not answer.carrier:
            return self._by_price(answer, facts, log, why, is_export=is_export)
        carrier, why_carrier = self._carrier(answer, snapshot, log, is_export=is_export)
        if not carrier:
            return RouteDecision(failure=NO_ROUTE, sentences=(why_carrier,), explain=explain)
        boxes = 1 if answer.extras.package else origin.boxes
        platform, why_platform = self._platform(
            answer, carrier, log, is_export=is_export, booked_at=snapshot.booked_at, boxes=boxes
        )
        if not platform:
            return RouteDecision(
                failure=NO_CARRIER_PLATFORM, sentences=(why_platform,), explain=explain
            )
        return RouteDecision(
            warehouse=origin.code,
            platform=platform,
            carrier=carrier,
            rule=answer.rule,
            wish=answer.wish or ANY_CHEAPEST,
            hold_reason="" if snapshot.is_released else hold_reason_of(answer, platform),
            extras=answer.extras,
            sentences=(
                *(why, why_carrier, why_platform, *wish_words(answer)),
                *extras_words(answer, platform),
            ),
            explain=explain,
        )

    def facts_of(self, snapshot: RouteSnapshot) -> OrderFacts:
        """With the warehouse that is chosen, if one is."""
        facts = OrderFacts(snapshot)
        if holding := stocked_warehouses(snapshot, None):
            self._leave(holding, self._index.fitting_order(facts), facts, None)
        return facts

    def _leave(
        self, holding: list[WarehouseOption], fitting: int, facts: OrderFacts, log: Log | None
    ) -> tuple[WarehouseOption, str]:
        """The warehouse and why; the facts are those of a parcel from there afterwards."""
        stocked = timely_warehouses(holding, log)
        preferences = (*self._named(fitting, facts, log), *self.book.warehouse_preference)
        facts.origin, why = choose_warehouse(facts.snapshot, stocked, preferences, log)
        return facts.origin, why

    def _by_price(
        self, answer: Answers, facts: OrderFacts, log: Log | None, why: str, *, is_export: bool
    ) -> RouteDecision:
        """Carrier and platform are those of the service that the wish likes best."""
        snapshot, wish, origin = facts.snapshot, answer.wish, facts.origin
        assert wish is not None and origin is not None
        platform = snapshot.booked_at or answer.platform
        package = answer.extras.package
        boxes = 1 if package else origin.boxes
        asked = ByPrice(
            wish=wish, platform=platform, is_export=is_export, package=package, boxes=boxes
        )
        best = best_offer(snapshot, asked, origin.code, log)
        explain = partial(self.explain, snapshot)
        if best.offer is None:
            return RouteDecision(
                failure=best.failure,
                sentences=(best.reason,),
                rule=answer.wish_rule,
                wants=best.wants,
                explain=explain,
            )
        return RouteDecision(
            warehouse=origin.code,
            platform=best.offer.platform,
            carrier=best.offer.carrier,
            wish=wish,
            hold_reason="" if snapshot.is_released else hold_reason_of(answer, best.offer.platform),
            extras=answer.extras,
            sentences=(
                *(why, best.reason, f"The rule “{answer.wish_rule}” asked for that."),
                *extras_words(answer, best.offer.platform),
            ),
            rule=answer.wish_rule,
            offer=best.offer,
            explain=explain,
        )

    def explain(self, snapshot: RouteSnapshot) -> Explanation:
        log = Log()
        self.route(snapshot, log)
        return log

    def _split(self, facts: OrderFacts, log: Log | None) -> str:
        """What the first matching rule says of sending it from several warehouses."""
        if not self._splitting:
            return ""
        mask = self._index.fitting_order(facts) & self._index.needs_no_warehouse
        for ready in self._matching(SPLIT_RULES, mask, facts, log):
            rule = ready.rule
            if rule.split:
                if log:
                    log.took([f"to {rule.split} sending it from several warehouses"])
                return rule.split
            if rule.stop:
                break
        return ""

    def _named(self, fitting: int, facts: OrderFacts, log: Log | None) -> tuple[str, ...]:
        """The warehouses that the first matching rule names, which come before all others.

        What rests on the warehouse is open here, so such a rule neither names one nor stops.
        """
        if not self._naming:
            return ()
        mask = fitting & self._index.needs_no_warehouse & self._up_to_naming
        for ready in self._matching(WAREHOUSE_RULES, mask, facts, log):
            rule = ready.rule
            if rule.warehouses:
                if log:
                    log.took([f"the warehouse {' or '.join(rule.warehouses)}"])
                return tuple(f"warehouse:{code}" for code in rule.warehouses)
            if rule.stop:
                break
        return ()

    def _ask(self, fitting: int, facts: OrderFacts, log: Log | None) -> Answers:
        answer = Answers(carrier=facts.snapshot.requested_carrier)
        mask = self._index.fitting_warehouse(fitting, facts)
        for ready in self._matching(RULES, mask, facts, log):
            set_now = take(answer, ready.rule)
            if log:
                log.took([words_of(ready.rule, name) for name in set_now])
            if ready.rule.stop:
                if log:
                    log.stopped(ready.rule, self.rules[ready.place + 1 :])
                break
        return answer

    def _matching(
        self, stage: str, mask: int, facts: OrderFacts, log: Log | None
    ) -> Iterator[ReadyRule]:
        """Matching rules in order: those of the index, or, for the log, by asking each."""
        if log is None:
            return self._index.matching(mask, facts)
        day = facts.snapshot.at[:10]
        return (ready for ready in self.rules if log.tries(stage, ready, facts, day))

    def _carrier(
        self, answer: Answers, snapshot: RouteSnapshot, log: Log | None, *, is_export: bool
    ) -> tuple[str, str]:
        """The carrier and why, "" where nothing says which."""
        if answer.carrier and not snapshot.requested_carrier:
            # Its step stands among those of the rules.
            why = f"the rule “{answer.rule}” matches"
            return answer.carrier, f"{answer.carrier} carries it: {why}."
        carrier, subject, why = self._carrier_without_rule(snapshot, is_export=is_export)
        if not carrier:
            if log:
                log.add("carrier", subject, "failed", why)
            return "", f"No carrier is picked: {why}."
        if log:
            log.add("carrier", subject, "chosen", f"{carrier}: {why}")
        return carrier, f"{carrier} carries it: {why}."

    def _carrier_without_rule(
        self, snapshot: RouteSnapshot, *, is_export: bool
    ) -> tuple[str, str, str]:
        if snapshot.requested_carrier:
            why = "a person picked it, which wins over every rule"
            return snapshot.requested_carrier, "requested", why
        if is_export:
            carrier, subject = self.book.export_carrier, "export"
            why = "the default for parcels that leave the country of the warehouse"
        else:
            carrier, subject, why = (
                self.book.default_carrier,
                "default",
                "no rule matches, the default",
            )
        if not carrier:
            why = "no rule matches, and there is no default for it"
        return carrier, subject, why

    def _platform(
        self,
        answer: Answers,
        carrier: str,
        log: Log | None,
        *,
        is_export: bool,
        booked_at: str,
        boxes: int,
    ) -> tuple[str, str]:
        if booked_at:
            platform, why = booked_at, "the order was taken from there"
        elif answer.platform:
            platform, why = answer.platform, f"the rule “{answer.platform_rule}” says so"
        elif is_export:
            platform = self.book.export_platform
            why = "the parcel leaves the country of the warehouse"
        else:
            platform = self.book.platform_of.get(carrier, "")
            why = f"that is where {carrier} is bought inside one country"
        if not (booked_at or answer.platform):
            usual, platform = platform, place_for(platform, boxes, self.book)
            if platform != usual:
                why = one_parcel_words(usual, boxes)
                if log:
                    log.add("platform", usual, "failed", why)
        if log:
            log.add("platform", platform or carrier, "chosen" if platform else "failed", why)
        if not platform:
            return "", f"No platform is set for {carrier}; set one at the carrier."
        return platform, f"It is booked at {platform.capitalize()}: {why}."


_routers: dict[int, Router] = {}
