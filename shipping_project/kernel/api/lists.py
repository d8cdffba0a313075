"""What a list is narrowed by, with every fault of the query told at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.utils import translate_validation
from rest_framework.request import Request

from shipping_project.kernel.api.asked import OF_LISTS, OF_ROWS, asked_of, unknown_parameters
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.filters import MomentField
from shipping_project.kernel.pagination import CHANGED, tells_changes
from shipping_project.kernel.problems import field_errors

SINCE = "updated_since"


class ListQuery(DjangoFilterBackend):  # type: ignore[misc] # ships no types
    """The view's own filters and, where rows tell when they changed, `updated_since`.

    A single row is found by its address alone.
    """

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        if getattr(view, "detail", False):
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        faults = list_faults(request, queryset.model, view, filterset)
        if faults:
            raise InvalidInput(errors=faults)
        rows = queryset if filterset is None else filterset.qs
        if _is_ours(queryset.model, filterset) and (since := request.query_params.get(SINCE)):
            return rows.filter(**{f"{CHANGED}__gte": MomentField().clean(since)})
        return rows


def list_faults(
    request: Request, model: type[Model], view: Any, filterset: Any
) -> list[FieldError]:
    params = request.query_params
    filters = set(filterset.filters) if filterset is not None else set()
    more = {SINCE} if tells_changes(model) else set()
    faults = unknown_parameters(params, OF_LISTS | OF_ROWS | filters | more)
    if hasattr(view, "expansions"):
        faults += asked_of(params, view)[1]
    if hasattr(view.paginator, "faults"):
        faults += view.paginator.faults(request, model, view)
    if filterset is not None and not filterset.is_valid():
        told = translate_validation(filterset.errors)
        faults += field_errors(told.detail, told.get_codes())
    if _is_ours(model, filterset):
        faults += _since_faults(params.get(SINCE, ""))
    return faults


def _is_ours(model: type[Model], filterset: Any) -> bool:
    return tells_changes(model) and (filterset is None or SINCE not in filterset.filters)


def _since_faults(text: str) -> list[FieldError]:
    if not text:
        return []
    try:
        MomentField().clean(text)
    except ValidationError as exc:
        return [FieldError(field=SINCE, code=exc.code or "invalid", message=exc.messages[0])]
    return []
