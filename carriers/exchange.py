"""A call to a platform and its answer as values: what is asked, what came, what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSpec:
    """One call. `is_read` calls change nothing at the platform and may be repeated."""

    operation: str
    method: str
    path: str
    is_read: bool
    params: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = JSON
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """`body` is the JSON of the answer, None where there is none; `is_json` tells null apart."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    body: Any = None
    is_json: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.content.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """A call as it may be kept: redacted, bodies cut off."""

    platform: str
    operation: str
    method: str
    path: str
    http_status: int
    duration_ms: int
    request_body: str
    response_body: str
    request_id: str
    error_code: str
    started_at: datetime


class CallRecorder(Protocol):
    def __call__(self, call: RecordedCall) -> None: ...


class CallGate(Protocol):
    """What a call passes on its way out, and is told of on its way back."""

    def enter(self, spec: CallSpec) -> None:
        """Wait for the call's moment. Raises an UpstreamError, not sent, when it must not go."""

    def leave(self, spec: CallSpec, *, headers: Mapping[str, str], error_code: str) -> None:
        """What came back: the answer's headers, and the code of the error, "" for none."""


class OpenGate:
    """Lets everything through."""

    def enter(self, spec: CallSpec) -> None:
        return

    def leave(self, spec: CallSpec, *, headers: Mapping[str, str], error_code: str) -> None:
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRules:
    """How one platform says no.

    `texts` are its words. `is_rate_limit(status, body)` finds refusals that only mean "later",
    `is_unclear(operation, status, body)` those after which the thing may have happened all the
    same.
    """

    texts: Callable[[Any], list[str]]
    is_rate_limit: Callable[[int, Any], bool] = lambda _status, _body: False
    is_unclear: Callable[[str, int, Any], bool] = lambda _operation, _status, _body: False


def answer_of(status: int, headers: Mapping[str, str], content: bytes) -> HttpAnswer:
    """The answer with its body opened where it is JSON."""
    try:
        body, is_json = json.loads(content), True
    except (ValueError, RecursionError):
        body, is_json = None, False
    return HttpAnswer(status=status, headers=headers, content=content, body=body, is_json=is_json)
