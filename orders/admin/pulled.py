"""Orders of the platforms' own, and whose they are."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import AnyRow, LedgerAdmin
from accounts.models import Organization
from accounts.permissions import MANAGERS
from accounts.principals import sees_all
from orders.models import PulledOrder, PullSource
from orders.services.pulled import change_source


class OwnerForm(forms.Form):
    organization = forms.SlugField(
        widget=UnfoldAdminTextInputWidget, help_text="The short name of whose orders they are."
    )

    def clean_organization(self) -> Organization:
        slug = self.cleaned_data["organization"]
        found: Organization | None = Organization.objects.filter(slug=slug, is_active=True).first()
        if found is None:
            raise forms.ValidationError(f"There is no organization {slug!r}.")
        return found


def _take(source: PullSource, words: Words, actor: str) -> str:
    owner = words["organization"].pk
    change_source(source_id=source.pk, organization_id=owner, is_on=True, actor=actor)
    return "Orders that are placed from now on become ours."


def _leave(source: PullSource, words: Words, actor: str) -> str:
    owner = source.organization_id
    change_source(source_id=source.pk, organization_id=owner, is_on=False, actor=actor)
    return "Its orders are left alone from now on."


class StaffLedger(LedgerAdmin):
    """Lists of a platform hold orders of every organization."""

    def has_view_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return sees_all(request.user) and super().has_view_permission(request, obj)


@admin.register(PullSource)
class PullSourceAdmin(StaffLedger):
    act_roles = MANAGERS
    list_display = ["name", "platform", "store_ref", "organization", "is_on", "silent_since"]
    list_filter = ["platform", "is_on"]
    list_select_related = ["organization"]
    search_fields = ["name", "=store_ref"]
    actions = [
        confirmed(
            NamedAction(
                name="take",
                description="Take its orders",
                question="Orders that are placed there from now on become orders of ours; their "
                "labels are bought on the orders that are there.",
                run=_take,
                form=OwnerForm,
            )
        ),
        confirmed(
            NamedAction(
                name="leave",
                description="Leave its orders alone",
                question="What was taken stays; what is placed from now on is left alone.",
                run=_leave,
            )
        ),
    ]


@admin.register(PulledOrder)
class PulledOrderAdmin(StaffLedger):
    list_display = ["number", "source", "external_ref", "outcome", "reason", "order", "changed_at"]
    list_filter = ["outcome", "source"]
    list_select_related = ["source", "order"]
    search_fields = ["=number", "=external_ref"]
    search_help_text = "Exact number or id at the platform"
