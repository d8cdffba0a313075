"""Rows that the firm's managers keep over REST, shared or one organization's, with the trail."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from rest_framework import mixins

from accounts.permissions import MANAGERS, RoleAllows, StaffWrite
from accounts.principals import label_of
from accounts.services.audit import record_audit
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.versions import hold_to_seen

Row = TypeVar("Row", bound=Model)


class KeptRowsViewSet(
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ReadOnlyViewSet[Row],
):
    """People of an organization see its own rows alone."""

    permission_classes = [RoleAllows, StaffWrite]
    write_roles = MANAGERS
    required_scopes = {"read": "rules:read"}
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[Row]:
        rows: Any = super().get_queryset()
        found: QuerySet[Row] = rows.visible_to(self.request.user)
        return found.select_related("organization", "warehouse").order_by("-id")

    def perform_create(self, serializer: Any) -> None:
        self._note(serializer.save(), "created")

    def perform_update(self, serializer: Any) -> None:
        with transaction.atomic():
            hold_to_seen(serializer.instance)
            self._note(serializer.save(), "changed")

    def perform_destroy(self, instance: Row) -> None:
        with transaction.atomic():
            hold_to_seen(instance)
            self._note(instance, "deleted")
            instance.delete()

    def _note(self, row: Row, verb: str) -> None:
        action = f"{row._meta.model_name}.{verb}"
        record_audit(actor=label_of(self.request.user), action=action, subject=row)
