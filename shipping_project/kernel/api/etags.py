"""An ETag for whatever the API tells, and 304 for whoever has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response

from shipping_project.kernel.versions import SEPARATOR

API = "/api/v1/"


class ETagMiddleware:
    """The version of the row, where the document is of one, and a digest of what was told.

    The first is what `If-Match` compares, so whoever has read a part of a row may change it; both
    are what `If-None-Match` compares, since a document also tells of rows beside its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_read = request.method in ("GET", "HEAD") and request.path.startswith(API)
        if not is_read or not isinstance(response, HttpResponse):
            return response
        # What one caller may see is kept by nobody else, and asked after before it is used again.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        if response.status_code != HTTPStatus.OK:
            return response
        tag = _tag(response)
        response["ETag"] = tag
        if "If-None-Match" not in request.headers:
            return response
        return get_conditional_response(request, etag=tag, response=response) or response


def _tag(response: HttpResponse) -> str:
    digest = hashlib.blake2b(response.content, digest_size=9).hexdigest()
    version: str = getattr(response, "row_version", "")
    return f'"{version}{SEPARATOR}{digest}"'
