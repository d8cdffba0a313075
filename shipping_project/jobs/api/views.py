"""Jobs over REST: how far they are, what became of each row, cancel and resume."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.principals import label_of
from shipping_project.jobs.api.documents import job_document
from shipping_project.jobs.api.renderers import LinesRenderer
from shipping_project.jobs.api.serializers import JobItemSerializer, JobSerializer
from shipping_project.jobs.models import ItemState, Job, JobItem, JobState
from shipping_project.jobs.results import item_document, result_file
from shipping_project.jobs.services import cancel_job, resume_job
from shipping_project.kernel.api.viewsets import ReadOnlyViewSet
from shipping_project.kernel.errors import FieldError, InvalidInput


class JobFilter(filters.FilterSet):  # type: ignore[misc] # ships no types
    state = filters.ChoiceFilter(choices=JobState.choices)
    kind = filters.CharFilter()

    class Meta:
        model = Job
        fields: list[str] = []


class JobViewSet(ReadOnlyViewSet[Job]):
    """Long pieces of work of the caller's organization, newest first."""

    queryset = Job.objects.all()
    serializer_class = JobSerializer  # type: ignore[assignment] # describes a document
    filterset_class = JobFilter
    required_scopes = {"read": "jobs:read", "write": "jobs:write"}

    def get_queryset(self) -> QuerySet[Job]:
        rows: QuerySet[Job] = Job.objects.visible_to(self.request.user)
        return rows.select_related("organization").order_by("-id")

    def documents(self, rows: Sequence[Job]) -> list[dict[str, Any]]:
        return [job_document(job) for job in rows]

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """What is done stays done, nothing more is worked off; a repeat changes nothing."""
        job = self.get_object()
        cancel_job(job=job, actor=label_of(request.user))
        return Response(job_document(job))

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Go on with the rows that are left of a cancelled or stopped job."""
        job = self.get_object()
        resume_job(job=job, actor=label_of(request.user))
        return Response(job_document(job))

    @extend_schema(
        responses=JobItemSerializer(many=True),
        parameters=[OpenApiParameter("state", str, enum=ItemState.values)],
        filters=False,
    )
    @action(detail=True, methods=["get"], filterset_class=None)
    def rows(self, request: Request, pk: str) -> Response:
        """What became of each row, or of those in one state; the last row first."""
        rows = JobItem.objects.filter(job=self.get_object()).order_by("-id")
        state = request.query_params.get("state")
        if state is not None and state not in ItemState.values:
            message = f"Choose from {', '.join(ItemState.values)}."
            fault = FieldError(field="state", code="invalid_choice", message=message)
            raise InvalidInput(errors=[fault])
        chosen: Any = rows.filter(state=state) if state else rows
        page: Any = self.paginate_queryset(chosen)
        return self.get_paginated_response([item_document(row) for row in page or []])

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], renderer_classes=[LinesRenderer, JSONRenderer])
    def result(self, request: Request, pk: str) -> StreamingHttpResponse:
        """What became of every row in the order of the file, one JSON object on each line."""
        return result_file(self.get_object())
