"""Having an order go another way, over REST."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.principals import label_of
from accounts.scopes import BUY_LABELS
from carriers.contracts import CarrierCode, Platform
from orders.api.intake import organization_named
from orders.api.serializers import OrderSerializer
from orders.models import Order
from orders.rules.service_wish import Strategy
from orders.runners import REROUTE
from orders.services.overrides import override_route
from orders.services.splitting import AskedPart, split_order
from orders.way_forms import picked_from
from shipping_project.jobs.api.documents import job_document
from shipping_project.jobs.api.serializers import JobSerializer
from shipping_project.jobs.services import NewRow, start_job

MOST_ORDERS = 10_000


class OverrideSerializer(serializers.Serializer[None]):
    """What is left out is chosen by the rules; naming nothing gives the order back to them."""

    platform = serializers.ChoiceField(choices=[one.value for one in Platform], default="")
    carrier = serializers.ChoiceField(choices=[one.value for one in CarrierCode], default="")
    warehouse = serializers.CharField(max_length=12, default="", allow_blank=True)
    strategy = serializers.ChoiceField(choices=[one.value for one in Strategy], default="")
    service = serializers.CharField(
        max_length=60,
        default="",
        allow_blank=True,
        help_text="Only services whose name holds these words.",
    )
    max_days = serializers.IntegerField(min_value=0, max_value=365, default=0)
    day_worth = serializers.DecimalField(
        max_digits=8,
        decimal_places=2,
        min_value=0,
        default=Decimal(0),
        help_text="For the best score.",
    )
    reason = serializers.CharField(max_length=200)


class RerouteSerializer(serializers.Serializer[None]):
    orders = serializers.ListField(
        child=serializers.CharField(max_length=20), min_length=1, max_length=MOST_ORDERS
    )
    dry_run = serializers.BooleanField(
        default=False, help_text="Only tell what would change; the rows of the job have it."
    )
    organization = serializers.CharField(required=False)


class RerouteView(APIView):
    """Existing orders routed anew by the rules of now, as a job with a row for each.

    A row tells the way before and after. An order that is booked stays as it is, and its row says
    so. Keys need `labels:buy`.
    """

    action = "reroute"
    required_scopes = {"read": "orders:read", "write": "orders:write", "reroute": BUY_LABELS}

    @extend_schema(request=RerouteSerializer, responses={202: JobSerializer})
    def post(self, request: Request) -> Response:
        """Route orders anew, or with `dry_run` tell what that would change."""
        form = RerouteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        organization = organization_named(request.user, asked.get("organization"))
        numbers = dict.fromkeys(number.upper() for number in asked["orders"])
        started = start_job(
            organization_id=organization.pk,
            kind=REROUTE,
            rows=(NewRow(place, number) for place, number in enumerate(numbers, start=1)),
            actor=label_of(request.user),
            options={"dry_run": asked["dry_run"]},
        )
        return Response(job_document(started.job), status=status.HTTP_202_ACCEPTED)


class OrderPartLineSerializer(serializers.Serializer[None]):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1)


class OrderPartSerializer(serializers.Serializer[None]):
    lines = OrderPartLineSerializer(many=True)
    warehouse = serializers.CharField(
        max_length=12, default="", allow_blank=True, help_text="Its code; empty is by the rules."
    )


class SplitSerializer(serializers.Serializer[None]):
    """Without `parts` it is split by stock, over the fewest warehouses."""

    parts = OrderPartSerializer(many=True, required=False)
    reason = serializers.CharField(max_length=200)


class RouteSteering:
    """Actions of the orders' view that change the way of an order before it is booked."""

    def _steer(self, act: Callable[[Order], object]) -> Response:
        raise NotImplementedError

    @extend_schema(request=SplitSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: str) -> Response:
        """Make an order several, each with a state and label of its own. Keys need `labels:buy`.

        Together the parts have exactly the units of the order, which is `split` from then on and
        goes where its parts are.
        """
        form = SplitSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        return self._steer(
            lambda order: split_order(
                order_id=order.pk,
                asked=[_asked_part(part) for part in asked.get("parts", ())],
                reason=asked["reason"],
                actor=label_of(request.user),
            )
        )

    @extend_schema(request=OverrideSerializer, responses=OrderSerializer)
    @action(detail=True, methods=["post"])
    def override(self, request: Request, pk: str) -> Response:
        """Pick the way of an order in place of the rules. Keys need `labels:buy`.

        The rules' own choice is kept beside it, with the reason and who gave it. 409
        `routing.already_booked` once the platform has the booking.
        """
        form = OverrideSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        return self._steer(
            lambda order: override_route(
                order_id=order.pk,
                picked=picked_from(asked),
                reason=asked["reason"],
                actor=label_of(request.user),
            )
        )


def _asked_part(part: Mapping[str, Any]) -> AskedPart:
    units: dict[str, int] = {}
    for line in part["lines"]:
        units[line["sku"]] = units.get(line["sku"], 0) + line["quantity"]
    return AskedPart(units=units, warehouse=part["warehouse"].upper())
