"""API keys: made and shown once, rotated with an overlap, revoked at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import ApiKey
from accounts.permissions import ADMINISTRATORS, MANAGERS, may, page_for
from accounts.principals import label_of, sees_all
from accounts.scopes import SCOPES
from accounts.services.keys import KeyTerms, create_api_key, revoke_api_key, rotate_api_key
from accounts.web.owners import organizations_for, owner_of, told
from shipping_project.kernel.errors import AppError, InvalidInput
from shipping_project.kernel.keyset import keyset_page

LARGEST_ID = 2**31 - 1
LONGEST_OVERLAP_H = 720


class KeyForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="What uses it, such as “Shop”.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )
    networks = forms.CharField(
        required=False,
        max_length=1000,
        help_text="Where it may be used from, with blanks between; empty for anywhere.",
    )
    rate = forms.CharField(
        required=False, max_length=16, help_text="Such as 5000/h; empty for the usual."
    )
    order_rate = forms.CharField(
        required=False,
        max_length=16,
        label="Orders it may create",
        help_text="Such as 300/m; empty for the usual.",
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        label="Days until it expires",
        help_text="Empty for never.",
    )

    def terms(self) -> KeyTerms:
        said = self.cleaned_data
        days = said["days"]
        return KeyTerms(
            name=said["name"],
            scopes=said["scopes"],
            networks=said["networks"].split(),
            rate=said["rate"],
            order_rate=said["order_rate"],
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )


@page_for(*ADMINISTRATORS, readers=MANAGERS)
@never_cache
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list, and a new key. The secret is in this one answer and nowhere else."""
    form, secret = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        secret = _made(request, form)
        form = KeyForm() if secret else form
    return render(request, "accounts/keys.html", _context(request, form, secret))


def _made(request: HttpRequest, form: KeyForm) -> str:
    """Empty where the terms were refused, which the form tells then."""
    try:
        _, secret = create_api_key(
            organization_id=owner_of(request).pk,
            terms=form.terms(),
            actor=label_of(request.user),
            created_by_id=request.user.pk,
        )
    except InvalidInput as exc:
        for fault in exc.errors:
            form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        return ""
    return secret


@page_for(*ADMINISTRATORS, readers=MANAGERS)
@never_cache
@require_POST
def rotate(request: HttpRequest, key_id: int) -> HttpResponse:
    key = _key(request, key_id)
    hours = request.POST.get("hours", "")
    if not (hours.isascii() and hours.isdigit() and int(hours[:9]) <= LONGEST_OVERLAP_H):
        messages.error(request, f"Give hours from 0 to {LONGEST_OVERLAP_H}.")
        return redirect("api-keys-page")
    try:
        _, secret = rotate_api_key(
            key=key,
            overlap=timedelta(hours=int(hours)),
            actor=label_of(request.user),
            created_by_id=request.user.pk,
        )
    except AppError as exc:
        messages.error(request, exc.detail)
        return redirect("api-keys-page")
    return render(request, "accounts/keys.html", _context(request, KeyForm(), secret))


@page_for(*ADMINISTRATORS, readers=MANAGERS)
@require_POST
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    key = _key(request, key_id)

    def do() -> str:
        revoke_api_key(key=key, actor=label_of(request.user))
        return f"{key.name} is revoked; programs that use it are refused from now on."

    told(request, do)
    return redirect("api-keys-page")


def _context(request: HttpRequest, form: KeyForm, secret: str) -> dict[str, Any]:
    rows = ApiKey.objects.visible_to(request.user).select_related("organization", "replaced_by")
    page = keyset_page(rows, request.GET)
    now = timezone.now()
    return {
        "page": page,
        "rows": [{"key": key, "is_valid": key.is_valid_at(now)} for key in page.rows],
        "form": form,
        "secret": secret,
        "organizations": organizations_for(request),
        "may_write": may(request.user, ADMINISTRATORS),
        "shows_organization": sees_all(request.user),
    }


def _key(request: HttpRequest, key_id: int) -> ApiKey:
    if key_id > LARGEST_ID:
        raise Http404
    found: ApiKey = get_object_or_404(ApiKey.objects.visible_to(request.user), pk=key_id)
    return found
