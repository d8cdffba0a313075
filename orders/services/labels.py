"""Labels: the offers kept before a purchase, and what follows once one is ours."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from carriers.contracts import Label
from carriers.models import Carrier, CarrierService
from orders.models import (
    LabelState,
    Order,
    Package,
    PurchaseIntent,
    Quote,
    Shipment,
)
from orders.rules.boxes import numbers_of
from orders.rules.prices import CHARGED_MORE
from orders.rules.quotes import JudgedQuote
from orders.rules.states import OrderState, ShipmentState
from orders.rules.voids import VoidPurpose
from orders.services.booking import ask
from orders.services.kinds import FETCH_LABEL
from orders.services.ledger import enter_bought
from orders.services.news import tell_of_label
from orders.services.offers import PricedParcels, keep_told
from orders.services.prices import is_too_much
from orders.services.progress import move_order, need_attention, note_event
from orders.services.purchases import close_as_paid
from orders.services.stock_there import note_allocated_there, note_shipped_there
from orders.services.voids import accept_void, request_void
from shipping_project.kernel.money import Money

FIRST_TRACK_AFTER = timedelta(seconds=30)


@transaction.atomic
def record_quotes(*, shipment: Shipment, judged: Sequence[JudgedQuote]) -> None:
    """Keep what was on offer and why each service was or was not taken.

    The prices serve decisions on other orders for a while too.
    """
    shipment.quotes.all().delete()
    Quote.objects.bulk_create(
        Quote(
            shipment=shipment,
            carrier=item.quote.carrier[:20],
            service_name=_fitting(Quote, "service_name", item.quote.service_name),
            price=item.quote.price.amount,
            currency=item.quote.price.currency,
            delivery_days=item.quote.delivery_days,
            is_chosen=not item.removed_by,
            removed_by=item.removed_by,
        )
        for item in judged
    )
    parcels = tuple(package.parcel for package in shipment.packages.order_by("position"))
    priced = PricedParcels(order=shipment.order, warehouse=shipment.warehouse, parcels=parcels)
    keep_told(priced, shipment.platform, [item.quote for item in judged])


@transaction.atomic
def record_label(*, shipment_id: int, label: Label, fence: int | None = None) -> None:
    """A label is ours: keep number and cost, close the intent, go on to the file.

    `fence` is the claim whose call was answered with it; None for a label found otherwise.
    """
    shipment = Shipment.objects.get(pk=shipment_id)
    order = Order.objects.locked().get(pk=shipment.order_id)
    package = Package.objects.leading().select_for_update().get(shipment=shipment)
    intent = close_as_paid(package=package, fence=fence)
    _fill_package(package, label, intent)
    enter_bought(package=package, label_ref=label.label_ref, cost=package.label_cost, intent=intent)
    shipment.state = ShipmentState.LABELLED.value
    service = label.service_name or (intent.service_name if intent else "")
    shipment.service_name = _fitting(Shipment, "service_name", service)
    shipment.save(update_fields=["state", "service_name", "updated_at"])
    note_shipped_there(shipment=shipment, since=intent.sent_at if intent else None)
    _know_service(shipment)
    message = f"Label bought: {shipment.service_name}, {label.tracking_number}, " + (
        str(package.label_cost) if package.label_cost else "cost not stated"
    )
    tell_of_label(order, shipment, package)
    if order.cancel_requested_at:
        note_event(order, kind="label.bought", message=message)
        request_void(
            shipment=shipment, order=order, purpose=VoidPurpose.CANCEL, reason=order.cancel_reason
        )
        return
    move_order(
        order,
        OrderState.BOOKED,
        kind="label.bought",
        message=message,
        attention_code="",
        attention_detail="",
    )
    ask(shipment, FETCH_LABEL, order)
    _tell_of_price(order, package, intent)


def _tell_of_price(order: Order, package: Package, intent: PurchaseIntent | None) -> None:
    """The platform took more than it had quoted: the label is ours, and a person must know."""
    cost, quoted = package.label_cost, intent and Money(intent.quoted, intent.currency)
    if cost is None or not quoted or not is_too_much(quoted, cost):
        return
    need_attention(
        order,
        code=CHARGED_MORE,
        detail=f"The label was quoted at {quoted} and {cost} was charged. It can be shipped with.",
        kind=CHARGED_MORE,
    )


@transaction.atomic
def record_found_label(*, shipment_id: int, label: Label) -> None:
    """A label that we did not know of is on a booking that is called off: it was paid for.

    Written down before it is given back, since the answer to that may be lost.
    """
    package = Package.objects.leading().select_for_update().get(shipment_id=shipment_id)
    if package.label_state != LabelState.NONE:
        return
    intent = close_as_paid(package=package)
    _fill_package(package, label, intent)
    enter_bought(package=package, label_ref=label.label_ref, cost=package.label_cost, intent=intent)


@transaction.atomic
def mark_voided(*, shipment: Shipment) -> None:
    """The platform took the label back; its refund is looked for from now on."""
    Package.objects.leading().filter(shipment=shipment).update(
        label_state=LabelState.VOIDED, next_track_at=None
    )
    note_allocated_there(shipment=shipment)
    accept_void(shipment=shipment)


def store_label_file(*, shipment_id: int, content: bytes) -> str:
    """Keep the file under its own hash, so that a repeat finds it; returns the stored name."""
    package = Package.objects.leading().get(shipment_id=shipment_id)
    digest = hashlib.sha256(content).hexdigest()[:16]
    name = str(package.label_file.name)
    if digest not in name or not package.label_file.storage.exists(name):
        package.label_file.save(f"{package.pk}-{digest}.pdf", ContentFile(content), save=False)
        Package.objects.filter(pk=package.pk).update(label_file=package.label_file.name)
    return str(package.label_file.name)


@transaction.atomic
def record_label_file(*, shipment_id: int) -> None:
    shipment = Shipment.objects.select_related("order").get(pk=shipment_id)
    note_event(shipment.order, kind="label.stored", message="The label is ready to print.")


@transaction.atomic
def record_label_file_missing(*, shipment_id: int, code: str, detail: str) -> None:
    """Money is spent and there is nothing to print: a person must see it and may retry."""
    shipment = Shipment.objects.get(pk=shipment_id)
    need_attention(
        Order.objects.locked().get(pk=shipment.order_id),
        code=code,
        detail=f"The label is bought but its file could not be fetched: {detail}",
        kind="label.file_missing",
    )


def _fill_package(package: Package, label: Label, intent: PurchaseIntent | None) -> None:
    cost, currency = _cost(label, intent)
    package.label_state = LabelState.BOUGHT
    package.label_ref = label.label_ref
    package.tracking_number = label.tracking_number
    package.tracking_url = _fitting(Package, "tracking_url", label.tracking_url)
    package.label_document_url = _fitting(Package, "label_document_url", label.document_url)
    package.cost = cost
    package.cost_currency = currency
    package.bought_at = timezone.now()
    package.next_track_at = timezone.now() + FIRST_TRACK_AFTER
    package.save()
    _number_boxes(package, label)


def _number_boxes(leading: Package, label: Label) -> None:
    """The other boxes of the shipment, where the platform tells a number of their own."""
    if not label.parcels:
        return
    boxes = list(Package.objects.filter(shipment=leading.shipment_id).order_by("position"))
    numbers = numbers_of([box.weight_g for box in boxes], label.parcels)
    for box, number in zip(boxes, numbers, strict=True):
        if box.pk != leading.pk and number:
            box.tracking_number, box.tracking_url = number, leading.tracking_url
            box.save(update_fields=["tracking_number", "tracking_url", "updated_at"])


def _fitting(model: type[Model], field: str, text: str) -> str:
    """The platform's words cut to our column: a long one must not lose us a label that is paid."""
    longest: int | None = getattr(model._meta.get_field(field), "max_length", None)
    return text[:longest]


def _cost(label: Label, intent: PurchaseIntent | None) -> tuple[Decimal | None, str]:
    if label.cost is not None:
        return label.cost.amount, label.cost.currency
    if intent is not None:
        return intent.quoted, intent.currency
    return None, ""


def _know_service(shipment: Shipment) -> None:
    carrier = Carrier.objects.filter(code=shipment.carrier).first()
    if carrier and shipment.service_name:
        CarrierService.objects.get_or_create(
            carrier=carrier, platform=shipment.platform, name=shipment.service_name
        )
