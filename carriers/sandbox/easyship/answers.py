"""Envelopes and error bodies of the Easyship API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from carriers.sandbox.wire import Refusal, Request, Response, json_response

CONTENT_TYPE = "application/json; charset=utf-8"
DOCS = "https://developers.easyship.com/reference"
NOT_COMPLIANT = "The request does not comply with the OpenAPI Specification."
# HTTP status, type and fixed message by code.
ERRORS: dict[str, tuple[int, str, str]] = {
    "invalid_request": (400, "invalid_request_error", "The request body is malformed or not valid."),
    "api_error": (400, "api_error", "Internal or 3rd party API error."),
    "invalid_token": (401, "invalid_request_error", "Invalid token."),
    "payment_required": (402, "invalid_request_error", "Insufficient balance on your account. Please add more funds."),
    "insufficient_subscription": (402, "invalid_request_error", "You don't have access to this feature. Please upgrade your plan"),
    "forbidden": (403, "invalid_request_error", "You do not have permission to access this resource. Please contact our support team or your account manager if you believe you should have access."),
    "resource_not_found": (404, "invalid_request_error", "The requested resource was not found."),
    "invalid_endpoint": (404, "invalid_request_error", "The requested endpoint does not exist."),
    "invalid_content": (422, "invalid_request_error", "The request body content is not valid."),
    "invalid_url_param": (422, "invalid_request_error", "The request URL param is invalid."),
    "too_many_requests": (429, "invalid_request_error", "Rate Limit Exceeded. You have reached the maximum number of requests. Please try again later."),
}  # fmt: skip


def ok(http_status: int, name: str, value: object, /, **meta: Any) -> Response:
    """A resource under its name, with `meta`; the request id is filled in on the way out."""
    return _answer(http_status, {name: value, "meta": meta})


def done(message: str) -> Response:
    return _answer(200, {"success": {"message": message}, "meta": {}})


def as_is(row: Any) -> Any:
    return row


def page(
    request: Request,
    name: str,
    rows: Sequence[Any],
    render: Callable[[Any], Any] = as_is,
    *,
    counted: bool = True,
) -> Response:
    """One page; `next` is the number of the next page or null. Only what is shown is rendered."""
    number = _whole(request, "page", 1, 10**9)
    size = _whole(request, "per_page", 20, 100)
    shown = rows[(number - 1) * size : number * size]
    following = number + 1 if number * size < len(rows) else None
    pagination = {"page": number, "next": following, "count": len(rows) if counted else None}
    return ok(200, name, [render(row) for row in shown], pagination=pagination)


def refused(code: str, *details: str) -> Refusal:
    return Refusal(error(code, *details))


def error(code: str, *details: str) -> Response:
    status, kind, message = ERRORS[code]
    body: dict[str, Any] = {
        "code": code,
        "type": kind,
        "message": message,
        "details": list(details),
    }
    if code not in ("too_many_requests", "invalid_token"):
        body["links"] = [{"kind": "documentation", "name": "Errors", "url": f"{DOCS}/errors"}]
    answer = _answer(status, {"error": body})
    if code == "too_many_requests":
        # The live one says everything but what it is.
        return Response(status=answer.status, body=answer.body)
    return answer


def with_request_id(response: Response) -> Response:
    """The same 32 hex digits in the body and in the header."""
    request_id = uuid4().hex
    text = response.body.replace(b'"@request_id@"', f'"{request_id}"'.encode())
    answered = Response(status=response.status, body=text, headers=response.headers)
    return answered.with_headers({"X-Request-Id": request_id})


def _answer(status: int, body: dict[str, Any]) -> Response:
    holder = body["error"] if "error" in body else body["meta"]
    holder["request_id"] = "@request_id@"
    return json_response(status, body, content_type=CONTENT_TYPE)


def _whole(request: Request, name: str, default: int, most: int) -> int:
    text = request.first(name)
    if not text:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise refused("invalid_url_param", NOT_COMPLIANT, f"{name} {text!r} is out of range")
    return int(text)
