"""Named actions of the admin: choose rows, confirm on a page, see what became of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.principals import label_of
from shipping_project.kernel.errors import AppError

# One page load carries these out one after another.
ROW_LIMIT = 200
SAMPLE = 10
TEMPLATE = "admin/confirm_action.html"

Words = Mapping[str, Any]
Run = Callable[[Any, Words, str], str]


class NoWords(forms.Form):
    """The action needs nothing but a yes."""


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept in the history, for whoever asks later.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAction:
    """`run(row, words, actor)` calls one service for one row and says what became of it.

    `words` are the cleaned values of `form`. An AppError is shown beside its row and the other
    rows go on.
    """

    name: str
    description: str
    question: str
    run: Run
    form: type[forms.Form] = NoWords
    is_danger: bool = False
    # What it would change, in words by the row's id; without it a sample of the rows is listed.
    preview: Callable[[list[Any]], Mapping[Any, str]] | None = None
    permission: str = "act"


@dataclass(frozen=True, slots=True)
class RowResult:
    row: Model
    text: str
    succeeded: bool


@dataclass(slots=True)
class Report:
    results: list[RowResult] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(result.succeeded for result in self.results)

    @property
    def refused(self) -> int:
        return len(self.results) - self.done


def confirmed(action: NamedAction) -> Callable[..., TemplateResponse]:
    """The action as the admin wants it: asks first, then runs and reports."""

    def act(page: Any, request: HttpRequest, rows: QuerySet[Any]) -> TemplateResponse:
        chosen = list(rows[: ROW_LIMIT + 1])
        form = action.form(request.POST if "confirmed" in request.POST else None)
        if form.is_bound and form.is_valid() and len(chosen) <= ROW_LIMIT:
            report = _carry_out(action, chosen, form.cleaned_data, label_of(request.user))
            return _render(page, request, action, {"report": report})
        return _render(page, request, action, _question(action, chosen, form))

    act.__name__ = action.name
    act.short_description = action.description  # type: ignore[attr-defined]
    act.allowed_permissions = [action.permission]  # type: ignore[attr-defined]
    return act


def _carry_out(action: NamedAction, rows: list[Any], words: Words, actor: str) -> Report:
    report = Report()
    for row in rows:
        try:
            result = RowResult(row, action.run(row, words, actor), succeeded=True)
        except AppError as exc:
            result = RowResult(row, exc.detail, succeeded=False)
        report.results.append(result)
    return report


def _question(action: NamedAction, chosen: list[Any], form: forms.Form) -> dict[str, Any]:
    too_many = len(chosen) > ROW_LIMIT
    shown = action.preview(chosen) if action.preview and not too_many else {}
    return {
        "previewed": [(row, shown[row.pk]) for row in chosen if row.pk in shown],
        "form": form,
        "chosen": chosen,
        "sample": chosen[:SAMPLE],
        "more": max(0, len(chosen) - SAMPLE),
        "too_many": too_many,
        "limit": ROW_LIMIT,
        "checkbox_name": ACTION_CHECKBOX_NAME,
    }


def _render(
    page: Any, request: HttpRequest, action: NamedAction, values: dict[str, Any]
) -> TemplateResponse:
    context = {
        **page.admin_site.each_context(request),
        "title": action.description,
        "opts": page.model._meta,
        "media": page.media,
        "action": action,
        **values,
    }
    return TemplateResponse(request, TEMPLATE, context)
