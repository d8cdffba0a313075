"""Orders and shipments as the API tells of them, from plain values rather than serializer walks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from carriers.problems.catalogue import problem_of
from orders.models import Order, OrderLine, Package, Shipment
from shipping_project.kernel.api.asked import EVERYTHING, Asked

Body = dict[str, Any]
Values = tuple[Any, ...]
SHIP_TO = {
    "name": "name",
    "company": "company",
    "phone": "phone",
    "email": "email",
    "address_1": "address_1",
    "address_2": "address_2",
    "city": "city",
    "state": "region",
    "postal_code": "postal_code",
    "country": "country",
}
LINE = ("position", "sku", "title", "quantity", "unit_price", "short_quantity")
SHIPMENT = {
    "id": "pk",
    "reference": "reference",
    "state": "state",
    "platform": "platform",
    "platform_ref": "platform_ref",
    "carrier": "carrier",
    "service": "service_name",
    "warehouse": "warehouse__code",
    "ship_on": "ship_on",
    "incoterm": "incoterm",
    "is_insured": "is_insured",
}
PACKAGE = {
    "id": "pk",
    "position": "position",
    "box": "box_name",
    "weight_g": "weight_g",
    "length_mm": "length_mm",
    "width_mm": "width_mm",
    "height_mm": "height_mm",
    "contents": "contents",
    "label_state": "label_state",
    "tracking_number": "tracking_number",
    "tracking_url": "tracking_url",
    "tracking_status": "tracking_status",
    "cost": "cost",
    "currency": "cost_currency",
    "label_ready": "label_file",
}


@dataclass(frozen=True, slots=True)
class Told:
    """How one field of an order's document is told, and from which columns."""

    tell: Callable[[Order], Any]
    columns: tuple[str, ...]


def _column(name: str) -> Told:
    return Told(attrgetter(name), (name,))


def _ship_to(order: Order) -> Body:
    return {name: getattr(order, column) for name, column in SHIP_TO.items()}


def _attention(order: Order) -> Body | None:
    if not order.attention_code:
        return None
    problem = problem_of(order.attention_code)
    return {
        "code": order.attention_code,
        "detail": order.attention_detail,
        "cause": problem.cause if problem else "",
        "fix": problem.fix if problem else "",
        "retry_helps": problem.retry_helps if problem else None,
        "field": problem.field if problem else "",
    }


def amount(value: Decimal) -> str:
    """As it is read from the store, also before it was ever written."""
    return f"{value:.2f}"


def _moment(name: str) -> Told:
    """In UTC, as it is read from the store."""

    def tell(order: Order) -> datetime | None:
        moment: datetime | None = getattr(order, name)
        return None if moment is None else moment.astimezone(UTC)

    return Told(tell, (name,))


OF_ORDER: Mapping[str, Told] = {
    "id": Told(attrgetter("pk"), ()),
    "number": _column("number"),
    "organization": Told(attrgetter("organization.slug"), ("organization__slug",)),
    "source": _column("source"),
    "external_ref": _column("external_ref"),
    "state": _column("state"),
    "parent": Told(lambda order: order.parent_number or None, ("parent", "number")),
    "parts": Told(attrgetter("part_numbers"), ("part_count", "number")),
    "ship_to": Told(_ship_to, tuple(SHIP_TO.values())),
    "carrier": _column("requested_carrier"),
    "requested_service": _column("requested_service"),
    "channel": _column("channel"),
    "customer_tags": _column("customer_tags"),
    "tags": _column("tags"),
    "assignee": _column("assignee"),
    "is_residential": _column("is_residential"),
    "currency": _column("currency"),
    "total": Told(lambda order: amount(order.total), ("total",)),
    "note": _column("note"),
    "findings": _column("findings"),
    "attention": Told(_attention, ("attention_code", "attention_detail")),
    "hold_reason": _column("hold_reason"),
    "cancel_requested_at": _moment("cancel_requested_at"),
    "placed_at": _moment("placed_at"),
    "ship_by": _moment("ship_by"),
    "deliver_by": Told(
        lambda order: order.deliver_by.isoformat() if order.deliver_by else None, ("deliver_by",)
    ),
    "created_at": _moment("created_at"),
    "updated_at": _moment("updated_at"),
}


def narrowed_orders(rows: QuerySet[Order], asked: Asked) -> QuerySet[Order]:
    """Only the columns that the asked fields are told from; lines and shipments are read apart."""
    columns = [c for name, told in OF_ORDER.items() if asked.wants(name) for c in told.columns]
    lean = rows if asked.wants("organization") else rows.select_related(None)
    return lean.only("pk", "updated_at", *columns)


def order_documents(orders: Sequence[Order], asked: Asked = EVERYTHING) -> list[Body]:
    """Orders read with their organization; everything below them costs two statements."""
    ids = [order.pk for order in orders]
    lines = lines_of(ids) if asked.wants("lines") else None
    shipments = shipments_of(ids) if asked.wants("shipments") else None
    own = [(name, told.tell) for name, told in OF_ORDER.items() if asked.wants(name)]
    return [_order_document(order, own, lines=lines, shipments=shipments) for order in orders]


def new_order_document(order: Order, lines: Sequence[OrderLine]) -> Body:
    """Of an order that was written at this moment, without reading it back."""
    own = [(name, told.tell) for name, told in OF_ORDER.items()]
    told = [_line(tuple(getattr(line, name) for name in LINE)) for line in lines]
    return _order_document(order, own, lines={order.pk: told}, shipments={})


def _order_document(
    order: Order,
    own: Iterable[tuple[str, Callable[[Order], Any]]],
    *,
    lines: Mapping[int, list[Body]] | None,
    shipments: Mapping[int, list[Body]] | None,
) -> Body:
    document = {name: tell(order) for name, tell in own}
    if lines is not None:
        document["lines"] = lines.get(order.pk, [])
    if shipments is not None:
        document["shipments"] = shipments.get(order.pk, [])
    return document


@cache
def _lines() -> QuerySet[OrderLine, Values]:
    """Built once: finding the columns costs more than asking for their values."""
    return OrderLine.objects.order_by("position").values_list("order_id", *LINE)


@cache
def _parcels() -> QuerySet[Shipment, Values]:
    """Newest first, a row for each package and one for a shipment without any."""
    of_package = [f"packages__{column}" for column in PACKAGE.values()]
    rows = Shipment.objects.order_by("-pk", "packages__pk")
    return rows.values_list("order_id", *SHIPMENT.values(), *of_package)


def lines_of(order_ids: Sequence[int]) -> dict[int, list[Body]]:
    found: dict[int, list[Body]] = defaultdict(list)
    for order_id, *values in _lines().filter(order_id__in=order_ids):
        found[order_id].append(_line(values))
    return found


def _line(values: Sequence[Any]) -> Body:
    line = dict(zip(LINE, values, strict=True))
    line["unit_price"] = amount(line["unit_price"])
    return line


def shipments_of(order_ids: Sequence[int]) -> dict[int, list[Body]]:
    """By order, newest first, with their packages."""
    told: dict[int, Body] = {}
    found: dict[int, list[Body]] = defaultdict(list)
    for order_id, *values in _parcels().filter(order_id__in=order_ids):
        pk = values[0]
        if pk not in told:
            told[pk] = dict(zip(SHIPMENT, values, strict=False)) | {"packages": []}
            found[order_id].append(told[pk])
        package = values[len(SHIPMENT) :]
        if package[0] is not None:
            told[pk]["packages"].append(_package(package))
    return found


def shipment_documents(shipments: Sequence[Shipment]) -> list[Body]:
    """Shipments read with their warehouse."""
    packages = packages_of([shipment.pk for shipment in shipments])
    told = [(name, attrgetter(path.replace("__", "."))) for name, path in SHIPMENT.items()]
    return [
        {name: tell(shipment) for name, tell in told} | {"packages": packages.get(shipment.pk, [])}
        for shipment in shipments
    ]


def packages_of(shipment_ids: Sequence[int]) -> dict[int, list[Body]]:
    found: dict[int, list[Body]] = defaultdict(list)
    rows = Package.objects.filter(shipment_id__in=shipment_ids).order_by("pk")
    for shipment_id, *values in rows.values_list("shipment_id", *PACKAGE.values()):
        found[shipment_id].append(_package(values))
    return found


def _package(values: Sequence[Any]) -> Body:
    return package_as_told(dict(zip(PACKAGE, values, strict=True)))


def package_as_told(package: Body) -> Body:
    """With its columns by the names of `PACKAGE`; whether there is a label, not where it lies."""
    package["cost"] = None if package["cost"] is None else amount(package["cost"])
    package["label_ready"] = bool(package["label_ready"])
    return package
