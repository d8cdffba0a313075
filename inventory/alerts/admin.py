"""Alerts on stock."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.utils import timezone
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin
from accounts.permissions import STAFF
from inventory.alerts.services import acknowledge_alert, mute_alert
from inventory.models import StockAlert


class DaysForm(forms.Form):
    days = forms.IntegerField(
        min_value=1, max_value=366, initial=14, widget=UnfoldAdminIntegerFieldWidget
    )


def _acknowledge(alert: StockAlert, words: Words, actor: str) -> str:
    return f"{acknowledge_alert(alert_id=alert.pk, actor=actor).acknowledged_by} looks after it."


def _mute(alert: StockAlert, words: Words, actor: str) -> str:
    until = timezone.now() + timedelta(days=words["days"])
    mute_alert(alert_id=alert.pk, until=until, actor=actor)
    return f"Nobody is told of it until {until:%Y-%m-%d}."


@admin.register(StockAlert)
class StockAlertAdmin(LedgerAdmin):
    act_roles = STAFF
    list_display = [
        "level",
        "kind",
        "severity",
        "available",
        "opened_at",
        "acknowledged_by",
        "muted_until",
        "closed_at",
    ]
    list_filter = [
        "kind",
        "severity",
        "level__warehouse",
        "level__sellable__organization",
        ("closed_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["level__sellable", "level__warehouse"]
    search_fields = ["level__sellable__sku"]
    actions = [
        confirmed(
            NamedAction(
                name="acknowledge",
                description="Acknowledge",
                question="The alert stays open until the stock recovers.",
                run=_acknowledge,
            )
        ),
        confirmed(
            NamedAction(
                name="mute",
                description="Mute",
                question="Neither it nor the next of its kind there is told of for so many days.",
                run=_mute,
                form=DaysForm,
            )
        ),
    ]
