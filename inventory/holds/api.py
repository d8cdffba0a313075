"""Holding units for a while, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import body_with_reference, idempotency_parameter
from accounts.api.owners import OwnerField
from inventory.api.lines import SkuLineSerializer, lines_of
from inventory.api.serializers import ReservationSerializer
from inventory.holds.services import hold_units, own_reference, release_hold
from inventory.models import Reservation
from inventory.rules.sku_lines import MOST_LINES
from inventory.services.naming import units_named, warehouse_named


class NamedHoldSerializer(serializers.Serializer[Any]):
    organization = OwnerField()
    # Required, though a request may leave it to the header, which the view puts in its place.
    reference = serializers.CharField(
        max_length=40,
        help_text="Yours, such as a basket; a repeat returns the first hold. "
        "Absent: the `Idempotency-Key` header.",
    )


class HoldSerializer(NamedHoldSerializer):
    warehouse = serializers.CharField(max_length=12, help_text="Its code.")
    expires_at = serializers.DateTimeField(help_text="Within thirty days.")
    lines = serializers.ListField(
        child=SkuLineSerializer(),
        max_length=MOST_LINES,
        help_text="All of them or none are held; of a kit its components.",
    )


class HeldSerializer(serializers.Serializer[Any]):
    reservations = ReservationSerializer(many=True)


class FreedSerializer(serializers.Serializer[Any]):
    released = serializers.IntegerField(help_text="Reservations that were open.")


class HoldSteering:
    """Besides what shipments hold, partners hold units for a while themselves."""

    @extend_schema(
        request=HoldSerializer,
        responses={201: HeldSerializer, 200: HeldSerializer},
        parameters=[idempotency_parameter("reference")],
    )
    def create(self, request: Request) -> Response:
        """Hold units until a time: 201, or 200 with the first hold for a repeat."""
        body = body_with_reference(request, "reference")
        form = HoldSerializer(data=body, context={"request": request})
        form.is_valid(raise_exception=True)
        facts = form.validated_data
        owner_id = facts["organization"].pk
        _, created = hold_units(
            organization_id=owner_id,
            reference=facts["reference"],
            warehouse=warehouse_named(facts["warehouse"], actor=request.user),
            units=units_named(owner_id, lines_of(facts["lines"])),
            expires_at=facts["expires_at"],
        )
        rows = Reservation.objects.held_for(own_reference(owner_id, facts["reference"]))
        told = rows.select_related("sellable__organization", "warehouse").order_by("pk")
        made = status.HTTP_201_CREATED if created else status.HTTP_200_OK
        return Response(HeldSerializer({"reservations": told}).data, status=made)

    @extend_schema(
        request=NamedHoldSerializer,
        responses=FreedSerializer,
        parameters=[idempotency_parameter("reference")],
    )
    @action(detail=False, methods=["post"])
    def release(self, request: Request) -> Response:
        """Give back what was held under a reference; a repeat gives nothing."""
        body = body_with_reference(request, "reference")
        form = NamedHoldSerializer(data=body, context={"request": request})
        form.is_valid(raise_exception=True)
        count = release_hold(
            organization_id=form.validated_data["organization"].pk,
            reference=form.validated_data["reference"],
        )
        return Response(FreedSerializer({"released": count}).data)
