"""Why a stock number is what it is, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.principals import warehouses_of
from catalog.models import Sellable
from inventory.api.serializers import ReservationSerializer, StockMovementSerializer
from inventory.reports_why import stock_why
from shipping_project.kernel.errors import FieldError, InvalidInput, NotFound
from shipping_project.kernel.moments import OUT_OF_RANGE, is_in_range


class WhyQuestionSerializer(serializers.Serializer[Any]):
    organization = serializers.SlugField(
        required=False, help_text="Slug; needed where several organizations have this SKU."
    )
    at = serializers.DateTimeField(
        required=False, help_text="A past instant; absent for the numbers of now."
    )

    def validate_at(self, at: datetime) -> datetime:
        if not is_in_range(at):
            raise serializers.ValidationError(OUT_OF_RANGE, code="time.out_of_range")
        return at


class KindTotalSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    units = serializers.IntegerField()
    count = serializers.IntegerField()


class PlaceWhySerializer(serializers.Serializer[Any]):
    warehouse = serializers.CharField()
    on_hand = serializers.IntegerField(help_text="The sum of `totals`.")
    reserved = serializers.IntegerField(help_text="The sum of the open reservations.")
    available = serializers.IntegerField()
    promises = serializers.IntegerField(help_text="How many reservations are open.")
    totals = KindTotalSerializer(many=True)
    is_explained = serializers.BooleanField(help_text="Ledger and promises give what is stored.")


class KitPartWhySerializer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    units = serializers.IntegerField(help_text="Units of it in one kit.")
    available = serializers.IntegerField()
    makes = serializers.IntegerField(help_text="Kits that its available units are enough for.")


class KitPlaceWhySerializer(serializers.Serializer[Any]):
    warehouse = serializers.CharField()
    available = serializers.IntegerField(help_text="Kits that the scarcest component makes.")
    parts = KitPartWhySerializer(many=True)


class KitWhySerializer(serializers.Serializer[Any]):
    places = KitPlaceWhySerializer(many=True)


class ThereSerializer(serializers.Serializer[Any]):
    """One of our numbers as a platform has it: when last read and told, and what explains it."""

    platform = serializers.CharField()
    warehouse = serializers.CharField()
    owner = serializers.CharField(help_text="Whose number is right there.")
    buffer = serializers.IntegerField(
        help_text="Units that the platform is not told of; of a kit, kits that its components' "
        "buffers and its own keep back."
    )
    should_say = serializers.IntegerField(help_text="The physical number there by our numbers.")
    physical = serializers.IntegerField(allow_null=True)
    allocated = serializers.IntegerField()
    available = serializers.IntegerField(allow_null=True)
    is_infinite = serializers.BooleanField()
    seen_at = serializers.DateTimeField(allow_null=True, help_text="When it was last read.")
    told = serializers.IntegerField(allow_null=True)
    told_at = serializers.DateTimeField(allow_null=True)
    tell_error = serializers.CharField()
    explained = serializers.CharField(help_text="The last difference that was explained.")
    reasons = serializers.ListField(child=serializers.CharField())
    rest = serializers.IntegerField(help_text="What nothing explains so far.")


class StockWhySerializer(serializers.Serializer[Any]):
    sku = serializers.CharField(source="sellable.sku")
    organization = serializers.CharField(source="sellable.organization.slug")
    at = serializers.DateTimeField(allow_null=True)
    on_hand = serializers.IntegerField()
    reserved = serializers.IntegerField()
    available = serializers.IntegerField()
    kit = KitWhySerializer(allow_null=True, help_text="Null for what is no kit, and in the past.")
    places = PlaceWhySerializer(many=True)
    movements = StockMovementSerializer(many=True, help_text="The newest 50, newest first.")
    promises = ReservationSerializer(many=True, help_text="The oldest 50, oldest first.")
    there = ThereSerializer(many=True, help_text="At the platforms; of now alone.")


class StockWhyView(APIView):
    required_scopes = {"read": "stock:read"}

    @extend_schema(parameters=[WhyQuestionSerializer], responses=StockWhySerializer)
    def get(self, request: Request, sku: str) -> Response:
        """The ledger lines and open reservations behind a number, now or at a past instant."""
        question = WhyQuestionSerializer(data=request.query_params)
        question.is_valid(raise_exception=True)
        facts = question.validated_data
        sellable = _sellable(request, sku, facts.get("organization", ""))
        within = warehouses_of(request.user)
        why = stock_why(sellable, at=facts.get("at"), within=within)
        return Response(StockWhySerializer(why).data)


def _sellable(request: Request, sku: str, slug: str) -> Sellable:
    rows = Sellable.objects.visible_to(request.user).with_skus([sku.replace("\x00", "")])
    if slug:
        rows = rows.filter(organization__slug=slug)
    found = list(rows.select_related("organization")[:2])
    if len(found) > 1:
        message = f"Several organizations have the SKU {sku!r}."
        fault = FieldError(field="organization", code="organization.needed", message=message)
        raise InvalidInput(errors=[fault])
    if not found:
        raise NotFound(f"There is no SKU {sku!r}.")
    return found[0]
