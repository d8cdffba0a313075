"""`Idempotency-Key` on every POST of the API: same key and body, same answer."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api.idempotency import HEADER, keeps_answers, tells_secret
from accounts.models import LONGEST_KEY, KeptAnswer
from accounts.services.idempotency import KeyedRequest, claim, give_up, keep_answer
from accounts.throttling import caller_of
from shipping_project.kernel.errors import AppError, Conflict, FieldError, InvalidInput
from shipping_project.kernel.problems import exception_handler

REPEATED = "Idempotency-Replayed"
# A repeat that comes while the first is being carried out waits a little for its answer.
LONGEST_WAIT_S = 2.0
LOOK_EVERY_S = 0.05


class StillRunning(Conflict):
    code = "idempotency_in_progress"
    title = "The first request with this Idempotency-Key is still being carried out"


class SecretShown(Conflict):
    code = "idempotency_secret_shown"
    title = "This was carried out before, and its secret is shown once"


class IdempotencyMiddleware:
    """Only what succeeded is kept: after a refusal nothing was done, and a repeat is a first try.

    An answer with a secret is kept nowhere: its repeat is told that it was carried out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            response = self.get_response(request)
        except BaseException:
            _settle(request, None)
            raise
        _settle(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        key = request.headers.get(HEADER, "").strip()
        view_class = getattr(view, "cls", None)
        # Pages have no class.
        if request.method != "POST" or not key or view_class is None:
            return None
        caller = _caller(request) if keeps_answers(view_class) else None
        if caller is None:
            return None
        action = getattr(view, "actions", {}).get("post", "")
        request.is_secret = tells_secret(view_class, action)  # type: ignore[attr-defined]
        try:
            return self._answer(request, caller, key)
        except AppError as exc:
            problem: HttpResponse | None = exception_handler(exc, {})
            if problem is not None and isinstance(exc, StillRunning):
                problem["Retry-After"] = "1"
            return problem

    def _answer(self, request: HttpRequest, caller: str, key: str) -> HttpResponse | None:
        """None for a first try, which the view carries out."""
        if len(key) > LONGEST_KEY or not key.isprintable():
            message = f"Use at most {LONGEST_KEY} printable characters."
            raise InvalidInput(
                errors=[FieldError(field=HEADER, code="key.invalid", message=message)]
            )
        keyed = KeyedRequest(caller=caller, key=key, digest=_digest(request))
        stop_at = time.monotonic() + LONGEST_WAIT_S
        while True:
            claimed = claim(keyed)
            if claimed.is_mine:
                request.kept_answer = claimed.answer  # type: ignore[attr-defined]
                return None
            if claimed.answer.status is not None:
                return _repeated(request, claimed.answer)
            if time.monotonic() > stop_at:
                raise StillRunning("Ask again in a moment with the same key.")
            time.sleep(LOOK_EVERY_S)


def _caller(request: HttpRequest) -> str | None:
    """None for nobody, whom the view itself sends away."""
    asked = Request(request, authenticators=APIView().get_authenticators())
    try:
        return caller_of(asked) if asked.user.is_authenticated else None
    except APIException:
        return None


def _digest(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    digest.update(request.body)
    return digest.hexdigest()


def _repeated(request: HttpRequest, answer: KeptAnswer) -> HttpResponse:
    if getattr(request, "is_secret", False):
        raise SecretShown("If it was lost, rotate it or make another.")
    response = HttpResponse(
        bytes(answer.body), status=answer.status, content_type=answer.content_type
    )
    response[REPEATED] = "true"
    return response


def _settle(request: HttpRequest, response: HttpResponseBase | None) -> None:
    """Once only: an error page may be made inside of this and come by again."""
    answer: KeptAnswer | None = getattr(request, "kept_answer", None)
    if answer is None:
        return
    del request.kept_answer  # type: ignore[attr-defined]
    succeeded = response is not None and (
        HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES
    )
    if response is None or not succeeded or isinstance(response, StreamingHttpResponse):
        give_up(answer)
        return
    is_secret = getattr(request, "is_secret", False)
    keep_answer(
        answer,
        status=response.status_code,
        content_type=response.get("Content-Type", ""),
        body=b"" if is_secret else getattr(response, "content", b""),
    )
