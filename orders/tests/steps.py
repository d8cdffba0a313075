"""Taking an order through the stages by the services that the handlers call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Organization
from carriers.contracts import Label, RateQuote
from carriers.models import ApiCall, CommandState, OutboxCommand
from inventory.models import StockMovement
from inventory.services.returns import return_stock
from inventory.services.stock import ship_reservations
from orders.models import Order, Package, Shipment
from orders.rules.quotes import judge_quotes
from orders.services.booking import record_booking
from orders.services.dispatch import dispatch_order
from orders.services.kinds import BUY_LABEL
from orders.services.labels import (
    record_label,
    record_label_file,
    record_quotes,
    store_label_file,
)
from orders.services.purchases import open_intent, send_intent
from orders.tests.builders import make_order
from shipping_project.kernel.money import Money

PDF = b"%PDF-1.4\n% a label for tests\n%%EOF\n"
TRACKING = "794600000001"


def make_dispatched(organization: Organization, **changes: Any) -> Order:
    """An order with a shipment, whose stock is held and whose booking is announced."""
    order = make_order(organization, **changes)
    dispatch_order(order_id=order.pk, actor="tests")
    order.refresh_from_db()
    return order


def make_labelled(organization: Organization, *, tracking: str = TRACKING) -> Order:
    """An order to Nevada, so by FedEx, whose label is bought and stored."""
    order = make_dispatched(organization)
    shipment = Shipment.objects.get(order=order)
    record_booking(shipment_id=shipment.pk, platform_ref=f"90{order.pk}")
    quotes = [make_quote("Ground", "9.10"), make_quote("2nd Day", "21.40")]
    judged = judge_quotes(quotes, carrier=shipment.carrier)
    record_quotes(shipment=shipment, judged=judged)
    buy(order, judged[0].quote, make_label(tracking))
    store_label_file(shipment_id=shipment.pk, content=PDF)
    record_label_file(shipment_id=shipment.pk)
    order.refresh_from_db()
    return order


def give_back(shipment: Shipment, *, is_damaged: bool) -> StockMovement:
    """A unit of the first sellable of a shipment leaves and comes back, as return RMA-1."""
    ship_reservations(reference=shipment.reference, actor="tests")
    left = StockMovement.objects.filter(kind="shipped", reference=shipment.reference)
    sellable = left.select_related("sellable").order_by("pk")[0].sellable
    return_stock(
        shipment=shipment.reference,
        reference="RMA-1",
        sellables={sellable.pk: sellable},
        units={sellable.pk: 1},
        warehouse=shipment.warehouse,
        is_damaged=is_damaged,
        actor="tests",
    )
    came: StockMovement = StockMovement.objects.returned().of_shipment(shipment.reference).get()
    return came


def buy(order: Order, quote: RateQuote, label: Label) -> None:
    """The order's purchase as a worker makes it, answered with `label`."""
    command = OutboxCommand.objects.in_lane(order.lane).get(kind=BUY_LABEL)
    OutboxCommand.objects.filter(pk=command.pk).update(state=CommandState.IN_FLIGHT, fence=1)
    command.refresh_from_db()
    package = Package.objects.get(shipment__order=order)
    intent = open_intent(package=package, quote=quote, command=command)
    send_intent(intent=intent, command=command)
    record_label(shipment_id=package.shipment_id, label=label, fence=command.fence)
    OutboxCommand.objects.filter(pk=command.pk).update(state=CommandState.PENDING, sent_at=None)


def make_quote(service: str, price: str, carrier: str = "FEDEX") -> RateQuote:
    return RateQuote(
        service_ref=service.lower(),
        carrier=carrier,
        service_name=service,
        price=Money(Decimal(price), "USD"),
    )


def make_label(tracking: str) -> Label:
    return Label(
        label_ref=f"label-{tracking}",
        tracking_number=tracking,
        cost=Money(Decimal("9.10"), "USD"),
        service_name="Ground",
    )


def make_call(order: Order, *, path: str = "/orders", status: int = 201) -> ApiCall:
    """A recorded call in the order's lane."""
    return ApiCall.objects.create(
        organization=order.organization,
        lane=order.lane,
        platform="veeqo",
        operation="create order",
        method="POST",
        path=path,
        http_status=status,
        error_code="" if status < 400 else "upstream_refused",
        duration_ms=87,
        request_body='{"number": "T"}',
        response_body='{"id": 901}',
        started_at=timezone.now(),
    )
