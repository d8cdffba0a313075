"""Batches of orders assigned to warehouses together, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.owners import OwnerField
from accounts.permissions import MANAGERS, STAFF_READERS, RoleAllows, StaffOnly
from accounts.principals import label_of
from orders.models import BatchAssignment
from orders.services.assigning import start_assignment
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet


class AssignmentAskedSerializer(serializers.Serializer[None]):
    organization = OwnerField()
    dry_run = serializers.BooleanField(
        default=False, help_text="Only tell what it would save; no order is touched."
    )


class AssignmentSerializer(serializers.ModelSerializer[BatchAssignment]):
    """Costs are cents; those of orders that wait are the same in both sums."""

    organization = serializers.CharField(source="organization.slug", read_only=True)
    state = serializers.CharField(
        read_only=True, help_text="waiting, planned (a dry run has ended) or carried_out."
    )
    saved = serializers.CharField(read_only=True)
    saved_percent = serializers.CharField(read_only=True)

    class Meta:
        model = BatchAssignment
        fields = [
            *("id", "organization", "state", "is_dry_run", "created_by", "created_at"),
            *("finished_at", "orders", "placed", "greedy_placed", "dispatched"),
            *("cents", "greedy_cents", "currency", "saved", "saved_percent", "how", "took_ms"),
        ]
        read_only_fields = fields


class WholeAssignmentSerializer(AssignmentSerializer):
    class Meta(AssignmentSerializer.Meta):
        fields = [*AssignmentSerializer.Meta.fields, "plan"]
        read_only_fields = fields


class AssignmentViewSet(ReadOnlyViewSet[BatchAssignment]):
    """What assigning orders together saved against first come first served, newest first."""

    queryset = BatchAssignment.objects.select_related("organization").order_by("-id")
    permission_classes = [RoleAllows, StaffOnly]
    read_roles = STAFF_READERS
    write_roles = MANAGERS
    required_scopes: dict[str, str] = {}

    def get_serializer_class(self) -> Any:
        return AssignmentSerializer if self.action == "list" else WholeAssignmentSerializer

    @extend_schema(request=AssignmentAskedSerializer, responses={202: WholeAssignmentSerializer})
    def create(self, request: Request) -> Response:
        """Assign the open orders of an organization that are not urgent together."""
        asked = AssignmentAskedSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        started = start_assignment(
            organization_id=asked.validated_data["organization"].pk,
            actor=label_of(request.user),
            is_dry_run=asked.validated_data["dry_run"],
        )
        return Response(self.get_serializer(started).data, status=status.HTTP_202_ACCEPTED)
