"""Rate limits through django-ratelimit, one bucket for each caller."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:
    from rest_framework.views import APIView


def caller_of(request: Request | HttpRequest) -> str:
    """The API key, else the user, else the address; hashed, since keys are secret."""
    key = request.headers.get("X-API-Key", "")
    user = getattr(request, "user", None)
    if key:
        who = f"key:{key}"
    elif user is not None and user.is_authenticated:
        who = f"user:{user.pk}"
    else:
        who = f"ip:{request.META.get('REMOTE_ADDR', '')}"
    return hashlib.sha256(who.encode()).hexdigest()


def usage_of(request: HttpRequest, *, group: str, rate: str, caller: str) -> dict[str, int | bool]:
    """Count one request; `should_limit`, `limit`, `count`, `time_left` (seconds)."""
    usage = get_usage(request, group=group, key=lambda *_: caller, rate=rate, increment=True)
    return usage or {"should_limit": False, "limit": 0, "count": 0, "time_left": 0}


class CallerThrottle(BaseThrottle):
    """All requests of one caller."""

    group: ClassVar[str] = "api"
    setting: ClassVar[str] = "API_RATE"

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.usage = usage_of(
            request._request,
            group=self.group,
            rate=getattr(settings, self.setting),
            caller=caller_of(request),
        )
        return not self.usage["should_limit"]

    def wait(self) -> float:
        return max(1, int(self.usage["time_left"]))


class OrderCreateThrottle(CallerThrottle):
    group = "order-create"
    setting = "ORDER_CREATE_RATE"


class ParseThrottle(CallerThrottle):
    group = "parse"
    setting = "PARSE_RATE"


class LoginThrottle(CallerThrottle):
    """Attempts to log in, by address."""

    group = "login"
    setting = "LOGIN_RATE"
