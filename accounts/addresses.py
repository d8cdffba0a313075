"""Where a request comes from, for limits, keys and the trail."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request

_address: ContextVar[str | None] = ContextVar("address", default=None)


def address_of(request: Request | HttpRequest) -> str:
    """The peer; behind our proxy the last forwarded address, which the proxy itself wrote."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if last := forwarded.rpartition(",")[2].strip():
            return last
    return str(request.META.get("REMOTE_ADDR", ""))


def current_address() -> str | None:
    """Of the request at hand; None outside any, or where it has no readable one."""
    return _address.get()


class AddressMiddleware:
    """Binds the address for whatever is written while the request is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _address.set(_readable(address_of(request)))
        try:
            return self.get_response(request)
        finally:
            _address.reset(token)


def _readable(text: str) -> str | None:
    """A socket's name, or what a proxy made up, is no address that a column could hold."""
    try:
        ip = ip_address(text)
    except ValueError:
        return None
    return None if getattr(ip, "scope_id", None) else str(ip)
