"""Errors as problem documents (RFC 9457): programs branch on `code`, people read `detail`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from shipping_project.kernel.errors import AppError, FieldError
from shipping_project.kernel.request_id import current_request_id

MEDIA_TYPE = "application/problem+json"

# DRF's exceptions by our stable codes; what is not here keeps DRF's own code.
CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "body_unreadable",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "authentication_failed",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_requests",
}


def problem(
    *, status: int, code: str, detail: str, title: str = "", errors: Sequence[FieldError] = ()
) -> dict[str, object]:
    """The document itself. `type` is a stable name and not an address."""
    return {
        "type": f"urn:problem:{code}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": current_request_id(),
        "errors": [asdict(error) for error in errors],
    }


def problem_response(**facts: Any) -> HttpResponse:
    """A problem outside DRF (middleware, error handlers)."""
    document = problem(**facts)
    return HttpResponse(json.dumps(document), status=facts["status"], content_type=MEDIA_TYPE)


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Answers what was raised on purpose. A bug returns None and becomes a bare 500.

    The answer is rendered here, since the view's own renderer may write YAML or a PDF.
    """
    facts = _facts(exc)
    if facts is None:
        return None
    set_rollback()
    response = problem_response(**facts)
    for name, value in _headers(exc).items():
        response[name] = value
    return response


def _facts(exc: Exception) -> dict[str, Any] | None:
    if isinstance(exc, AppError):
        return {
            "status": exc.status,
            "code": exc.code,
            "title": exc.title,
            "detail": exc.detail,
            "errors": exc.errors,
        }
    if isinstance(exc, exceptions.ValidationError):
        return {
            "status": 422,
            "code": "invalid_input",
            "title": "Some fields need correcting",
            "detail": "Some fields need correcting",
            "errors": tuple(field_errors(exc.detail, exc.get_codes())),
        }
    if isinstance(exc, Http404):
        return {"status": 404, "code": "not_found", "detail": "There is nothing here."}
    if isinstance(exc, PermissionDenied):
        return {"status": 403, "code": "forbidden", "detail": "You may not do this."}
    if isinstance(exc, RequestDataTooBig):
        return {"status": 413, "code": "body_too_large", "detail": "The body is too large."}
    if isinstance(exc, exceptions.APIException):
        code = next((CODES[kind] for kind in type(exc).__mro__ if kind in CODES), exc.default_code)
        return {"status": exc.status_code, "code": code, "detail": _words_of(exc.detail)}
    return None


def _words_of(detail: Any) -> str:
    """The library for tokens wraps its message in an object."""
    return str(detail.get("detail", "")) if isinstance(detail, Mapping) else str(detail)


def _headers(exc: Exception) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(exc, exceptions.Throttled):
        headers["Retry-After"] = str(max(1, round(getattr(exc, "wait", None) or 1)))
    elif wait_s := getattr(exc, "wait_s", None):
        headers["Retry-After"] = str(max(1, round(wait_s)))
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers


def field_errors(detail: Any, codes: Any, path: str = "") -> Iterable[FieldError]:
    """DRF's nested errors as flat ones with paths such as "lines[0].sku"."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from field_errors(value, codes[key], _joined(path, str(key)))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            if isinstance(value, Mapping | list):
                yield from field_errors(value, codes[index], f"{path}[{index}]")
            else:
                yield FieldError(field=path, code=str(codes[index]), message=str(value))
    else:
        yield FieldError(field=path, code=str(codes), message=str(detail))


def _joined(path: str, key: str) -> str:
    if key == "non_field_errors":
        return path
    if key.isdigit():
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def server_error(request: HttpRequest) -> HttpResponse:
    """An unexpected error on the API: a code and an id to quote, nothing else."""
    return problem_response(
        status=500,
        code="internal_error",
        detail="Something went wrong on our side. Quote the request id when you report it.",
    )


def not_found(request: HttpRequest) -> HttpResponse:
    return problem_response(
        status=404, code="not_found", detail=f"There is no {request.path} here."
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses before any view: a foreign host name, a form beyond all measure."""
    if isinstance(exception, RequestDataTooBig):
        return problem_response(status=413, code="body_too_large", detail="The body is too large.")
    return problem_response(
        status=400, code="bad_request", detail="This request cannot be understood."
    )


def forbidden(request: HttpRequest) -> HttpResponse:
    return problem_response(status=403, code="forbidden", detail="You may not do this.")
