"""What may be changed of an order over REST before it is shipped, and what is doubted about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import label_of
from orders.api.serializers import FindingsSerializer, OrderChangeSerializer, OrderSerializer
from orders.models import Order
from orders.rules.order_changes import changes_from
from orders.services.wishes import change_wishes

TOLD = frozenset(OrderSerializer().fields)


class WishesView:
    """Of the orders' view."""

    get_object: Callable[[], Any]

    def _steer(self, act: Callable[[Order], object]) -> Response:
        raise NotImplementedError

    @extend_schema(request=OrderChangeSerializer, responses=OrderSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what was wished for; the next routing goes by it.

        409 `order.already_shipping` once there is a shipment. The destination is corrected by
        `POST …/address`.
        """
        values, faults = changes_from(request.data, read_only=TOLD)
        return self._steer(
            lambda order: change_wishes(
                order_id=order.pk, values=values, actor=label_of(request.user), faults=faults
            )
        )

    @extend_schema(responses=FindingsSerializer)
    @action(detail=True, methods=["get"])
    def findings(self, request: Request, pk: str) -> Response:
        """What is doubted about the order's address and carrier, though it does not stop it."""
        return Response({"findings": self.get_object().findings})
