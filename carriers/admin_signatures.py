"""The list of refusals in unknown words, where a person says once what they mean."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin_base import AnyRow, LedgerAdmin, ReadOnlyInline
from accounts.permissions import MANAGERS
from accounts.principals import label_of, sees_all
from carriers.models import OutboxCommand, UpstreamSignature
from carriers.problems.catalogue import ASSIGNABLE
from carriers.services.signatures import map_signature

NOT_YET = ("", "Not mapped yet")
CASES_SHOWN = 20


def _problems() -> list[tuple[str, str]]:
    return [NOT_YET, *sorted((one.code, f"{one.code} – {one.cause}") for one in ASSIGNABLE)]


class MeaningForm(forms.ModelForm):  # type: ignore[type-arg]
    mapped_code = forms.ChoiceField(
        label="Means",
        required=False,
        choices=_problems,
        widget=UnfoldAdminSelectWidget,
        help_text="Past cases and the orders that wait for them are told at once, coming ones as "
        "they come.",
    )

    class Meta:
        model = UpstreamSignature
        fields = ["mapped_code"]


class IsMappedFilter(admin.SimpleListFilter):
    title = "mapped"
    parameter_name = "mapped"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Not yet"), ("yes", "Mapped")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "no":
            return queryset.filter(mapped_code="")
        if self.value() == "yes":
            return queryset.exclude(mapped_code="")
        return queryset


class CaseInline(ReadOnlyInline):
    """The newest failures of the group, each with its raw words."""

    model = OutboxCommand
    verbose_name_plural = "newest cases"
    fields = readonly_fields = ["id", "kind", "lane", "state", "error_detail", "settled_at"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        signature_id = (
            request.resolver_match.kwargs.get("object_id") if request.resolver_match else 0
        )
        newest = rows.filter(signature_id=signature_id).order_by("-id").values_list("pk", flat=True)
        return rows.filter(pk__in=list(newest[:CASES_SHOWN]))


@admin.register(UpstreamSignature)
class UpstreamSignatureAdmin(LedgerAdmin):
    """Rows appear by themselves; only their meaning is given here."""

    change_roles = MANAGERS
    form = MeaningForm
    list_display = ["pattern", "platform", "operation", "cases", "last_seen_at", "mapped_code"]
    list_filter = [IsMappedFilter, "platform"]
    search_fields = ["pattern", "example", "=mapped_code"]
    search_help_text = "Words of the refusal, or an exact code"
    fields = [
        "mapped_code",
        "example",
        "pattern",
        "platform",
        "operation",
        "raw_code",
        "cases",
        "first_seen_at",
        "last_seen_at",
        "mapped_by",
        "mapped_at",
    ]
    inlines = [CaseInline]

    def get_readonly_fields(self, request: HttpRequest, obj: AnyRow | None = None) -> list[str]:
        return [name for name in self.fields if name != "mapped_code"]

    def has_view_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        """Cases of all organizations stand beside one another here."""
        return sees_all(request.user) and super().has_view_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: AnyRow, form: Any, change: bool) -> None:
        """The service writes the row and the trail, together with what follows."""
        map_signature(
            signature_id=obj.pk,
            code=form.cleaned_data["mapped_code"],
            actor=label_of(request.user),
        )
