"""Where partners are told of what happens: endpoints, their messages, test, replay, new secrets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Role
from accounts.permissions import MANAGERS, page_for
from accounts.principals import label_of, sees_all
from accounts.web.owners import organizations_for, owner_of, told
from shipping_project.hooks.models import WebhookDelivery, WebhookEndpoint
from shipping_project.hooks.rules.addresses import LONGEST_URL
from shipping_project.hooks.rules.events import families, known_events
from shipping_project.hooks.services import (
    create_endpoint,
    delete_endpoint,
    replay,
    resume_endpoint,
    rotate_secret,
    send_test,
)
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.keyset import keyset_page

# Who may say where an organization's news go to, as over the API.
STEERERS = MANAGERS | {Role.PARTNER.value}
LARGEST_ID = 2**31 - 1


class EndpointForm(forms.Form):
    url = forms.CharField(max_length=LONGEST_URL, label="Address", widget=forms.URLInput)
    description = forms.CharField(max_length=200, required=False)
    events = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="Tell it of")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [*families(), *known_events()]
        chosen: Any = self.fields["events"]
        chosen.choices = [("*", "*"), *((name, name) for name in names)]


@page_for(*STEERERS, readers=STEERERS)
@never_cache
@require_http_methods(["GET", "POST"])
def endpoints(request: HttpRequest) -> HttpResponse:
    """The list, and a new endpoint; its secret is in this one answer alone."""
    form, secret = EndpointForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        secret = _made(request, form)
        form = EndpointForm() if secret else form
    rows = WebhookEndpoint.objects.visible_to(request.user).select_related("organization")
    page = keyset_page(rows, request.GET)
    context = {
        "page": page,
        "form": form,
        "secret": secret,
        "meanings": known_events().items(),
        "organizations": organizations_for(request),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "hooks/list.html", context)


def _made(request: HttpRequest, form: EndpointForm) -> str:
    """Empty where it was refused, which the form tells then."""
    try:
        endpoint = create_endpoint(
            organization_id=owner_of(request).pk, actor=label_of(request.user), **form.cleaned_data
        )
    except AppError as exc:
        for fault in exc.errors:
            form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        if not exc.errors:
            form.add_error(None, exc.detail)
        return ""
    return endpoint.secret


@page_for(*STEERERS, readers=STEERERS)
@require_GET
def endpoint(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    return _page(request, _endpoint(request, endpoint_id))


@page_for(*STEERERS, readers=STEERERS)
@never_cache
@require_POST
def act(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    found, who = _endpoint(request, endpoint_id), label_of(request.user)
    chosen = request.POST.get("action", "")
    if chosen == "rotate":
        rotate_secret(endpoint=found, actor=who)
        return _page(request, found, secret=found.secret)
    do = _steps(found, who).get(chosen)
    if do is None:
        raise Http404
    told(request, do)
    return redirect("webhooks-page") if chosen == "delete" else redirect("webhook-page", found.pk)


def _steps(found: WebhookEndpoint, who: str) -> dict[str, Callable[[], str]]:
    def test() -> str:
        send_test(endpoint=found)
        return "A test message goes out; look below what came of it."

    def resume() -> str:
        resume_endpoint(endpoint=found, actor=who)
        return "It goes on with what waits, the oldest first."

    def delete() -> str:
        delete_endpoint(endpoint=found, actor=who)
        return "Deleted, with what was waiting for it."

    return {"test": test, "resume": resume, "delete": delete}


@page_for(*STEERERS, readers=STEERERS)
@require_POST
def replay_delivery(request: HttpRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    found = _endpoint(request, endpoint_id)
    delivery = get_object_or_404(
        WebhookDelivery.objects.filter(endpoint=found), pk=min(delivery_id, LARGEST_ID)
    )

    def do() -> str:
        replay(delivery=delivery, actor=label_of(request.user))
        return "The message goes out once more under the same id."

    told(request, do)
    return redirect("webhook-page", found.pk)


def _page(request: HttpRequest, found: WebhookEndpoint, *, secret: str = "") -> HttpResponse:
    deliveries = WebhookDelivery.objects.filter(endpoint=found)
    overlap = found.previous_until
    context = {
        "endpoint": found,
        "page": keyset_page(deliveries, request.GET),
        "secret": secret,
        "overlap_until": overlap if overlap and overlap > timezone.now() else None,
    }
    return render(request, "hooks/page.html", context)


def _endpoint(request: HttpRequest, endpoint_id: int) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.visible_to(request.user).select_related("organization")
    found: WebhookEndpoint = get_object_or_404(rows, pk=min(endpoint_id, LARGEST_ID))
    return found
