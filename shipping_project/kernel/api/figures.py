"""Documents made up of figures rather than of rows, read in parts like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from shipping_project.kernel.api.asked import (
    EVERYTHING,
    OF_ROWS,
    Asked,
    Expansion,
    asked_of,
    unknown_parameters,
)
from shipping_project.kernel.errors import InvalidInput
from shipping_project.kernel.problems import field_errors

FIELDS = OpenApiParameter("fields", str, description="Only these of the document, by commas.")


class FiguresView(APIView):
    """`serializer_class` describes the document, `question_class` the parameters."""

    serializer_class: ClassVar[type[Serializer[Any]]]
    question_class: ClassVar[type[Serializer[Any]]] = Serializer
    expansions: ClassVar[Mapping[str, Expansion]] = {}
    asked: Asked = EVERYTHING

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.serializer_class

    def question(self, request: Request) -> dict[str, Any]:
        """What was asked; raises InvalidInput naming every fault of the query at once."""
        form: Any = self.question_class(data=request.query_params, context={"request": request})
        self.asked, faults = asked_of(request.query_params, self)
        faults += unknown_parameters(
            request.query_params, {*(OF_ROWS - {"expand"}), *form.get_fields()}
        )
        if not form.is_valid():
            told = ValidationError(form.errors)
            faults += field_errors(told.detail, told.get_codes())
        if faults:
            raise InvalidInput(errors=faults)
        return dict(form.validated_data)

    def answer(self, document: Mapping[str, Any]) -> Response:
        return Response(self.asked.part_of(document))
