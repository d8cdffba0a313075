"""Transfers between warehouses over REST."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import body_with_reference, idempotency_parameter
from accounts.api.owners import OwnerField
from accounts.principals import label_of
from inventory.api.lines import SkuLineSerializer, lines_of
from inventory.models import Transfer, TransferArrival, TransferLine, TransferState
from inventory.purchasing.serializers import ReceiptSerializer
from inventory.rules.sku_lines import MOST_LINES
from inventory.services.naming import units_named, warehouse_named
from inventory.transfers.access import require_at
from inventory.transfers.services import (
    arrive_transfer,
    cancel_transfer,
    draft_transfer,
    send_transfer,
    write_off_transfer,
)
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet


class TransferLineSerializer(serializers.ModelSerializer[TransferLine]):
    sku = serializers.CharField(source="sellable.sku")
    outstanding = serializers.IntegerField()

    class Meta:
        model = TransferLine
        fields = ["sku", "quantity", "arrived", "lost", "outstanding"]


class TransferArrivalSerializer(serializers.ModelSerializer[TransferArrival]):
    units = serializers.IntegerField(source="total", help_text="Of all lines.")

    class Meta:
        model = TransferArrival
        fields = ["reference", "units", "actor", "at"]


class TransferSerializer(serializers.ModelSerializer[Transfer]):
    organization = serializers.CharField(source="organization.slug")
    from_warehouse = serializers.CharField(source="source.code")
    to_warehouse = serializers.CharField(source="target.code")
    lines = TransferLineSerializer(many=True)
    arrivals = TransferArrivalSerializer(many=True)

    class Meta:
        model = Transfer
        fields = [
            "id",
            "number",
            "organization",
            "from_warehouse",
            "to_warehouse",
            "state",
            "note",
            "drafted_by",
            "sent_at",
            "closed_at",
            "lines",
            "arrivals",
            "created_at",
            "updated_at",
        ]


class NewTransferSerializer(serializers.Serializer[Any]):
    organization = OwnerField()
    from_warehouse = serializers.CharField(max_length=12, help_text="Its code.")
    to_warehouse = serializers.CharField(max_length=12, help_text="Its code.")
    lines = serializers.ListField(child=SkuLineSerializer(), max_length=MOST_LINES)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class LossSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=150)


class TransferFilter(filters.FilterSet):  # type: ignore[misc] # django-filter ships no types
    organization = filters.CharFilter(field_name="organization__slug")
    from_warehouse = filters.CharFilter(field_name="source__code")
    to_warehouse = filters.CharFilter(field_name="target__code")
    state = filters.ChoiceFilter(choices=TransferState.choices)


class TransferViewSet(ReadOnlyViewSet[Transfer]):
    """Draft, on its way, part arrived, arrived; or cancelled."""

    queryset = Transfer.objects.all()
    serializer_class = TransferSerializer
    filterset_class = TransferFilter
    required_scopes = {"read": "stock:read", "write": "stock:write"}

    def get_queryset(self) -> QuerySet[Transfer]:
        rows: QuerySet[Transfer] = Transfer.objects.visible_to(self.request.user)
        rows = rows.select_related("organization", "source", "target")
        return rows.prefetch_related("lines__sellable", "arrivals")

    @extend_schema(request=NewTransferSerializer, responses={201: TransferSerializer})
    def create(self, request: Request) -> Response:
        """Draft a transfer; nothing moves until it is sent."""
        form = NewTransferSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        owner_id = facts["organization"].pk
        transfer = draft_transfer(
            organization_id=owner_id,
            source_id=warehouse_named(
                facts["from_warehouse"], actor=request.user, field="from_warehouse"
            ).pk,
            target_id=warehouse_named(facts["to_warehouse"], actor=None, field="to_warehouse").pk,
            units=units_named(owner_id, lines_of(facts["lines"])),
            note=facts.get("note", ""),
            actor=label_of(request.user),
        )
        return self._answer(transfer, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=TransferSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Request, pk: str) -> Response:
        """The units left; they are incoming at the other warehouse."""
        transfer = self._at("source")
        send_transfer(transfer_id=transfer.pk, actor=label_of(request.user))
        return self._answer(transfer)

    @extend_schema(
        request=ReceiptSerializer,
        responses={200: TransferSerializer, 201: TransferSerializer},
        parameters=[idempotency_parameter("reference")],
    )
    @action(detail=True, methods=["post"])
    def arrive(self, request: Request, pk: str) -> Response:
        """Units arrived: 201, or 200 for a repeat of the reference, which changes nothing."""
        transfer = self._at("target")
        form = ReceiptSerializer(data=body_with_reference(request, "reference"))
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        arrived = arrive_transfer(
            transfer_id=transfer.pk,
            reference=facts["reference"],
            units=units_named(transfer.organization_id, lines_of(facts["lines"])),
            actor=label_of(request.user),
        )
        made = status.HTTP_201_CREATED if arrived.created else status.HTTP_200_OK
        return self._answer(transfer, made)

    @extend_schema(request=LossSerializer, responses=TransferSerializer)
    @action(detail=True, methods=["post"], url_path="write-off")
    def write_off(self, request: Request, pk: str) -> Response:
        """What has not arrived is lost; the ledger shows it as an adjustment."""
        transfer = self._at("target")
        form = LossSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        write_off_transfer(
            transfer_id=transfer.pk,
            reason=form.validated_data["reason"],
            actor=label_of(request.user),
        )
        return self._answer(transfer)

    @extend_schema(request=None, responses=TransferSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Only while nothing has left."""
        transfer = self._at("source")
        cancel_transfer(transfer_id=transfer.pk, actor=label_of(request.user))
        return self._answer(transfer)

    def _at(self, end: str) -> Transfer:
        """The transfer, for somebody who may be at that end of it."""
        transfer = self.get_object()
        require_at(self.request.user, getattr(transfer, end))
        return transfer

    def _answer(self, transfer: Transfer, code: int = status.HTTP_200_OK) -> Response:
        row: Any = self.get_queryset().get(pk=transfer.pk)
        return Response(self.get_serializer(row).data, status=code)
