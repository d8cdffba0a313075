"""Carriers, platforms, the outbox and the record of calls."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from accounts.admin_base import LedgerAdmin, ReadOnlyInline, RoleAdmin
from accounts.permissions import MANAGERS, STAFF
from carriers import (
    admin_pacing,  # noqa: F401 # registers its pages
    admin_signatures,  # noqa: F401 # registers its page
)
from carriers.inbox import admin as inbox_admin  # noqa: F401 # registers its pages
from carriers.models import (
    ApiCall,
    Carrier,
    CarrierService,
    OutboxCommand,
    PlatformAccount,
)
from carriers.services.commands import look_again, take_as_missed
from carriers.services.platforms import set_platform_enabled


class CarrierServiceInline(ReadOnlyInline):
    model = CarrierService
    fields = readonly_fields = ["name", "platform", "is_active", "first_seen_at"]


@admin.register(Carrier)
class CarrierAdmin(RoleAdmin):
    change_roles = MANAGERS
    list_display = ["name", "code", "platform", "divisor_cm3_per_kg", "is_active"]
    list_filter = ["platform", "is_active"]
    search_fields = ["name", "code"]
    readonly_fields = ["code"]
    inlines = [CarrierServiceInline]


@admin.register(CarrierService)
class CarrierServiceAdmin(RoleAdmin):
    """Rows appear when a platform first offers a service; people only switch them."""

    change_roles = MANAGERS
    list_display = ["name", "carrier", "platform", "is_active", "first_seen_at"]
    list_filter = ["carrier", "platform", "is_active"]
    list_select_related = ["carrier"]
    search_fields = ["name"]
    readonly_fields = ["carrier", "platform", "name", "first_seen_at"]


def _switch_on(account: PlatformAccount, words: Words, actor: str) -> str:
    set_platform_enabled(platform=account.platform, is_enabled=True, actor=actor)
    return "On; what waited is taken up now."


def _switch_off(account: PlatformAccount, words: Words, actor: str) -> str:
    set_platform_enabled(platform=account.platform, is_enabled=False, actor=actor)
    return "Off; commands wait and orders are still accepted."


@admin.register(PlatformAccount)
class PlatformAccountAdmin(RoleAdmin):
    change_roles = act_roles = MANAGERS
    list_display = ["platform", "is_enabled", "note"]
    readonly_fields = ["platform", "is_enabled"]
    fields = ["platform", "is_enabled", "note"]
    actions = [
        confirmed(
            NamedAction(
                name="switch_on",
                description="Switch on",
                question="Commands that waited for the platform are taken up at once.",
                run=_switch_on,
            )
        ),
        confirmed(
            NamedAction(
                name="switch_off",
                description="Switch off",
                question="Nothing more is sent to the platform until it is switched on again.",
                run=_switch_off,
                is_danger=True,
            )
        ),
    ]


class ApiCallInline(ReadOnlyInline):
    model = ApiCall
    fields = readonly_fields = [
        "started_at",
        "operation",
        "method",
        "path",
        "http_status",
        "error_code",
        "duration_ms",
    ]
    ordering = ["id"]


def _look_again(command: OutboxCommand, words: Words, actor: str) -> str:
    look_again(command_id=command.pk, actor=actor)
    return "The platform is asked once more what became of it."


def _take_as_missed(command: OutboxCommand, words: Words, actor: str) -> str:
    take_as_missed(command_id=command.pk, reason=words["reason"], actor=actor)
    return "It is sent again."


@admin.register(OutboxCommand)
class OutboxCommandAdmin(LedgerAdmin):
    """Looked at, and moved on only where a person has to decide."""

    act_roles = STAFF
    list_display = [
        "id",
        "kind",
        "platform",
        "lane",
        "state",
        "attempts",
        "next_attempt_at",
        "error_code",
        "created_at",
    ]
    list_filter = ["state", "kind", "platform", "queue", "organization"]
    search_fields = ["=lane", "=error_code", "=request_id"]
    search_help_text = "Exact lane (order:42), error code or request id"
    inlines = [ApiCallInline]
    actions = [
        confirmed(
            NamedAction(
                name="look_again",
                description="Look again",
                question="The platform is asked what became of these; nothing is sent twice.",
                run=_look_again,
            )
        ),
        confirmed(
            NamedAction(
                name="take_as_missed",
                description="Take as missed and send again",
                question="Only if you have seen at the platform that nothing was booked or "
                "bought: these are sent again, and a label that does exist would be paid twice.",
                run=_take_as_missed,
                form=ReasonForm,
                is_danger=True,
                permission="take_as_missed",
            )
        ),
    ]

    def has_take_as_missed_permission(self, request: HttpRequest) -> bool:
        """It may cost money twice, so it is not for everybody who may look again."""
        return self._may_write(request, MANAGERS)


@admin.register(ApiCall)
class ApiCallAdmin(LedgerAdmin):
    list_display = [
        "started_at",
        "platform",
        "operation",
        "method",
        "path",
        "http_status",
        "error_code",
        "duration_ms",
    ]
    list_filter = ["platform", "operation", "http_status", "organization"]
    list_select_related = ["organization"]
    search_fields = ["=lane", "=request_id", "=platform_request_id", "=error_code"]
    search_help_text = "Exact lane (order:42), request id or error code"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[ApiCall]:
        # Bodies run to many kilobytes; only the page of one call reads them.
        return super().get_queryset(request).defer("request_body", "response_body")
