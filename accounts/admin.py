"""People, organizations, keys and the trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin, RoleAdmin
from accounts.models import ApiKey, AuditEntry, KeptAnswer, LoginLock, Organization, User
from accounts.permissions import ADMINISTRATORS
from accounts.principals import label_of, sees_all
from accounts.scopes import SCOPES
from accounts.services.audit import record_audit
from accounts.services.keys import (
    KeyTerms,
    create_api_key,
    faults_of,
    revoke_api_key,
    rotate_api_key,
)
from accounts.services.logins import unlock

ALL_OR_SOME = 'Whose orders and stock are seen, such as ["NV", "NJ"]; empty for all warehouses.'
# Roles say what a person may do; groups would be a second answer to the same question.
admin.site.unregister(Group)
admin.site.unregister(OutstandingToken)
admin.site.unregister(BlacklistedToken)


@admin.register(Organization)
class OrganizationAdmin(RoleAdmin):
    add_roles = change_roles = ADMINISTRATORS
    list_display = ["name", "slug", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["unrouted_owner"]

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return sees_all(request.user) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return sees_all(request.user) and super().has_change_permission(request, obj)


class WarehouseCodes(forms.JSONField):
    """A list of codes; none for all."""

    def clean(self, value: Any) -> list[str]:
        codes = super().clean(value) or []
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise forms.ValidationError('Give a list of codes, such as ["NV", "NJ"].')
        known = apps.get_model("inventory.Warehouse")._default_manager.filter(code__in=codes)
        missing = sorted(set(codes) - set(known.values_list("code", flat=True)))
        if missing:
            raise forms.ValidationError(f"There is no warehouse {missing[0]}.")
        return sorted(set(codes))


class PersonForm(UserChangeForm):  # type: ignore[misc]
    warehouses = WarehouseCodes(required=False, help_text=ALL_OR_SOME)


class NewPersonForm(UserCreationForm):  # type: ignore[misc]
    warehouses = WarehouseCodes(required=False, help_text=ALL_OR_SOME)


@admin.register(User)
class UserAdmin(RoleAdmin, DjangoUserAdmin):  # type: ignore[type-arg]
    """Never deleted, since histories name them: take away "active" instead."""

    form = PersonForm
    add_form = NewPersonForm
    change_password_form = AdminPasswordChangeForm
    view_roles = add_roles = change_roles = ADMINISTRATORS
    list_display = ["username", "email", "role", "organization", "is_active", "last_login"]
    list_filter = ["role", "is_active", "organization"]
    list_select_related = ["organization"]
    search_fields = ["username", "email", "first_name", "last_name"]
    autocomplete_fields = ["organization"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    unrecorded = frozenset({"password"})
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        (
            "Rights",
            {
                "fields": [
                    "role",
                    "organization",
                    "warehouses",
                    "is_active",
                    "is_staff",
                    "is_superuser",
                ]
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
        ("Rights", {"fields": ["email", "role", "organization", "warehouses", "is_staff"]}),
    ]

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return sees_all(request.user) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Only a superuser changes one, or an administrator could take over the account."""
        guarded = isinstance(obj, User) and obj.is_superuser and not _is_superuser(request)
        return (
            sees_all(request.user) and not guarded and super().has_change_permission(request, obj)
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        fixed = list(super().get_readonly_fields(request, obj))
        return fixed if _is_superuser(request) else [*fixed, "is_superuser"]

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002
        form_url: str = "",
    ) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().user_change_password(request, id, form_url)
            if request.method == "POST" and response.status_code == 302:
                record_audit(
                    actor=label_of(request.user),
                    action="user.password_changed",
                    subject=User.objects.get(pk=id),
                )
        return response


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


KEY_FIELDS = [
    *("organization", "name", "scopes", "networks", "rate", "order_rate", "expires_at"),
]


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What programs with this key may do.",
    )
    networks = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Where it may be used from, such as 203.0.113.0/24, with blanks between; "
        "empty for anywhere.",
    )

    class Meta:
        model = ApiKey
        fields = KEY_FIELDS

    def clean_networks(self) -> list[str]:
        return str(self.cleaned_data["networks"]).split()

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for fault in faults_of(terms_of(facts)):
                self.add_error(fault.field, fault.message)
        return facts


class OverlapForm(forms.Form):
    hours = forms.IntegerField(
        min_value=0,
        max_value=720,
        initial=24,
        widget=UnfoldAdminTextInputWidget,
        help_text="How long the old keys work yet.",
    )


def terms_of(facts: Words) -> KeyTerms:
    return KeyTerms(
        name=facts["name"],
        scopes=facts["scopes"],
        networks=facts["networks"],
        rate=facts["rate"],
        order_rate=facts["order_rate"],
        expires_at=facts["expires_at"],
    )


def _rotate(key: ApiKey, words: Words, actor: str) -> str:
    _, secret = rotate_api_key(key=key, overlap=timedelta(hours=words["hours"]), actor=actor)
    return f"Copy the new key now, it is not shown again: {secret}"


def _revoke(key: ApiKey, words: Words, actor: str) -> str:
    revoke_api_key(key=key, actor=actor)
    return "Revoked; programs that use it are refused from now on."


@admin.register(ApiKey)
class ApiKeyAdmin(RoleAdmin):
    """Made once and shown once; afterwards a key can only be rotated or revoked."""

    form = ApiKeyForm
    view_roles = add_roles = act_roles = ADMINISTRATORS
    list_display = ["name", "prefix", "organization", "created_at", "expires_at", "revoked_at"]
    list_filter = ["organization", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["name", "prefix"]
    autocomplete_fields = ["organization"]
    readonly_fields = [
        "prefix",
        "replaced_by",
        "created_by",
        "created_at",
        "revoked_at",
        "last_used_at",
    ]
    actions = [
        confirmed(
            NamedAction(
                name="revoke",
                description="Revoke",
                question="Programs that use these keys stop working at once. "
                "This cannot be taken back.",
                run=_revoke,
                is_danger=True,
            )
        ),
        confirmed(
            NamedAction(
                name="rotate",
                description="Rotate",
                question="Each key gets a successor on the same terms; both work for a while.",
                run=_rotate,
                form=OverlapForm,
            )
        ),
    ]

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        asked = KEY_FIELDS
        return asked if obj is None else [*asked, *self.readonly_fields]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        key, secret = create_api_key(
            organization_id=obj.organization_id,
            terms=terms_of(form.cleaned_data),
            actor=label_of(request.user),
            created_by_id=request.user.pk,
        )
        obj.pk = key.pk
        obj.prefix = key.prefix
        messages.warning(request, f"Copy the key now, it is not shown again: {secret}")


def _unlock(lock: LoginLock, words: Words, actor: str) -> str:
    unlock(lock=lock, actor=actor)
    return "Unlocked; attempts count from nought."


@admin.register(LoginLock)
class LoginLockAdmin(LedgerAdmin):
    """Names and addresses with wrong attempts; of the firm's own administrators alone."""

    view_roles = act_roles = ADMINISTRATORS
    list_display = ["kind", "value", "failures", "last_failed_at", "locked_until"]
    list_filter = ["kind", ("locked_until", admin.EmptyFieldListFilter)]
    search_fields = ["value"]
    actions = [
        confirmed(
            NamedAction(
                name="unlock",
                description="Unlock",
                question="They may try to log in again at once.",
                run=_unlock,
            )
        )
    ]

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return sees_all(request.user) and super().has_view_permission(request, obj)


@admin.register(AuditEntry)
class AuditEntryAdmin(LedgerAdmin):
    list_display = ["at", "actor", "action", "subject", "label", "organization"]
    list_filter = ["organization", "at"]
    list_select_related = ["organization"]
    search_fields = ["actor", "action", "subject", "label", "request_id"]
    search_help_text = "Actor, action, subject such as “orders.order:42”, or request id"


class TokenLedger(LedgerAdmin):
    """Refresh tokens. Their text is a login, so no page shows it."""

    view_roles = ADMINISTRATORS

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return sees_all(request.user) and super().has_view_permission(request, obj)


@admin.register(OutstandingToken)
class OutstandingTokenAdmin(TokenLedger):
    fields = list_display = ["jti", "user", "created_at", "expires_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "jti"]


@admin.register(BlacklistedToken)
class BlacklistedTokenAdmin(TokenLedger):
    fields = list_display = ["number", "user", "blacklisted_at"]
    list_select_related = ["token__user"]
    search_fields = ["token__user__username", "token__jti"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return ["number", "user", "blacklisted_at"]

    @admin.display(ordering="token__jti")
    def number(self, token: BlacklistedToken) -> str:
        return str(token.token.jti)

    @admin.display(ordering="token__user")
    def user(self, token: BlacklistedToken) -> str:
        return str(token.token.user)


@admin.register(KeptAnswer)
class KeptAnswerAdmin(TokenLedger):
    """Answers to POSTs with an Idempotency-Key. Their bodies hold addresses and are not shown."""

    fields = ["caller", "key", "digest", "claimed_at", "status", "content_type"]
    list_display = ["key", "status", "claimed_at"]
    search_fields = ["=key"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return list(self.fields)
