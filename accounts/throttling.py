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
    """The API key or person that was recognised, else the address; hashed.

    A key that was only claimed does not count: a new one for each attempt would be a new bucket.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return caller_by_address(request)
    return _hashed(f"user:{user.pk}")


def caller_by_address(request: Request | HttpRequest) -> str:
    return _hashed(f"ip:{address_of(request)}")


def address_of(request: Request | HttpRequest) -> str:
    """The peer; behind our proxy the last forwarded address, which the proxy itself wrote."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if last := forwarded.rpartition(",")[2].strip():
            return last
    return str(request.META.get("REMOTE_ADDR", ""))


def _hashed(who: str) -> str:
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
            caller=self.caller(request),
        )
        return not self.usage["should_limit"]

    def caller(self, request: Request) -> str:
        return caller_of(request)

    def wait(self) -> float:
        return max(1, int(self.usage["time_left"]))


class OrderCreateThrottle(CallerThrottle):
    group = "order-create"
    setting = "ORDER_CREATE_RATE"


class BulkThrottle(CallerThrottle):
    group = "bulk"
    setting = "BULK_RATE"


class ParseThrottle(CallerThrottle):
    group = "parse"
    setting = "PARSE_RATE"


class LoginThrottle(CallerThrottle):
    """Attempts to log in, by address."""

    group = "login"
    setting = "LOGIN_RATE"

    def caller(self, request: Request) -> str:
        return caller_by_address(request)
