"""One id for everything that follows from a request, in every log line, event and call record."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id bound at this moment, empty outside any request or command."""
    return _request_id.get()


@contextmanager
def bind_request_id(request_id: str) -> Iterator[str]:
    """Everything inside carries this id (a new one when empty)."""
    bound = request_id or uuid4().hex
    token = _request_id.set(bound)
    try:
        yield bound
    finally:
        _request_id.reset(token)


class RequestIdMiddleware:
    """Takes a well-formed id from the caller, makes one otherwise, and sends it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get(HEADER, "")
        with bind_request_id(offered if ACCEPTED.fullmatch(offered) else "") as request_id:
            response = self.get_response(request)
            response[HEADER] = request_id
            return response
