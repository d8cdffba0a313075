"""What every page of the admin has in common: roles, tenants, and the trail of changes.

Django's own table of permissions is not used: the role says what a person may do, here as in
the API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.forms import BaseInlineFormSet, Field, ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from accounts.models import Organization
from accounts.permissions import STAFF_READERS, may
from accounts.principals import label_of, sees_all, warehouses_of
from accounts.querysets import OwnedQuerySet, rows_in_warehouses
from accounts.services.audit import record_audit

NOBODY: frozenset[str] = frozenset()
AnyRow = models.Model


def organization_path_of(model: type[models.Model]) -> str:
    """The path from a row to its organization, "" for what all organizations share."""
    if model is Organization:
        return "pk"
    declared: str | None = getattr(model, "organization_path", None)
    if declared:
        return declared
    try:
        model._meta.get_field("organization")
    except FieldDoesNotExist:
        return ""
    return "organization"


def rows_for(rows: models.QuerySet[Any], user: object) -> models.QuerySet[Any]:
    """The rows that this person may know of; what all organizations share stays whole."""
    path = organization_path_of(rows.model)
    if path and not sees_all(user):
        organization_id = getattr(user, "organization_id", None)
        if organization_id is None:
            return rows.none()
        rows = rows.filter(**{path: organization_id})
    codes = warehouses_of(user)
    if isinstance(rows, OwnedQuerySet):
        return rows.in_warehouses(codes)
    return rows_in_warehouses(rows, codes)


class RoleRules:
    """Permissions by role, of pages and of the tables inside them."""

    model: type[models.Model]
    view_roles: ClassVar[frozenset[str]] = STAFF_READERS
    add_roles: ClassVar[frozenset[str]] = NOBODY
    change_roles: ClassVar[frozenset[str]] = NOBODY
    delete_roles: ClassVar[frozenset[str]] = NOBODY
    act_roles: ClassVar[frozenset[str]] = NOBODY

    def has_view_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return may(request.user, self.view_roles)

    def has_add_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return self._may_write(request, self.add_roles)

    def has_change_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return self._may_write(request, self.change_roles)

    def has_delete_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return self._may_write(request, self.delete_roles)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return self._may_write(request, self.act_roles)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _may_write(self, request: HttpRequest, roles: frozenset[str]) -> bool:
        # What all organizations share is changed by the firm's own staff alone.
        own = sees_all(request.user) or bool(organization_path_of(self.model))
        return own and may(request.user, roles)


class RoleAdmin(RoleRules, ModelAdmin):  # type: ignore[misc]
    """A page for one model. Lists never count the whole table."""

    show_full_result_count = False
    list_per_page = 50
    warn_unsaved_form = True
    # Read by the trail as "changed" without its value.
    unrecorded: ClassVar[frozenset[str]] = frozenset()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return rows_for(super().get_queryset(request), request.user)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Nothing can be tied to another organization's rows."""
        rows = kwargs.get("queryset", db_field.related_model._default_manager.all())
        kwargs["queryset"] = rows_for(rows, request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: AnyRow, form: ModelForm[Any], change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        self._audit_form(request, form, "changed" if change else "created")

    def save_formset(
        self,
        request: HttpRequest,
        form: ModelForm[Any],
        formset: BaseInlineFormSet[Any, Any, Any],
        change: bool,
    ) -> None:
        for row in getattr(formset, "deleted_forms", []):
            self._audit_removal(request, row.instance)
        super().save_formset(request, form, formset, change)
        added = {id(row) for row in formset.new_objects}
        for inner in formset.forms:
            if inner.has_changed() and inner not in formset.deleted_forms:
                self._audit_form(
                    request, inner, "created" if id(inner.instance) in added else "changed"
                )

    def delete_model(self, request: HttpRequest, obj: AnyRow) -> None:
        self._audit_removal(request, obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        with transaction.atomic():
            for row in queryset:
                self._audit_removal(request, row)
            super().delete_queryset(request, queryset)

    def _audit_form(self, request: HttpRequest, form: ModelForm[Any], verb: str) -> None:
        if verb == "changed" and not form.changed_data:
            return
        record_audit(
            actor=label_of(request.user),
            action=f"{form.instance._meta.model_name}.{verb}",
            subject=form.instance,
            before=self._told(form, form.initial) if verb == "changed" else None,
            after=self._told(form, form.cleaned_data),
        )

    def _audit_removal(self, request: HttpRequest, row: AnyRow) -> None:
        if row.pk is not None:
            action = f"{row._meta.model_name}.deleted"
            record_audit(actor=label_of(request.user), action=action, subject=row)

    def _told(self, form: ModelForm[Any], values: Mapping[str, Any]) -> dict[str, object]:
        names = [name for name in form.changed_data if not _is_secret(form.fields[name])]
        return {name: _plain(values.get(name)) for name in names if name not in self.unrecorded}


class LedgerAdmin(RoleAdmin):
    """Rows that are written once, by services: here they are only looked at."""

    actions: Sequence[Any] | None = None

    def get_readonly_fields(self, request: HttpRequest, obj: AnyRow | None = None) -> list[str]:
        return [field.name for field in self.model._meta.fields]


class ReadOnlyInline(RoleRules, TabularInline):  # type: ignore[misc]
    """A table of what belongs to a row, to look at."""

    extra = 0
    max_num = 0
    can_delete = False
    hide_title = True
    show_change_link = False


class RoleInline(RoleRules, TabularInline):  # type: ignore[misc]
    """A table that is edited together with its row."""

    extra = 0


def _is_secret(field: Field) -> bool:
    return "password" in (field.label or "").lower() or "Password" in type(field.widget).__name__


def _plain(value: object) -> object:
    """A value of a form as the trail keeps it."""
    if isinstance(value, models.Model):
        return value.pk
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    return str(value)
