"""Dispatch with prices at hand: a platform is asked first where a rule chooses by price.

The decision itself asks nobody. Without such a rule, or while prices are at hand, no call is made.
A platform that does not answer is no reason to wait, since our own tables serve then. The worker
dispatches so; a person who says *Dispatch* has it decided at once by the prices at hand.
"""

from __future__ import annotations

import logging

from carriers.contracts import Platform
from carriers.errors import UpstreamError
from orders.estimates import Goods, ask_rates
from orders.models import Order, RuleSet
from orders.rules.routing import OffersWanted, RuleBook, choose_route
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.offers import has_told, keep_told, parcels_from
from orders.services.rule_books import live_rule_set, rule_book
from orders.services.snapshots import route_snapshot
from shipping_project.kernel.money import Money

logger = logging.getLogger(__name__)
# It alone rates a parcel that is not booked.
ASKED = Platform.EASYSHIP.value


def price_and_dispatch(*, order_id: int, actor: str = "") -> Dispatched:
    """Raises what `dispatch_order` raises."""
    fetch_offers(order_id=order_id)
    return dispatch_order(order_id=order_id, actor=actor)


def fetch_offers(*, order_id: int) -> bool:
    """Ask what the decision on this order will need; whether a platform was asked with success."""
    if _known_without_prices():
        return False
    live = live_rule_set()
    book = rule_book(live)
    if not asks_for_prices(book):
        _without_prices.add(live.digest)
        return False
    order = Order.objects.dispatchable().select_related("organization").filter(pk=order_id).first()
    if order is None:
        return False
    wants = choose_route(route_snapshot(order, book)).wants
    return wants is not None and ASKED in wants.platforms and _fetch(order, wants)


# Digests of published rules that never go by price; what is not published has none.
_without_prices: set[str] = set()


def _known_without_prices() -> bool:
    """One small question in place of reading the rules for every order."""
    digests = RuleSet.objects.filter(is_live=True).values_list("digest", flat=True)
    digest = digests.first()
    return bool(digest) and digest in _without_prices


def asks_for_prices(book: RuleBook) -> bool:
    return any(rule.wish is not None and rule.wish.any_carrier for rule in book.rules)


def _fetch(order: Order, wants: OffersWanted) -> bool:
    priced = parcels_from(order, wants.warehouse, wants.package)
    if has_told(priced, ASKED):
        return False
    try:
        quotes = ask_rates(
            warehouse=priced.warehouse,
            ship_to=order.address,
            parcels=priced.parcels,
            goods=_goods(order),
        )
    except UpstreamError as exc:
        logger.info("no prices told", extra={"order_id": order.pk, "code": exc.code})
        return False
    keep_told(priced, ASKED, quotes)
    return True


def _goods(order: Order) -> Goods:
    """As much as a price needs of what is inside: the first line stands for all."""
    line = order.lines.select_related("sellable__product").order_by("position")[0]
    sellable = line.sellable
    return Goods(
        value=Money(order.total, order.currency),
        description=sellable.title or line.sku,
        category=sellable.product.category,
        hs_code=sellable.hs_code,
        origin_country=sellable.origin_country,
    )
