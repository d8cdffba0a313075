"""Suppliers and purchases over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import body_with_reference, idempotency_parameter
from accounts.principals import label_of
from inventory.api.lines import lines_of
from inventory.models import PurchaseOrder, PurchaseState, Supplier, SupplierItem
from inventory.purchasing.forms import items_named
from inventory.purchasing.serializers import (
    DraftLinesSerializer,
    DraftSerializer,
    PurchaseSerializer,
    ReceiptSerializer,
    SupplierItemSerializer,
    SupplierSerializer,
)
from inventory.purchasing.services import (
    cancel_purchase,
    change_draft,
    draft_purchase,
    place_purchase,
    receive_purchase,
)
from inventory.purchasing.suppliers import change_supplier, create_supplier, set_supply
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import sellables_named, units_named, warehouse_named
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.filters import TrueOrFalse

SCOPES = {"read": "stock:read", "write": "stock:write"}


class SupplierFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="organization__slug")
    name = filters.CharFilter()
    is_active = TrueOrFalse()


class SupplierItemFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="supplier__organization__slug")
    supplier = filters.NumberFilter(field_name="supplier_id")
    sku = filters.CharFilter(field_name="sellable__sku")


class PurchaseFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter(field_name="organization__slug")
    supplier = filters.NumberFilter(field_name="supplier_id")
    warehouse = filters.CharFilter(field_name="warehouse__code")
    state = filters.ChoiceFilter(choices=PurchaseState.choices)


class SupplierViewSet(ReadOnlyViewSet[Supplier]):
    queryset = Supplier.objects.all()
    serializer_class = SupplierSerializer
    filterset_class = SupplierFilter
    required_scopes = SCOPES

    def get_queryset(self) -> QuerySet[Supplier]:
        rows: QuerySet[Supplier] = Supplier.objects.visible_to(self.request.user)
        return rows.select_related("organization")

    def create(self, request: Request) -> Response:
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        supplier = create_supplier(
            supplier=Supplier(**form.validated_data), actor=label_of(request.user)
        )
        return Response(self.get_serializer(supplier).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        supplier = self.get_object()
        form = self.get_serializer(supplier, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        change_supplier(
            supplier=supplier, changes=form.validated_data, actor=label_of(request.user)
        )
        return Response(self.get_serializer(supplier).data)


class SupplierItemViewSet(ReadOnlyViewSet[SupplierItem]):
    """From whom each SKU is bought, and for how much."""

    queryset = SupplierItem.objects.all()
    serializer_class = SupplierItemSerializer
    filterset_class = SupplierItemFilter
    required_scopes = SCOPES

    def get_queryset(self) -> QuerySet[SupplierItem]:
        rows: QuerySet[SupplierItem] = SupplierItem.objects.visible_to(self.request.user)
        return rows.select_related("supplier__organization", "sellable")

    def create(self, request: Request) -> Response:
        """Say from whom a SKU is bought from now on, in place of what was said before."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        supplier, sku = facts["supplier"], facts["sellable"]["sku"]
        itself = [SkuLine(sku=sku, units=1)]
        found = sellables_named(organization_id=supplier.organization_id, lines=itself, field="sku")
        item = set_supply(
            supplier=supplier,
            sellable_id=found[sku].pk,
            unit_cost=facts["unit_cost"],
            minimum_units=facts.get("minimum_units", 1),
            supplier_sku=facts.get("supplier_sku", ""),
            actor=label_of(request.user),
        )
        return Response(self.get_serializer(item).data)


class PurchaseViewSet(ReadOnlyViewSet[PurchaseOrder]):
    """Draft, ordered, part received, received; or cancelled."""

    queryset = PurchaseOrder.objects.all()
    serializer_class = PurchaseSerializer
    filterset_class = PurchaseFilter
    required_scopes = SCOPES

    def get_queryset(self) -> QuerySet[PurchaseOrder]:
        rows: QuerySet[PurchaseOrder] = PurchaseOrder.objects.visible_to(self.request.user)
        rows = rows.select_related("organization", "supplier", "warehouse")
        return rows.prefetch_related("lines__sellable", "receipts")

    @extend_schema(request=DraftSerializer, responses={201: PurchaseSerializer})
    def create(self, request: Request) -> Response:
        """Draft a purchase; nothing is expected until it is placed."""
        form = DraftSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        supplier = facts["supplier"]
        order = draft_purchase(
            supplier=supplier,
            warehouse_id=warehouse_named(facts["warehouse"], actor=request.user).pk,
            items=items_named(supplier.organization_id, lines_of(facts["lines"])),
            note=facts.get("note", ""),
            actor=label_of(request.user),
        )
        return self._answer(order, status.HTTP_201_CREATED)

    @extend_schema(request=DraftLinesSerializer, responses=PurchaseSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Replace the lines of a draft."""
        order = self.get_object()
        form = DraftLinesSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        items = items_named(order.organization_id, lines_of(form.validated_data["lines"]))
        change_draft(order_id=order.pk, items=items, actor=label_of(request.user))
        return self._answer(order)

    @extend_schema(request=None, responses=PurchaseSerializer)
    @action(detail=True, methods=["post"])
    def place(self, request: Request, pk: str) -> Response:
        """It was ordered from the supplier: its units are incoming."""
        order = self.get_object()
        place_purchase(order_id=order.pk, actor=label_of(request.user))
        return self._answer(order)

    @extend_schema(
        request=ReceiptSerializer,
        responses={200: PurchaseSerializer, 201: PurchaseSerializer},
        parameters=[idempotency_parameter("reference")],
    )
    @action(detail=True, methods=["post"])
    def receive(self, request: Request, pk: str) -> Response:
        """Units arrived: 201, or 200 for a repeat of the reference, which changes nothing."""
        order = self.get_object()
        form = ReceiptSerializer(data=body_with_reference(request, "reference"))
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        received = receive_purchase(
            order_id=order.pk,
            reference=facts["reference"],
            units=units_named(order.organization_id, lines_of(facts["lines"])),
            actor=label_of(request.user),
        )
        made = status.HTTP_201_CREATED if received.created else status.HTTP_200_OK
        return self._answer(order, made)

    @extend_schema(request=None, responses=PurchaseSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Await no more of it; what has arrived stays."""
        order = self.get_object()
        cancel_purchase(order_id=order.pk, actor=label_of(request.user))
        return self._answer(order)

    def _answer(self, order: PurchaseOrder, code: int = status.HTTP_200_OK) -> Response:
        row: Any = self.get_queryset().get(pk=order.pk)
        return Response(self.get_serializer(row).data, status=code)
