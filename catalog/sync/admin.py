"""Keeping the catalog in step: runs, conflicts, the work list, masters and schedules."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from accounts.admin_base import LedgerAdmin, RoleAdmin
from accounts.models import Organization
from accounts.permissions import MANAGERS
from accounts.principals import label_of
from catalog.models import (
    CatalogRun,
    CatalogSchedule,
    FieldMaster,
    ListedIssue,
    SyncConflict,
)
from catalog.rules.merge import Group, Master
from catalog.sync.runs import believe_run, cancel_run
from catalog.sync.settling import (
    Choice,
    ignore_issue,
    link_issue,
    sellable_like,
    set_master,
    settle_conflict,
)


def _keep_ours(conflict: SyncConflict, words: Words, actor: str) -> str:
    settle_conflict(conflict_id=conflict.pk, choice=Choice.OURS, actor=actor)
    return "Ours stays."


def _take_theirs(conflict: SyncConflict, words: Words, actor: str) -> str:
    settle_conflict(conflict_id=conflict.pk, choice=Choice.THEIRS, actor=actor)
    return "Theirs was taken."


@admin.register(SyncConflict)
class SyncConflictAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = ["listing", "group", "ours", "theirs", "state", "found_at"]
    list_filter = ["state", "group", "listing__platform", "listing__sellable__organization"]
    list_select_related = ["listing__sellable"]
    search_fields = ["listing__sellable__sku", "=listing__external_ref"]
    actions = [
        confirmed(
            NamedAction(
                name="keep_ours",
                description="Keep ours",
                question="Our values stay, and count as newer than the platform's.",
                run=_keep_ours,
            )
        ),
        confirmed(
            NamedAction(
                name="take_theirs",
                description="Take theirs",
                question="The platform's values are written here.",
                run=_take_theirs,
            )
        ),
    ]


def _believe(run: CatalogRun, words: Words, actor: str) -> str:
    return f"{believe_run(run_id=run.pk, actor=actor).missing} listings are missing there."


def _cancel(run: CatalogRun, words: Words, actor: str) -> str:
    cancel_run(run_id=run.pk, actor=actor)
    return "No further page is read."


@admin.register(CatalogRun)
class CatalogRunAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = [
        "started_at",
        "platform",
        "state",
        "is_dry",
        "seen",
        "linked",
        "updated",
        "conflicted",
        "unmatched",
        "unfit",
        "error_code",
    ]
    list_filter = ["platform", "state", "is_dry"]
    search_fields = ["=asked_by"]
    actions = [
        confirmed(
            NamedAction(
                name="believe",
                description="Believe the short list",
                question="What the list lacked is marked as missing at the platform.",
                run=_believe,
                is_danger=True,
            )
        ),
        confirmed(
            NamedAction(
                name="cancel",
                description="Cancel",
                question="What was taken so far stays.",
                run=_cancel,
            )
        ),
    ]


class OwnerForm(forms.Form):
    organization = forms.ModelChoiceField(
        Organization.objects.all(),
        widget=UnfoldAdminSelectWidget,
        help_text="Whose sellable with exactly this SKU it is.",
    )


def _link(issue: ListedIssue, words: Words, actor: str) -> str:
    sellable = sellable_like(issue, words["organization"])
    link_issue(issue_id=issue.pk, sellable=sellable, actor=actor)
    return f"Linked to {sellable}."


def _ignore(issue: ListedIssue, words: Words, actor: str) -> str:
    ignore_issue(issue_id=issue.pk, reason=words["reason"], actor=actor)
    return "Ignored while it stays the same."


@admin.register(ListedIssue)
class ListedIssueAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = ["platform", "sku", "title", "kind", "last_seen_at", "settled_at", "is_ignored"]
    list_filter = ["platform", "kind", "is_ignored", ("settled_at", admin.EmptyFieldListFilter)]
    search_fields = ["sku", "title", "=item_ref"]
    actions = [
        confirmed(
            NamedAction(
                name="link",
                description="Link to our sellable",
                question="It must have exactly the same SKU. A link to another item is replaced.",
                run=_link,
                form=OwnerForm,
            )
        ),
        confirmed(
            NamedAction(
                name="ignore",
                description="Ignore",
                question="It leaves the work list until something else is wrong with it.",
                run=_ignore,
                form=ReasonForm,
            )
        ),
    ]


@admin.register(FieldMaster)
class FieldMasterAdmin(RoleAdmin):
    """Without a row, and with nobody as master, a person is asked when both sides changed."""

    add_roles = change_roles = delete_roles = MANAGERS
    list_display = ["organization", "group", "master"]
    list_filter = ["organization", "group"]
    list_select_related = ["organization"]
    autocomplete_fields = ["organization"]

    def save_model(
        self, request: HttpRequest, obj: models.Model, form: ModelForm[Any], change: bool
    ) -> None:
        """The trail is written by the page, and what is open in conflict is decided as well."""
        super().save_model(request, obj, form, change)
        row = cast("FieldMaster", obj)
        set_master(
            organization_id=row.organization_id,
            group=Group(row.group),
            master=Master(row.master),
            actor=label_of(request.user),
        )


class ReadingScheduleAdmin(RoleAdmin):
    add_roles = change_roles = MANAGERS
    list_display = ["platform", "is_on", "every_minutes"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[Any]:
        return ["platform"] if obj else []


admin.site.register(CatalogSchedule, ReadingScheduleAdmin)
