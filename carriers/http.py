"""The one way out to a platform: pooled, timed, size-limited, recorded, and honest about
whether something may have happened."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests

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
    UpstreamUnreadable,
)
from carriers.exchange import (
    JSON,
    CallGate,
    CallRecorder,
    CallSpec,
    HttpAnswer,
    OpenGate,
    RecordedCall,
    RefusalRules,
    answer_of,
)
from carriers.readers import text_of
from carriers.redact import HIDDEN, redacted_json, redacted_query
from carriers.transport import NEVER_BUILT, answered_by, never_built, never_connected, new_session

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 20 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
MAX_DETAIL = 2_000
MIN_PAUSE_S = 0.2
MAX_PAUSE_S = 120.0
# The request did not arrive whole, or a proxy gave up on it: as unclear as a server error.
REQUEST_TIMEOUT = 408
KINDS = {401: UpstreamUnauthorized, 404: UpstreamNotFound}
Result = TypeVar("Result")


class PlatformSession:
    """Sends calls to one platform with one credential; a pool of connections per process.

    `secret` is the credential inside `headers`; it is struck out of everything that is kept.
    """

    def __init__(
        self,
        *,
        platform: str,
        base_url: str,
        headers: Mapping[str, str],
        secret: str,
        connect_timeout_s: float,
        read_timeout_s: float,
        recorder: CallRecorder,
        rules: RefusalRules,
        gate: CallGate | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        self.platform = platform
        self.base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        self._secret = secret
        self._connect_timeout_s = connect_timeout_s
        self._read_timeout_s = read_timeout_s
        self._recorder = recorder
        self._rules = rules
        self._gate = gate or OpenGate()
        self._max_answer_bytes = max_answer_bytes
        self._session: requests.Session | None = None
        self._pid = 0

    def call(self, spec: CallSpec, parse: Callable[[HttpAnswer], Result]) -> Result:
        """Make the call once and read its answer.

        Raises the `UpstreamError` that says what may have happened.
        """
        self._gate.enter(spec)
        started_at = datetime.now(UTC)
        clock = time.monotonic()
        answer: HttpAnswer | None = None
        code = ""
        try:
            answer = self._exchange(spec)
            self._require_success(spec, answer)
            return self._read_answer(spec, parse, answer)
        except UpstreamError as exc:
            code = exc.code
            raise
        finally:
            elapsed_ms = round((time.monotonic() - clock) * 1000)
            self._record(spec, answer, code, started_at, elapsed_ms)
            self._tell_gate(spec, answer, code)

    def _exchange(self, spec: CallSpec) -> HttpAnswer:
        read_s = spec.timeout_s or self._read_timeout_s
        stop_at = time.monotonic() + self._connect_timeout_s + read_s * 2
        try:
            with (
                answered_by(stop_at),
                self._pool().request(
                    spec.method,
                    self.base_url + spec.path,
                    params=list(spec.params),
                    json=spec.body,
                    headers={**self._headers, **spec.headers, "Accept": spec.accept},
                    timeout=(self._connect_timeout_s, read_s),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                return self._read_body(spec, response)
        except (*NEVER_BUILT, requests.exceptions.RequestException) as exc:
            # The cause of a call that was never built may quote the header that carries the key.
            raise self._transport_failure(spec, exc) from None if never_built(exc) else exc

    def _read_body(self, spec: CallSpec, response: requests.Response) -> HttpAnswer:
        """The whole body, cut off where it grows too large."""
        content = bytearray()
        for chunk in response.iter_content(CHUNK_BYTES):
            content += chunk
            if len(content) > self._max_answer_bytes:
                raise self._no_answer(
                    spec, f"{self.platform} sent too large an answer.", response.status_code
                )
        return answer_of(response.status_code, response.headers, bytes(content))

    def _pool(self) -> requests.Session:
        """The session of this process; a forked worker must not share its parent's sockets."""
        if self._session is None or self._pid != os.getpid():
            self._session, self._pid = new_session(), os.getpid()
        return self._session

    def _transport_failure(self, spec: CallSpec, exc: Exception) -> UpstreamError:
        if never_built(exc):
            return UpstreamUnreachable(
                f"The settings for {self.platform} make no valid call ({type(exc).__name__}).",
                **self._facts(spec),
            )
        if never_connected(exc):
            return UpstreamUnreachable(f"{self.platform} cannot be reached.", **self._facts(spec))
        return self._no_answer(spec, f"{self.platform} gave no answer ({type(exc).__name__}).")

    def _no_answer(
        self, spec: CallSpec, detail: str, status: int = 0, pause_s: float | None = None
    ) -> UpstreamError:
        kind = UpstreamUnavailable if spec.is_read else UpstreamUnclear
        return kind(detail, retry_after_s=pause_s, **self._facts(spec, status))

    def _require_success(self, spec: CallSpec, answer: HttpAnswer) -> None:
        """Raise what an answer other than a readable success means."""
        status = answer.status
        if 200 <= status < 300:
            self._require_json(spec, answer)
            return
        if status == 429 or self._rules.is_rate_limit(status, answer.body):
            raise self._slow_down(spec, answer)
        if not 400 <= status < 500 or status == REQUEST_TIMEOUT:
            detail = f"{self.platform} answered {status}."
            raise self._no_answer(spec, detail, status, pause_of(answer.headers))
        words = self._clean(" ".join(self._rules.texts(answer.body)))[:MAX_DETAIL]
        detail = words or f"{self.platform} answered {status}."
        if self._rules.is_unclear(spec.operation, status, answer.body):
            raise self._no_answer(spec, detail, status)
        raise KINDS.get(status, UpstreamRefused)(detail, **self._facts(spec, status))

    def _require_json(self, spec: CallSpec, answer: HttpAnswer) -> None:
        """A success that should be JSON and is not: a proxy's page, or a truncated body."""
        if spec.accept == JSON and not answer.is_json and not answer.is_empty:
            detail = f"{self.platform} answered {answer.status} with something else than JSON."
            raise self._no_answer(spec, detail, answer.status)

    def _read_answer(
        self, spec: CallSpec, parse: Callable[[HttpAnswer], Result], answer: HttpAnswer
    ) -> Result:
        try:
            return parse(answer)
        except UpstreamMalformed as exc:
            if spec.is_read:
                raise UpstreamUnreadable(exc.detail, **self._facts(spec, answer.status)) from exc
            raise

    def _slow_down(self, spec: CallSpec, answer: HttpAnswer) -> UpstreamRateLimited:
        return UpstreamRateLimited(
            f"{self.platform} asks us to slow down.",
            retry_after_s=pause_of(answer.headers),
            **self._facts(spec, answer.status),
        )

    def _facts(self, spec: CallSpec, status: int = 0) -> dict[str, Any]:
        return {"platform": self.platform, "operation": spec.operation, "http_status": status}

    def _record(
        self,
        spec: CallSpec,
        answer: HttpAnswer | None,
        code: str,
        started_at: datetime,
        elapsed_ms: int,
    ) -> None:
        call = RecordedCall(
            platform=self.platform,
            operation=spec.operation,
            method=spec.method,
            path=self._clean(redacted_query(_path_with_query(spec))),
            http_status=answer.status if answer else 0,
            duration_ms=elapsed_ms,
            request_body=self._clean(redacted_json(json.dumps(spec.body))) if spec.body else "",
            response_body=self._clean(_kept_answer(answer, self._struck)),
            request_id=self._clean(answer.headers.get("X-Request-Id", "")) if answer else "",
            error_code=code,
            started_at=started_at,
        )
        facts = {
            "operation": spec.operation,
            "http_status": call.http_status,
            "duration_ms": elapsed_ms,
            "error_code": code,
        }
        logger.info("platform call", extra=facts)
        try:
            self._recorder(call)
        except Exception:
            # The answer may be a label that was paid for; a store that cannot keep the record
            # of the call must not take it away.
            logger.exception("platform call not recorded", extra=facts)

    def _tell_gate(self, spec: CallSpec, answer: HttpAnswer | None, code: str) -> None:
        try:
            self._gate.leave(spec, headers=answer.headers if answer else {}, error_code=code)
        except Exception:
            # As with the record: what the call brought must not be lost over it.
            logger.exception("gate not told", extra={"operation": spec.operation})

    def _clean(self, text: str) -> str:
        """Without the key, and fit for every database."""
        return text_of(text.replace(self._secret, HIDDEN) if self._secret else text)

    def _struck(self, content: bytes) -> bytes:
        """Before a body is cut, so that no part of the key is left at its end."""
        secret = self._secret.encode()
        return content.replace(secret, HIDDEN.encode()) if secret else content


def pause_of(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After` (seconds or date) or `X-Ratelimit-Reset` (Unix time)."""
    after = headers.get("Retry-After", "").strip()
    reset = headers.get("X-Ratelimit-Reset", "").strip()
    if after.isdecimal():
        wait_s = float(after)
    elif after and (moment := _http_date(after)) is not None:
        wait_s = moment.timestamp() - time.time()
    elif reset.isdecimal():
        wait_s = float(reset) - time.time()
    else:
        return None
    return min(max(wait_s, MIN_PAUSE_S), MAX_PAUSE_S)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _path_with_query(spec: CallSpec) -> str:
    query = "&".join(f"{name}={value}" for name, value in spec.params)
    return f"{spec.path}?{query}" if query else spec.path


def _kept_answer(answer: HttpAnswer | None, struck: Callable[[bytes], bytes]) -> str:
    if answer is None or not answer.content:
        return ""
    kind = answer.headers.get("Content-Type", "")
    if "json" not in kind and answer.content[:1] not in (b"{", b"["):
        return f"<{len(answer.content)} bytes of {kind or 'unknown type'}>"
    return redacted_json(struck(answer.content))
