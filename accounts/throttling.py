"""Rate limits through django-ratelimit, one bucket for each caller."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_ratelimit.core import get_usage
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.addresses import address_of

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


def _hashed(who: str) -> str:
    return hashlib.sha256(who.encode()).hexdigest()


def usage_of(request: HttpRequest, *, group: str, rate: str, caller: str) -> dict[str, int | bool]:
    """Count one request; `should_limit`, `limit`, `count`, `time_left` (seconds)."""
    usage = get_usage(request, group=group, key=lambda *_: caller, rate=rate, increment=True)
    return usage or {"should_limit": False, "limit": 0, "count": 0, "time_left": 0}


class CallerThrottle(BaseThrottle):
    """All requests of one caller: as often as the key says, the role, or the setting."""

    group: ClassVar[str] = "api"
    setting: ClassVar[str] = "API_RATE"
    # Where it may be set for a role, and at a key; "" where it may not.
    of_roles: ClassVar[str] = "API_RATES"
    of_key: ClassVar[str] = "rate"

    def allow_request(self, request: Request, view: APIView) -> bool:
        self.usage = usage_of(
            request._request,
            group=self.group,
            rate=self.rate(request),
            caller=self.caller(request),
        )
        note_usage(request._request, self.usage)
        return not self.usage["should_limit"]

    def rate(self, request: Request) -> str:
        usual = str(getattr(settings, self.setting))
        if not self.of_roles:
            return usual
        own = str(getattr(request.user, self.of_key, ""))
        roles: Mapping[str, str] = getattr(settings, self.of_roles)
        return own or roles.get(getattr(request.user, "role", ""), usual)

    def caller(self, request: Request) -> str:
        return caller_of(request)

    def wait(self) -> float:
        return max(1, int(self.usage["time_left"]))


def note_usage(request: HttpRequest, usage: Mapping[str, int]) -> None:
    """Keep the limit that leaves the least, to be told with the answer."""
    known: Mapping[str, int] | None = getattr(request, "rate_usage", None)
    if usage["limit"] and (known is None or _left(usage) < _left(known)):
        request.rate_usage = usage  # type: ignore[attr-defined]


def _left(usage: Mapping[str, int]) -> int:
    return max(0, usage["limit"] - usage["count"])


class RateLimitHeadersMiddleware:
    """`RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) of the limit that leaves the least."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        usage: Mapping[str, int] | None = getattr(request, "rate_usage", None)
        if usage is not None:
            response["RateLimit-Limit"] = str(usage["limit"])
            response["RateLimit-Remaining"] = str(_left(usage))
            response["RateLimit-Reset"] = str(max(0, usage["time_left"]))
        return response


class OrderCreateThrottle(CallerThrottle):
    group = "order-create"
    setting = "ORDER_CREATE_RATE"
    of_roles = "ORDER_CREATE_RATES"
    of_key = "order_rate"


class BulkThrottle(CallerThrottle):
    group = "bulk"
    setting = "BULK_RATE"
    of_roles = ""


class ParseThrottle(CallerThrottle):
    group = "parse"
    setting = "PARSE_RATE"
    of_roles = ""


class LoginThrottle(CallerThrottle):
    """Attempts to log in, by address."""

    group = "login"
    setting = "LOGIN_RATE"
    of_roles = ""

    def caller(self, request: Request) -> str:
        return caller_by_address(request)
