"""What labels cost in all, over REST."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders.api.documents import spending_document
from orders.api.ledger_serializers import LedgerTotalsAskedSerializer, LedgerTotalsSerializer
from orders.models import LedgerLine
from orders.reports.ledger import GroupBy, spending_by


class LedgerTotalsView(APIView):
    """Money spent on labels by platform or by day, over the caller's organization."""

    required_scopes = {"read": "orders:read"}

    @extend_schema(parameters=[LedgerTotalsAskedSerializer], responses=LedgerTotalsSerializer)
    def get(self, request: Request) -> Response:
        asked = LedgerTotalsAskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        span = (asked.validated_data["since"], asked.validated_data["until"])
        lines = LedgerLine.objects.visible_to(request.user).between(*span)
        totals = spending_by(lines, GroupBy(asked.validated_data["by"]))
        return Response({"totals": [spending_document(total) for total in totals]})
