"""The one way out to a platform: pooled, timed, size-limited, recorded, and honest about
whether something may have happened."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

from carriers.errors import (
    UpstreamError,
    UpstreamMalformed,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    UpstreamUnclear,
    UpstreamUnreachable,
)
from carriers.redact import redacted_json, redacted_query

logger = logging.getLogger(__name__)

CONNECTIONS_PER_HOST = 20
MAX_ANSWER_BYTES = 20 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
MAX_RETRY_AFTER_S = 120.0
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, NameResolutionError)


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
    accept: str = "application/json"
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as JSON; raises ValueError when it is none."""
        return json.loads(self.content)


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


class PlatformSession:
    """Sends calls to one platform with one credential; a pool of connections per process."""

    def __init__(
        self,
        *,
        platform: str,
        base_url: str,
        headers: Mapping[str, str],
        connect_timeout_s: float,
        read_timeout_s: float,
        recorder: CallRecorder,
        error_texts: Callable[[bytes], list[str]],
        is_rate_limit: Callable[[int, list[str]], bool] = lambda _status, _texts: False,
    ) -> None:
        self.platform = platform
        self.base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        self._timeouts = (connect_timeout_s, read_timeout_s)
        self._recorder = recorder
        self._error_texts = error_texts
        self._is_rate_limit = is_rate_limit
        self._session: requests.Session | None = None
        self._pid = 0

    def send(self, spec: CallSpec) -> HttpAnswer:
        """Make the call once. Raises the `UpstreamError` that says what may have happened."""
        started_at = datetime.now(UTC)
        clock = time.monotonic()
        answer: HttpAnswer | None = None
        failure: UpstreamError | None = None
        try:
            answer = self._exchange(spec)
            failure = self._failure_of(spec, answer)
        except UpstreamError as exc:
            failure = exc
        elapsed_ms = round((time.monotonic() - clock) * 1000)
        self._record(spec, answer, failure, started_at, elapsed_ms)
        if failure is not None:
            raise failure
        if answer is None:
            raise AssertionError("a call ends with an answer or a failure")
        return answer

    def read_json(self, spec: CallSpec) -> Any:
        """Send and read the answer as JSON; an empty body is None."""
        answer = self.send(spec)
        return json.loads(answer.content) if answer.content.strip() else None

    def _exchange(self, spec: CallSpec) -> HttpAnswer:
        connect_s, read_s = self._timeouts
        stop_at = time.monotonic() + connect_s + (spec.timeout_s or read_s) * 2
        try:
            with self._pool().request(
                spec.method,
                self.base_url + spec.path,
                params=list(spec.params),
                json=spec.body,
                headers={**self._headers, **spec.headers, "Accept": spec.accept},
                timeout=(connect_s, spec.timeout_s or read_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._read(spec, response, stop_at)
        except requests.exceptions.RequestException as exc:
            raise self._transport_failure(spec, exc) from exc

    def _read(self, spec: CallSpec, response: requests.Response, stop_at: float) -> HttpAnswer:
        """The body, cut off when it is too large or drips for too long."""
        content = bytearray()
        for chunk in response.iter_content(CHUNK_BYTES):
            content += chunk
            if len(content) > MAX_ANSWER_BYTES or time.monotonic() > stop_at:
                raise self._no_answer(spec, "The answer was too large or too slow.")
        return HttpAnswer(
            status=response.status_code, headers=response.headers, content=bytes(content)
        )

    def _pool(self) -> requests.Session:
        """The session of this process; a forked worker must not share its parent's sockets."""
        if self._session is None or self._pid != os.getpid():
            session = requests.Session()
            adapter = HTTPAdapter(
                pool_connections=4, pool_maxsize=CONNECTIONS_PER_HOST, max_retries=0
            )
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            # Proxies and .netrc of the host must not reroute calls that carry a key.
            session.trust_env = False
            self._session, self._pid = session, os.getpid()
        return self._session

    def _transport_failure(
        self, spec: CallSpec, exc: requests.exceptions.RequestException
    ) -> UpstreamError:
        if _never_connected(exc):
            return UpstreamUnreachable(f"{self.platform} cannot be reached.", **self._facts(spec))
        return self._no_answer(spec, f"{self.platform} gave no answer ({type(exc).__name__}).")

    def _no_answer(self, spec: CallSpec, detail: str, status: int = 0) -> UpstreamError:
        kind = UpstreamUnavailable if spec.is_read else UpstreamUnclear
        return kind(detail, **self._facts(spec, status))

    def _failure_of(self, spec: CallSpec, answer: HttpAnswer) -> UpstreamError | None:
        if 200 <= answer.status < 300:
            return self._unreadable(spec, answer)
        if answer.status == 429:
            return self._slow_down(spec, answer)
        if answer.status >= 500 or answer.status < 400:
            detail = f"{self.platform} answered {answer.status}."
            return self._no_answer(spec, detail, answer.status)
        texts = self._error_texts(answer.content)
        if self._is_rate_limit(answer.status, texts):
            return self._slow_down(spec, answer)
        detail = " ".join(texts) or f"{self.platform} answered {answer.status}."
        kinds = {401: UpstreamUnauthorized, 404: UpstreamNotFound}
        kind = kinds.get(answer.status, UpstreamRefused)
        return kind(detail, **self._facts(spec, answer.status))

    def _unreadable(self, spec: CallSpec, answer: HttpAnswer) -> UpstreamError | None:
        """A success that should be JSON and is not: a proxy's page, or a truncated body."""
        if spec.accept != "application/json" or not answer.content.strip():
            return None
        try:
            json.loads(answer.content)
        except ValueError:
            detail = f"{self.platform} answered {answer.status} with something else than JSON."
            return self._no_answer(spec, detail, answer.status)
        return None

    def _slow_down(self, spec: CallSpec, answer: HttpAnswer) -> UpstreamRateLimited:
        return UpstreamRateLimited(
            f"{self.platform} asks us to slow down.",
            retry_after_s=_pause(answer.headers),
            **self._facts(spec, answer.status),
        )

    def _facts(self, spec: CallSpec, status: int = 0) -> dict[str, Any]:
        return {"platform": self.platform, "operation": spec.operation, "http_status": status}

    def _record(
        self,
        spec: CallSpec,
        answer: HttpAnswer | None,
        failure: UpstreamError | None,
        started_at: datetime,
        elapsed_ms: int,
    ) -> None:
        headers = answer.headers if answer else {}
        call = RecordedCall(
            platform=self.platform,
            operation=spec.operation,
            method=spec.method,
            path=redacted_query(_path_with_query(spec)),
            http_status=answer.status if answer else 0,
            duration_ms=elapsed_ms,
            request_body=redacted_json(json.dumps(spec.body)) if spec.body else "",
            response_body=_kept_answer(answer),
            request_id=headers.get("X-Request-Id", ""),
            error_code=failure.code if failure else "",
            started_at=started_at,
        )
        logger.info(
            "platform call",
            extra={
                "operation": spec.operation,
                "http_status": call.http_status,
                "duration_ms": elapsed_ms,
                "error_code": call.error_code,
            },
        )
        self._recorder(call)


def malformed(platform: str, operation: str, path: str) -> UpstreamMalformed:
    """The answer lacks what stands at `path`."""
    return UpstreamMalformed(
        f"The answer of {platform} lacks {path}.", platform=platform, operation=operation
    )


def _never_connected(exc: requests.exceptions.RequestException) -> bool:
    """Whether the request cannot have left: no connection was made at all.

    requests wraps everything in ConnectionError, so the reason inside decides; a connection that
    broke after it stood may have carried the request.
    """
    if isinstance(exc, requests.exceptions.ConnectTimeout):
        return True
    if isinstance(exc, requests.exceptions.SSLError):
        # Only a certificate that was refused is sure to have stopped the request.
        return "CERTIFICATE_VERIFY_FAILED" in str(exc)
    cause = exc.args[0] if exc.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NEVER_CONNECTED)


def _pause(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After` or `X-Ratelimit-Reset` (Unix seconds), capped."""
    if (after := headers.get("Retry-After", "")).isdigit():
        return min(float(after), MAX_RETRY_AFTER_S)
    if (reset := headers.get("X-Ratelimit-Reset", "")).isdigit():
        return min(max(float(reset) - time.time(), 0.2), MAX_RETRY_AFTER_S)
    return None


def _path_with_query(spec: CallSpec) -> str:
    query = "&".join(f"{name}={value}" for name, value in spec.params)
    return f"{spec.path}?{query}" if query else spec.path


def _kept_answer(answer: HttpAnswer | None) -> str:
    if answer is None or not answer.content:
        return ""
    kind = answer.headers.get("Content-Type", "")
    if "json" not in kind and answer.content[:1] not in (b"{", b"["):
        return f"<{len(answer.content)} bytes of {kind or 'unknown type'}>"
    return redacted_json(answer.content)
