"""Orders over REST: take in, look at, steer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts.api.idempotency import idempotency_parameter
from accounts.authentication import KeyUser
from accounts.models import Organization
from accounts.permissions import may_buy_labels
from accounts.principals import label_of
from accounts.scopes import BUY_LABELS
from accounts.throttling import CallerThrottle, OrderCreateThrottle, ParseThrottle
from orders.api import examples
from orders.api.documents import (
    decision_document,
    event_document,
    ledger_document,
    tracking_document,
)
from orders.api.expansions import OF_ORDERS, OF_SHIPMENTS
from orders.api.filters import OrderFilter, ShipmentFilter
from orders.api.intake import MAY_NOT_BUY, read_order
from orders.api.labels import LabelFiles
from orders.api.ledger_serializers import LedgerSerializer
from orders.api.order_documents import (
    narrowed_orders,
    new_order_document,
    order_documents,
    shipment_documents,
)
from orders.api.packing import PackingView
from orders.api.rerouting import RouteSteering
from orders.api.serializers import (
    DecisionSerializer,
    EventsSerializer,
    OrderInSerializer,
    OrderSerializer,
    ParsedSerializer,
    PasteSerializer,
    ReasonSerializer,
    ShipmentSerializer,
    TrackingSerializer,
)
from orders.api.steering import Assigning, LabelSteering, reason_of
from orders.api.why_not import WantedSerializer, WhyNotSerializer
from orders.api.wishes import WishesView
from orders.models import Order, Shipment, TrackingEvent
from orders.reports.ledger import order_money
from orders.rules.address_text import PasteTooLarge, parse_pasted
from orders.rules.why_not import Wanted, why_not
from orders.services.cancellation import cancel_order
from orders.services.dispatch import dispatch_order
from orders.services.holds import hold_order, release_order
from orders.services.intake import receive_order
from orders.services.retry import retry_order
from orders.services.snapshots import restored_snapshot
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.errors import AppError, FieldError, InvalidInput, NotFound

ORDER_SCOPES = {"read": "orders:read", "write": "orders:write"}
# What sends an order on towards a purchase.
STEERING_SCOPES = ORDER_SCOPES | {
    "dispatch_now": BUY_LABELS,
    "retry": BUY_LABELS,
    "release": BUY_LABELS,
    "address": BUY_LABELS,
    "replace_label": BUY_LABELS,
    "buy_anyway": BUY_LABELS,
    "write_off_label": BUY_LABELS,
    "override": BUY_LABELS,
    "split": BUY_LABELS,
}


class TextTooLong(AppError):
    code = "text_too_long"
    status = 413
    title = "The text is too long"


class OrderViewSet(
    Assigning,
    LabelFiles,
    LabelSteering,
    PackingView,
    RouteSteering,
    WishesView,
    ReadOnlyViewSet[Order],
):
    """Orders of the caller's organization, looked up by our number or id."""

    queryset = Order.objects.all()
    serializer_class = OrderSerializer  # type: ignore[assignment] # describes `order_document`
    filterset_class = OrderFilter
    expansions = OF_ORDERS
    required_scopes = STEERING_SCOPES
    lookup_value_regex = "[^/]+"

    def get_queryset(self) -> QuerySet[Order]:
        rows: QuerySet[Order] = Order.objects.visible_to(self.request.user)
        return rows if self._own else rows.select_related("organization")

    @property
    def _own(self) -> Organization | None:
        """A key was read with its organization, and sees the orders of no other."""
        actor: object = self.request.user
        return actor.organization if isinstance(actor, KeyUser) else None

    def narrow(self, rows: QuerySet[Order]) -> QuerySet[Order]:
        return narrowed_orders(rows, self.asked)

    def get_object(self) -> Order:
        text = str(self.kwargs["pk"])
        if "\x00" in text:
            raise NotFound
        key = {"pk": text} if text.isdigit() and len(text) < 18 else {"number": text.upper()}
        rows: QuerySet[Order] = self.filter_queryset(self.get_queryset())
        return get_object_or_404(rows, **key)

    def get_throttles(self) -> list[BaseThrottle]:
        return (
            [CallerThrottle(), OrderCreateThrottle()]
            if self.action == "create"
            else [CallerThrottle()]
        )

    def documents(self, rows: Sequence[Order]) -> list[dict[str, Any]]:
        if own := self._own:
            for order in rows:
                order.organization = own
        return order_documents(rows, self.asked)

    @extend_schema(
        request=OrderInSerializer,
        responses={201: OrderSerializer, 200: OrderSerializer},
        parameters=[idempotency_parameter("external_ref")],
        examples=examples.CREATE,
    )
    def create(self, request: Request) -> Response:
        """201 with a new order, 200 with the first one for a repeat.

        A key without `labels:buy` has its orders held until somebody releases them.
        """
        asked = read_order(request)
        received = receive_order(
            organization_id=asked.organization.pk,
            draft=asked.draft,
            actor=label_of(request.user),
            faults=asked.faults,
            hold="" if may_buy_labels(request.user) else MAY_NOT_BUY,
        )
        order = received.order
        if received.created:
            order.organization = asked.organization
            document = new_order_document(order, received.lines)
            return Response(document, status=status.HTTP_201_CREATED)
        return Response(self._told(order.pk))

    @extend_schema(request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="dispatch")
    def dispatch_now(self, request: Request, pk: str) -> Response:
        """Route and reserve at once rather than with the next round. Keys need `labels:buy`."""
        return self._steer(
            lambda order: dispatch_order(order_id=order.pk, actor=label_of(request.user))
        )

    @extend_schema(request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        """Go on from the step that failed. Keys need `labels:buy`."""
        return self._steer(
            lambda order: retry_order(order_id=order.pk, actor=label_of(request.user))
        )

    @extend_schema(request=ReasonSerializer, responses=OrderSerializer, examples=examples.HOLD)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        reason = reason_of(request)
        return self._steer(
            lambda order: hold_order(order_id=order.pk, reason=reason, actor=label_of(request.user))
        )

    @extend_schema(request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Let a held order go on to dispatch. Keys need `labels:buy`."""
        return self._steer(
            lambda order: release_order(order_id=order.pk, actor=label_of(request.user))
        )

    @extend_schema(request=ReasonSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        reason = reason_of(request)
        return self._steer(
            lambda order: cancel_order(
                order_id=order.pk, reason=reason, actor=label_of(request.user)
            )
        )

    @extend_schema(responses=EventsSerializer)
    @action(detail=True, methods=["get"])
    def events(self, request: Request, pk: str) -> Response:
        """The order's story, oldest first."""
        story = self.get_object().events.story()
        return Response({"events": [event_document(event) for event in story]})

    @extend_schema(responses=DecisionSerializer)
    @action(detail=True, methods=["get"])
    def decision(self, request: Request, pk: str) -> Response:
        """The newest decision with everything it rested on."""
        decisions = self.get_object().decisions.select_related("rule_set", "warehouse", "override")
        newest = decisions.newest_first().first()
        if newest is None:
            raise NotFound("This order was not routed yet.")
        return Response(decision_document(newest))

    @extend_schema(parameters=[WantedSerializer], responses=WhyNotSerializer)
    @action(detail=True, methods=["get"], url_path="decision/why-not")
    def why_not(self, request: Request, pk: str) -> Response:
        """What kept the order from going another way when it was last decided."""
        form = WantedSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        newest = self.get_object().decisions.newest_first().first()
        if newest is None:
            raise NotFound("This order was not routed yet.")
        answer = why_not(restored_snapshot(newest.snapshot), Wanted(**form.validated_data))
        return Response(asdict(answer))

    @extend_schema(responses=LedgerSerializer)
    @action(detail=True, methods=["get"])
    def ledger(self, request: Request, pk: str) -> Response:
        """Every cent of the order's labels, oldest first, and what they cost in all."""
        return Response(ledger_document(order_money(self.get_object())))

    @extend_schema(responses=TrackingSerializer)
    @action(detail=True, methods=["get"])
    def tracking(self, request: Request, pk: str) -> Response:
        """Every scan of every parcel, oldest first."""
        scans = TrackingEvent.objects.filter(package__shipment__order=self.get_object())
        return Response({"events": [tracking_document(scan) for scan in scans]})

    def _steer(self, act: Callable[[Order], object]) -> Response:
        order = self.get_object()
        act(order)
        return Response(self._told(order.pk))

    def _told(self, pk: int) -> dict[str, Any]:
        return self.documents([self.get_queryset().get(pk=pk)])[0]


class ParseView(APIView):
    """Pasted text → customers, each with its doubts. Nothing is stored."""

    required_scopes = {"read": "orders:read", "write": "orders:write"}
    throttle_classes = [CallerThrottle, ParseThrottle]

    @extend_schema(request=PasteSerializer, responses=ParsedSerializer, examples=examples.PARSE)
    def post(self, request: Request) -> Response:
        body = request.data if isinstance(request.data, dict) else {}
        texts = {name: body.get(name, "") for name in ("text", "carrier")}
        faults = [
            FieldError(field=name, code="type.text", message="Give a text in quotes.")
            for name, value in texts.items()
            if not isinstance(value, str) and not (name == "carrier" and value is None)
        ]
        if not faults and not texts["text"].strip():
            faults.append(FieldError(field="text", code="required", message="Paste some text."))
        if faults:
            raise InvalidInput(errors=faults)
        try:
            customers = parse_pasted(texts["text"], carrier=texts["carrier"] or "")
        except PasteTooLarge as exc:
            raise TextTooLong(str(exc)) from exc
        return Response({"customers": [customer.as_dict() for customer in customers]})


class ShipmentViewSet(ReadOnlyViewSet[Shipment]):
    queryset = Shipment.objects.all()
    serializer_class = ShipmentSerializer  # type: ignore[assignment] # describes a document
    required_scopes = ORDER_SCOPES
    filterset_class = ShipmentFilter
    expansions = OF_SHIPMENTS

    def get_queryset(self) -> QuerySet[Shipment]:
        rows: QuerySet[Shipment] = Shipment.objects.visible_to(self.request.user)
        return rows.select_related("warehouse")

    def documents(self, rows: Sequence[Shipment]) -> list[dict[str, Any]]:
        return shipment_documents(rows)
