"""Questions asked of orders and what follows from them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from accounts.querysets import OwnedQuerySet
from orders.rules.states import DISPATCHABLE, FINAL_ORDER_STATES, OrderState, ShipmentState

if TYPE_CHECKING:
    from orders.models import (  # noqa: F401 # in base classes, as text
        Order,
        OrderEvent,
        OrderLine,
        Package,
        RoutingDecision,
        Shipment,
        TrackingEvent,
    )

FINAL_VALUES = [state.value for state in FINAL_ORDER_STATES]


class OrderQuerySet(OwnedQuerySet["Order"]):
    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def still_open(self) -> Self:
        return self.exclude(state__in=FINAL_VALUES)

    def dispatchable(self) -> Self:
        return self.filter(
            state__in=[state.value for state in DISPATCHABLE], cancel_requested_at__isnull=True
        )

    def needing_attention(self) -> Self:
        return self.filter(state=OrderState.NEEDS_ATTENTION.value)

    def not_yet_shipped(self) -> Self:
        gone = [OrderState.IN_TRANSIT.value, *FINAL_VALUES]
        return self.exclude(state__in=gone)

    def due_by(self, moment: datetime) -> Self:
        return self.not_yet_shipped().filter(ship_by__lte=moment)

    def for_list(self) -> Self:
        """With all that one row of a list shows, in a constant number of queries."""
        return self.select_related("organization").prefetch_related(
            "lines", "shipments__packages", "shipments__warehouse"
        )

    def search(self, text: str) -> Self:
        """By any number or word a person may hold in hand."""
        text = text.strip()
        if not text:
            return self
        return self.filter(
            Q(number__iexact=text)
            | Q(external_ref__iexact=text)
            | Q(name__icontains=text)
            | Q(email__iexact=text)
            | Q(phone__endswith=text)
            | Q(postal_code__iexact=text)
            | Q(lines__sku__iexact=text)
            | Q(shipments__reference__iexact=text)
            | Q(shipments__platform_ref=text)
            | Q(shipments__packages__tracking_number__iexact=text)
        ).distinct()


class OrderLineQuerySet(OwnedQuerySet["OrderLine"]):
    def short(self) -> Self:
        return self.filter(short_quantity__gt=0)


class OrderEventQuerySet(OwnedQuerySet["OrderEvent"]):
    def story(self) -> Self:
        return self.order_by("id")


class RoutingDecisionQuerySet(OwnedQuerySet["RoutingDecision"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class ShipmentQuerySet(OwnedQuerySet["Shipment"]):
    def live(self) -> Self:
        return self.exclude(state=ShipmentState.CANCELLED.value)


class PackageQuerySet(OwnedQuerySet["Package"]):
    def labelled(self) -> Self:
        return self.filter(label_state="bought")

    def to_track(self, now: datetime) -> Self:
        return self.labelled().filter(next_track_at__lte=now).order_by("next_track_at")


class TrackingEventQuerySet(OwnedQuerySet["TrackingEvent"]):
    def newest_first(self) -> Self:
        return self.order_by("-happened_at", "-id")
