"""How the platforms do, for staff; switching them, and asking again what became of a command."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import MANAGERS, STAFF, STAFF_READERS, may, page_for
from accounts.principals import label_of, sees_all
from carriers.models import PLATFORM_CHOICES, ApiCall, OutboxCommand
from carriers.problems.catalogue import problem_of
from carriers.reports import failed_calls, failure_shares, platform_health, unresolved_commands
from carriers.reports_pacing import pacing_standing
from carriers.services.commands import look_again
from carriers.services.platforms import set_platform_enabled
from carriers.web.sections import sections
from shipping_project.kernel.errors import AppError
from shipping_project.kernel.htmx import is_fragment

PLATFORMS = dict(PLATFORM_CHOICES)


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def platforms(request: HttpRequest) -> HttpResponse:
    """The page, and its figures alone when they refresh."""
    _require_staff(request)
    now = timezone.now()
    context = {
        "at": now,
        "health": platform_health(now),
        "may_switch": may(request.user, MANAGERS),
    }
    if is_fragment(request):
        return render(request, "carriers/_health.html", context)
    asked = request.GET.get("platform", "")
    context |= {
        "calls": failed_calls(now, platform=asked if asked in PLATFORMS else ""),
        "commands": [(one, problem_of(one.error_code)) for one in unresolved_commands()],
        "failures": failure_shares(now),
        "pacing": pacing_standing(),
        "sections": sections(),
        "platform": asked,
        "platforms": PLATFORM_CHOICES,
        "may_look": may(request.user, STAFF),
    }
    return render(request, "carriers/platforms.html", context)


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def platform_call(request: HttpRequest, call_id: int) -> HttpResponse:
    """What was sent and answered, as it was kept: redacted."""
    _require_staff(request)
    call = get_object_or_404(ApiCall.objects.visible_to(request.user), pk=call_id)
    context = {
        "call": call,
        "request_body": _readable(call.request_body),
        "response_body": _readable(call.response_body),
    }
    name = "carriers/_call.html" if is_fragment(request) else "carriers/call.html"
    return render(request, name, context)


@page_for(*MANAGERS)
@require_POST
def platform_switch(request: HttpRequest, platform: str) -> HttpResponse:
    """`is_enabled` is "1" or "0": what is wanted, so that a repeat does not switch back."""
    _require_staff(request)
    wanted = request.POST.get("is_enabled", "")
    if platform not in PLATFORMS or wanted not in {"0", "1"}:
        raise Http404
    set_platform_enabled(platform=platform, is_enabled=wanted == "1", actor=label_of(request.user))
    word = "on; what waited is taken up now" if wanted == "1" else "off; its commands wait"
    messages.success(request, f"{PLATFORMS[platform]} is switched {word}.")
    return redirect("platforms")


@page_for(*STAFF)
@require_POST
def command_look_again(request: HttpRequest, command_id: int) -> HttpResponse:
    _require_staff(request)
    get_object_or_404(OutboxCommand.objects.visible_to(request.user), pk=command_id)
    try:
        look_again(command_id=command_id, actor=label_of(request.user))
    except AppError as exc:
        messages.error(request, f"{exc.title}. {exc.detail}")
    else:
        messages.success(request, f"Command {command_id} is looked up again.")
    return redirect("platforms")


def _require_staff(request: HttpRequest) -> None:
    """Calls and commands of all organizations stand beside one another here."""
    if not (sees_all(request.user) and may(request.user, STAFF_READERS)):
        raise PermissionDenied


def _readable(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
