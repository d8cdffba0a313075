"""What can be told beside orders, shipments and packages, in as many statements for any page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from orders.api.documents import event_document, tracking_document
from orders.api.order_documents import order_documents, shipment_documents
from orders.api.serializers import (
    EventSerializer,
    OrderSerializer,
    ScanSerializer,
    ShipmentSerializer,
)
from orders.models import Order, OrderEvent, Package, Shipment, TrackingEvent
from shipping_project.kernel.api.asked import Expansion


def _events(orders: Sequence[Order]) -> Mapping[Any, object]:
    found: dict[int, list[object]] = {order.pk: [] for order in orders}
    for event in OrderEvent.objects.filter(order_id__in=found).story():
        found[event.order_id].append(event_document(event))
    return found


def scans_of(path: str, rows: Sequence[Any]) -> Mapping[Any, object]:
    """Of rows whose primary key a scan has at `path`, such as "package__shipment_id"."""
    owner = attrgetter(path.replace("__", "."))
    found: dict[int, list[object]] = {row.pk: [] for row in rows}
    scans = TrackingEvent.objects.filter(**{f"{path}__in": found})
    for scan in scans.select_related("package__shipment").order_by("happened_at", "id"):
        found[owner(scan)].append(tracking_document(scan))
    return found


def _orders(shipments: Sequence[Shipment]) -> Mapping[Any, object]:
    ids = {shipment.order_id for shipment in shipments}
    orders = list(Order.objects.filter(pk__in=ids).select_related("organization"))
    told = dict(zip([order.pk for order in orders], order_documents(orders), strict=True))
    return {shipment.pk: told.get(shipment.order_id) for shipment in shipments}


def _shipments(packages: Sequence[Package]) -> Mapping[Any, object]:
    ids = {package.shipment_id for package in packages}
    rows = list(Shipment.objects.filter(pk__in=ids).select_related("warehouse"))
    told = dict(zip([row.pk for row in rows], shipment_documents(rows), strict=True))
    return {package.pk: told.get(package.shipment_id) for package in packages}


def _tracking(path: str) -> Expansion:
    return Expansion(serializer=ScanSerializer, tell=partial(scans_of, path), many=True)


OF_ORDERS = {
    "events": Expansion(serializer=EventSerializer, tell=_events, many=True),
    "tracking": _tracking("package__shipment__order_id"),
}
OF_SHIPMENTS = {
    "order": Expansion(serializer=OrderSerializer, tell=_orders),
    "tracking": _tracking("package__shipment_id"),
}
OF_PACKAGES = {
    "shipment": Expansion(serializer=ShipmentSerializer, tell=_shipments),
    "tracking": _tracking("package_id"),
}
