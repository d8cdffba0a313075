"""What to buy, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.principals import label_of
from inventory.models import PurchaseOrder, Supplier
from inventory.purchasing.serializers import OwnSuppliers, PurchaseSerializer
from inventory.reorder.reports import Terms, reorder_suggestions
from inventory.reorder.services import draft_suggested
from inventory.rules.reorder import LEAST_SERVICE, MOST_SERVICE
from inventory.services.naming import warehouse_named


class TermsSerializer(serializers.Serializer[Any]):
    warehouse = serializers.CharField(max_length=12, help_text="Its code.")
    service_level = serializers.FloatField(
        min_value=LEAST_SERVICE,
        max_value=MOST_SERVICE,
        default=0.95,
        help_text="Share of deliveries that are to come before the stock is gone.",
    )
    cover_days = serializers.IntegerField(
        min_value=0, max_value=365, default=14, help_text="For how long an order is to last."
    )


class DraftSuggestedSerializer(TermsSerializer):
    supplier = OwnSuppliers(queryset=Supplier.objects.all())


class DemandRateSerializer(serializers.Serializer[Any]):
    window = serializers.IntegerField(help_text="Days.")
    units = serializers.IntegerField(help_text="Shipped in it.")
    days = serializers.IntegerField(help_text="Days of it with stock.")
    weight = serializers.FloatField()


class SuggestionSerializer(serializers.Serializer[Any]):
    sku = serializers.CharField()
    available = serializers.IntegerField()
    incoming = serializers.IntegerField()
    demand = serializers.FloatField(source="need.demand", help_text="Units a day.")
    rates = DemandRateSerializer(source="need.rates", many=True)
    out_days = serializers.IntegerField(source="need.out_days")
    deviation = serializers.FloatField(source="need.deviation")
    safety = serializers.IntegerField(source="need.safety")
    lead_days = serializers.IntegerField(source="need.policy.lead_days")
    reorder_point = serializers.IntegerField(source="need.reorder_point")
    target = serializers.IntegerField(source="need.target")
    quantity = serializers.IntegerField(source="need.quantity")
    days_of_cover = serializers.FloatField(source="need.days_of_cover", allow_null=True)
    run_out_on = serializers.DateField(source="need.run_out_on", allow_null=True)
    unit_cost = serializers.DecimalField(max_digits=12, decimal_places=2, allow_null=True)
    cost = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    sentences = serializers.ListField(
        source="need.sentences", child=serializers.CharField(), help_text="The formula in figures."
    )


class SupplierNeedsSerializer(serializers.Serializer[Any]):
    supplier = serializers.IntegerField(source="supplier.pk", allow_null=True, default=None)
    supplier_name = serializers.CharField(source="supplier.name", allow_null=True, default=None)
    organization = serializers.CharField(
        source="supplier.organization.slug", allow_null=True, default=None
    )
    units = serializers.IntegerField()
    cost = serializers.CharField(source="cost.amount", allow_null=True, default=None)
    currency = serializers.CharField(source="cost.currency", allow_null=True, default=None)
    is_below_minimum = serializers.BooleanField(help_text="The supplier sells no so few units.")
    rows = SuggestionSerializer(many=True)


class ReorderView(APIView):
    required_scopes = {"read": "stock:read", "write": "stock:write"}

    @extend_schema(parameters=[TermsSerializer], responses=SupplierNeedsSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What is due to be ordered for a warehouse, by supplier, with the figures behind it."""
        form = TermsSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        found = reorder_suggestions(
            request.user, warehouse_named(facts["warehouse"], actor=request.user), _terms(facts)
        )
        return Response(SupplierNeedsSerializer(found, many=True).data)

    @extend_schema(request=DraftSuggestedSerializer, responses={201: PurchaseSerializer})
    def post(self, request: Request) -> Response:
        """Draft a purchase of all that is due from one supplier; a repeat changes that draft."""
        form = DraftSuggestedSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        order = draft_suggested(
            actor_row=request.user,
            supplier=facts["supplier"],
            warehouse=warehouse_named(facts["warehouse"], actor=request.user),
            terms=_terms(facts),
            actor=label_of(request.user),
        )
        row = PurchaseOrder.objects.get(pk=order.pk)
        return Response(PurchaseSerializer(row).data, status=status.HTTP_201_CREATED)


def _terms(facts: dict[str, Any]) -> Terms:
    return Terms(service=facts["service_level"], cover_days=facts["cover_days"])
