"""What may be done over REST with an order whose label no longer fits it."""

from __future__ import annotations

from collections.abc import Callable

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import label_of
from orders.api.serializers import (
    AddressChangeSerializer,
    AssigneeSerializer,
    OrderSerializer,
    ReasonSerializer,
)
from orders.models import Order
from orders.rules.order_json import address_from
from orders.services.amend import correct_address
from orders.services.assignees import assign_order
from orders.services.replacement import keep_label, replace_label, write_off_label
from orders.services.retry import buy_anyway
from shipping_project.kernel.errors import InvalidInput


def reason_of(request: Request) -> str:
    given = ReasonSerializer(data=request.data or {})
    given.is_valid(raise_exception=True)
    return str(given.validated_data["reason"])


class Assigning:
    """Who looks after an order, over REST."""

    def _steer(self, act: Callable[[Order], object]) -> Response:
        raise NotImplementedError

    @extend_schema(request=AssigneeSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Have a person look after the order: staff, or one of its organization's."""
        given = AssigneeSerializer(data=request.data or {})
        given.is_valid(raise_exception=True)
        return self._steer(
            lambda order: assign_order(
                order_id=order.pk,
                assignee=given.validated_data["assignee"],
                actor=label_of(request.user),
            )
        )


class LabelSteering:
    """Actions of the orders' view that may end with another label being bought."""

    def _steer(self, act: Callable[[Order], object]) -> Response:
        raise NotImplementedError

    @extend_schema(request=AddressChangeSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def address(self, request: Request, pk: str) -> Response:
        """Correct the destination; the order is routed anew. Keys need `labels:buy`.

        409 `label.must_be_replaced` tells that a label is bought for the old one. With
        `replace_label` it is given back, and another one is bought once the platform took it.
        """
        asked, faults = address_from(request.data)
        if faults:
            raise InvalidInput(errors=faults)
        return self._steer(
            lambda order: correct_address(
                order_id=order.pk,
                address=asked.address,
                actor=label_of(request.user),
                replaces_label=asked.replaces_label,
            )
        )

    @extend_schema(request=ReasonSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="replace-label")
    def replace_label(self, request: Request, pk: str) -> Response:
        """Give the label back and buy another one. Keys need `labels:buy`."""
        reason = reason_of(request)
        return self._steer(
            lambda order: replace_label(
                order_id=order.pk, reason=reason, actor=label_of(request.user)
            )
        )

    @extend_schema(request=ReasonSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="keep-label")
    def keep_label(self, request: Request, pk: str) -> Response:
        """Ship with a label that was to be replaced and could not be given back."""
        reason = reason_of(request)
        return self._steer(
            lambda order: keep_label(order_id=order.pk, reason=reason, actor=label_of(request.user))
        )

    @extend_schema(request=ReasonSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="write-off-label")
    def write_off_label(self, request: Request, pk: str) -> Response:
        """Buy another label although this one could not be given back. Keys need `labels:buy`."""
        reason = reason_of(request)
        return self._steer(
            lambda order: write_off_label(
                order_id=order.pk, reason=reason, actor=label_of(request.user)
            )
        )

    @extend_schema(request=None, responses=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="buy-anyway")
    def buy_anyway(self, request: Request, pk: str) -> Response:
        """Agree to the price of an order that waits with `price.risen`. Keys need `labels:buy`."""
        return self._steer(
            lambda order: buy_anyway(order_id=order.pk, actor=label_of(request.user))
        )
