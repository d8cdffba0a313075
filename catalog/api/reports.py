"""The figures of the catalog's page, over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import STAFF_READERS, may
from accounts.principals import sees_all
from catalog.api.sync_serializers import CatalogRunSerializer, CatalogScheduleSerializer
from catalog.sync.reports import export_blockers, open_conflicts, open_issues, standings
from shipping_project.kernel.api.figures import FIELDS, FiguresView


class CatalogStandingSerializer(serializers.Serializer[Any]):
    platform = serializers.CharField()
    schedule = CatalogScheduleSerializer()
    run = CatalogRunSerializer(allow_null=True, help_text="The newest reading.")
    complete_at = serializers.DateTimeField(allow_null=True)
    listings = serializers.IntegerField()
    missing = serializers.IntegerField(help_text="Listings that the platform no longer tells of.")


class CatalogReportSerializer(serializers.Serializer[Any]):
    conflicts = serializers.IntegerField(help_text="Open rows of `catalog/conflicts`.")
    blocking_export = serializers.IntegerField(help_text="Rows of `sellables` that customs miss.")
    issues = serializers.IntegerField(
        allow_null=True, help_text="Listed items that fit nothing; for staff alone."
    )
    standings = CatalogStandingSerializer(many=True, help_text="By platform; for staff alone.")


class CatalogReportView(FiguresView):
    required_scopes = {"read": "catalog:read"}
    serializer_class = CatalogReportSerializer

    @extend_schema(parameters=[FIELDS], responses=CatalogReportSerializer)
    def get(self, request: Request) -> Response:
        """How our products stand with those of the platforms, and what a person has to decide."""
        self.question(request)
        is_staff = sees_all(request.user) and may(request.user, STAFF_READERS)
        readings = standings() if is_staff else ()
        document = {
            "conflicts": open_conflicts(request.user)[0],
            "blocking_export": export_blockers(request.user)[0],
            "issues": open_issues()[0] if is_staff else None,
            "standings": CatalogStandingSerializer(readings, many=True).data,
        }
        return self.answer(document)
