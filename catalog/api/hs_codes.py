"""HS codes over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.hs_codes import find_codes
from shipping_project.kernel.errors import FieldError, InvalidInput


class KnownCodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    description = serializers.CharField()
    used = serializers.IntegerField(help_text="How many of your products bear it.")
    source = serializers.CharField()  # type: ignore[assignment] # a base class has one, too


class CodesFoundSerializer(serializers.Serializer[Any]):
    codes = KnownCodeSerializer(many=True)
    is_whole = serializers.BooleanField(help_text="False where Easyship did not answer.")


class HsCodesView(APIView):
    """HS codes by the beginning of the code or by words."""

    required_scopes = {"read": "catalog:read"}

    @extend_schema(
        responses=CodesFoundSerializer,
        parameters=[
            OpenApiParameter("search", str, required=True),
            OpenApiParameter("easyship", bool, description="Ask Easyship, too."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Those that products bear, and with `easyship=true` those that Easyship knows."""
        word = request.query_params.get("easyship", "false")
        if word not in ("true", "false"):
            fault = FieldError(field="easyship", code="type.flag", message="Give true or false.")
            raise InvalidInput(errors=[fault])
        text = request.query_params.get("search", "")
        found = find_codes(request.user, text, asks_easyship=word == "true")
        return Response(CodesFoundSerializer(found).data)
