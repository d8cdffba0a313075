"""The orders behind a figure or a filter: lists, tiles and charts all ask here."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.utils import timezone

from inventory.models import Warehouse
from orders.models import Order
from orders.querysets import OrderQuerySet
from orders.rules.criteria import Due, OrderCriteria
from orders.rules.days import day_around, day_bounds
from orders.rules.stages import states_of


class Route(TypedDict):
    carrier: str
    platform: str
    warehouse: str


def orders_matching(
    actor: object, criteria: OrderCriteria, *, now: datetime | None = None
) -> OrderQuerySet:
    """Orders this actor may see that meet every criterion."""
    return narrowed_by(Order.objects.visible_to(actor), criteria, now=now)


def narrowed_by(
    found: OrderQuerySet, criteria: OrderCriteria, *, now: datetime | None = None
) -> OrderQuerySet:
    """Those of the orders found that meet every criterion."""
    found = _by_work(found, criteria, now or timezone.now())
    found = _by_origin(found, criteria)
    found = _by_route(found, criteria)
    return found.search(criteria.q)


def spans_of_today(now: datetime) -> dict[str, tuple[datetime, datetime]]:
    """Today as each warehouse counts it, and as UTC does, by time zone."""
    zones = Warehouse.objects.order_by().values_list("time_zone", flat=True).distinct()
    return {zone: day_around(now, zone) for zone in {"UTC", *zones}}


def _by_work(found: OrderQuerySet, criteria: OrderCriteria, now: datetime) -> OrderQuerySet:
    if criteria.state:
        found = found.in_states(criteria.state)
    if criteria.stage:
        found = found.in_states(states_of(criteria.stage))
    if criteria.due is Due.TODAY:
        found = found.due_within(spans_of_today(now))
    if criteria.due is Due.LATE:
        found = found.late(now)
    return found


def _by_origin(found: OrderQuerySet, criteria: OrderCriteria) -> OrderQuerySet:
    if criteria.source:
        found = found.filter(source=criteria.source)
    if criteria.organization:
        found = found.filter(organization__slug=criteria.organization)
    if criteria.country:
        found = found.filter(country=criteria.country.upper())
    if criteria.placed:
        found = found.placed_within(day_bounds(criteria.placed))
    return found


def _by_route(found: OrderQuerySet, criteria: OrderCriteria) -> OrderQuerySet:
    route = Route(
        carrier=criteria.carrier, platform=criteria.platform, warehouse=criteria.warehouse
    )
    if not (criteria.labelled or criteria.labelled_since):
        return found.shipping_with(**route)
    if criteria.labelled_since:
        found = found.labelled_within(day_bounds(criteria.labelled_since)[0], **route)
    if criteria.labelled:
        found = found.labelled_within(*day_bounds(criteria.labelled), **route)
    return found
