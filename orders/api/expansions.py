"""What can be told beside an order or a shipment, each with one statement for a whole page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from orders.api.documents import event_document, tracking_document
from orders.api.order_documents import order_documents
from orders.api.serializers import EventSerializer, OrderSerializer, ScanSerializer
from orders.models import Order, OrderEvent, Shipment, TrackingEvent
from shipping_project.kernel.api.asked import Expansion


def _events(orders: Sequence[Order]) -> Mapping[Any, object]:
    found: dict[int, list[object]] = {order.pk: [] for order in orders}
    for event in OrderEvent.objects.filter(order_id__in=found).story():
        found[event.order_id].append(event_document(event))
    return found


def _scans_of_orders(orders: Sequence[Order]) -> Mapping[Any, object]:
    return _scans("package__shipment__order_id", [order.pk for order in orders])


def _scans_of_shipments(shipments: Sequence[Shipment]) -> Mapping[Any, object]:
    return _scans("package__shipment_id", [shipment.pk for shipment in shipments])


def _scans(owner: str, ids: Sequence[int]) -> Mapping[Any, object]:
    found: dict[int, list[object]] = defaultdict(list, {pk: [] for pk in ids})
    scans = TrackingEvent.objects.filter(**{f"{owner}__in": ids})
    rows = scans.select_related("package__shipment").order_by("happened_at", "id")
    for scan in rows:
        shipment = scan.package.shipment
        key = shipment.order_id if owner.endswith("order_id") else shipment.pk
        found[key].append(tracking_document(scan))
    return found


def _orders(shipments: Sequence[Shipment]) -> Mapping[Any, object]:
    ids = {shipment.order_id for shipment in shipments}
    orders = list(Order.objects.filter(pk__in=ids).select_related("organization"))
    told = dict(zip([order.pk for order in orders], order_documents(orders), strict=True))
    return {shipment.pk: told.get(shipment.order_id) for shipment in shipments}


OF_ORDERS = {
    "events": Expansion(serializer=EventSerializer, tell=_events, many=True),
    "tracking": Expansion(serializer=ScanSerializer, tell=_scans_of_orders, many=True),
}
OF_SHIPMENTS = {
    "order": Expansion(serializer=OrderSerializer, tell=_orders),
    "tracking": Expansion(serializer=ScanSerializer, tell=_scans_of_shipments, many=True),
}
