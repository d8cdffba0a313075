"""How the description of the API tells of reading in parts and of versions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from shipping_project.kernel.api.asked import field_names
from shipping_project.kernel.api.lists import SINCE
from shipping_project.kernel.api.viewsets import CHANGES, READS, ApiViewSet
from shipping_project.kernel.pagination import tells_changes

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the row as it was read; 412 `precondition_failed` when it was "
    "changed since.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of the last answer; 304 without a body when it is still the same.",
)


class ConventionsSchema(AutoSchema):
    """Adds what `ApiViewSet` takes to every operation of one."""

    def get_override_parameters(self) -> Any:
        parameters = super().get_override_parameters()
        view = self.view
        if not isinstance(view, ApiViewSet):
            return parameters
        if self.method in CHANGES:
            return [*parameters, IF_MATCH]
        return [*parameters, *_of_reading(view)] if _is_read(view, self.method) else parameters

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        view = self.view
        if operation and isinstance(view, ApiViewSet) and _is_read(view, self.method):
            self._tell_of_expansions(view)
        return operation

    def _tell_of_expansions(self, view: ApiViewSet[Any]) -> None:
        """`expanded` as a property of the document; it is there only when asked for."""
        if not view.expansions:
            return
        told: dict[str, Any] = {}
        for name, expansion in view.expansions.items():
            one = self.resolve_serializer(expansion.serializer, "response").ref
            told[name] = {"type": "array", "items": one} if expansion.many else {"allOf": [one]}
            told[name]["nullable"] = True
        form: Any = view.get_serializer_class()
        document = self.resolve_serializer(form, "response")
        document.schema["properties"]["expanded"] = {
            "type": "object",
            "description": "What `expand` asked for.",
            "properties": told,
        }


def _is_read(view: ApiViewSet[Any], method: str) -> bool:
    return method == "GET" and view.action in READS


def _of_reading(view: ApiViewSet[Any]) -> list[OpenApiParameter]:
    parameters = [
        IF_NONE_MATCH,
        _names(
            "fields",
            field_names(view),
            "Only these of each document; others are left out, whatever it says of them here.",
        ),
    ]
    if view.expansions:
        parameters.append(
            _names("expand", list(view.expansions), "To be told beside it, under `expanded`.")
        )
    if _takes_since(view):
        words = "Changed at this time or later; then in the order of change, the oldest first."
        parameters.append(OpenApiParameter(SINCE, OpenApiTypes.DATETIME, description=words))
    return parameters


def _names(name: str, choices: list[str], words: str) -> OpenApiParameter:
    return OpenApiParameter(
        name,
        {"type": "array", "items": {"type": "string", "enum": choices}},
        description=words,
        explode=False,
        style="form",
    )


def _takes_since(view: ApiViewSet[Any]) -> bool:
    filters = getattr(getattr(view, "filterset_class", None), "base_filters", {})
    queryset: Any = getattr(view, "queryset", None)
    is_ours = queryset is not None and tells_changes(queryset.model) and SINCE not in filters
    return view.action == "list" and is_ours
