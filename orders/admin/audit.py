"""What the label audit found, with what may be done about it, and the audits themselves."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from accounts.admin_base import AnyRow, LedgerAdmin
from accounts.models import Organization
from accounts.permissions import MANAGERS
from accounts.principals import sees_all
from orders.models import DiscrepancyState, LabelAudit, LabelSighting, PlatformDiscrepancy
from orders.services.discrepancies import ask_adoption, ask_void, explain


class VoidForm(ReasonForm):
    # By its short name and not from a list, which would tell one merchant of the others.
    organization = forms.SlugField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Only where no order of ours is known: the short name of whose label it is.",
    )

    def clean_organization(self) -> Organization | None:
        slug = self.cleaned_data["organization"]
        found = Organization.objects.filter(slug=slug).first() if slug else None
        if slug and found is None:
            raise forms.ValidationError(f"There is no organization {slug!r}.")
        return found


def _void(row: PlatformDiscrepancy, words: Words, actor: str) -> str:
    chosen = words["organization"]
    ask_void(
        discrepancy_id=row.pk,
        reason=words["reason"],
        actor=actor,
        organization_id=chosen.pk if chosen else None,
    )
    return "Voiding is asked for; the list shows what the platform answered."


def _adopt(row: PlatformDiscrepancy, words: Words, actor: str) -> str:
    ask_adoption(discrepancy_id=row.pk, reason=words["reason"], actor=actor)
    return "The label is read once more and then becomes the order's."


def _explain(row: PlatformDiscrepancy, words: Words, actor: str) -> str:
    after = explain(discrepancy_id=row.pk, reason=words["reason"], actor=actor)
    if after is DiscrepancyState.PROPOSED:
        return "Noted; a second person has to confirm it."
    return "Explained; the audit does not tell it again."


@admin.register(PlatformDiscrepancy)
class PlatformDiscrepancyAdmin(LedgerAdmin):
    act_roles: ClassVar[frozenset[str]] = MANAGERS
    list_display = [
        "kind",
        "state",
        "platform",
        "platform_ref",
        "reference",
        "tracking_number",
        "our_cost",
        "their_cost",
        "detail",
        "last_error",
        "first_seen_at",
        "last_seen_at",
        "proposed_by",
    ]
    list_filter = ["kind", "state", "platform"]
    list_select_related = ["shipment"]
    search_fields = ["=reference", "=platform_ref", "=tracking_number", "=label_ref"]
    actions = [
        confirmed(
            NamedAction(
                name="void_upstream",
                description="Void upstream",
                question="For orphans: the label is voided at the platform and its booking "
                "cancelled, unless the order still ships with it. This cannot be taken back.",
                run=_void,
                form=VoidForm,
                is_danger=True,
            )
        ),
        confirmed(
            NamedAction(
                name="adopt",
                description="Adopt",
                question="For orphans: the label becomes that of its order's package, which must "
                "have none.",
                run=_adopt,
                form=ReasonForm,
            )
        ),
        confirmed(
            NamedAction(
                name="explain",
                description="Mark as explained",
                question="Nothing is changed at the platform. A ghost is closed only when a "
                "second person does the same.",
                run=_explain,
                form=ReasonForm,
            )
        ),
    ]


@admin.register(LabelAudit)
class LabelAuditAdmin(LedgerAdmin):
    list_display = [
        "platform",
        "since",
        "started_at",
        "finished_at",
        "seen_upstream",
        "asked",
        "orphans",
        "ghosts",
        "amounts",
        "cleared",
        "error_code",
    ]
    list_filter = ["platform"]

    def has_view_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        """Counts over all organizations."""
        return sees_all(request.user) and super().has_view_permission(request, obj)


@admin.register(LabelSighting)
class LabelSightingAdmin(LedgerAdmin):
    list_display = ["package", "seen_at"]
    list_select_related = ["package"]
    search_fields = ["=package__tracking_number"]
