"""Connections to a platform: pooled, never repeated, and bound to a deadline.

A read timeout only limits the silence between two bytes, so an answer that drips one byte at a
time would hold a worker for as long as it likes. Here every read also ends at the deadline of
the call, in the headers as in the body.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    InvalidHeader,
    LocationValueError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)

HOSTS = 4
CONNECTIONS_PER_HOST = 20
# Of one answer on the wire, headers and all: lines without an end are read as a whole.
MAX_RAW_BYTES = 32 * 1024 * 1024
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, NameResolutionError)
# Raised while the request is being put together, before any connection is asked for.
NEVER_BUILT = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidJSONError,
    LocationValueError,
    UnicodeError,
)

_stop_at: ContextVar[float] = ContextVar("stop_at", default=math.inf)


@contextmanager
def answered_by(stop_at: float) -> Iterator[None]:
    """Answers read inside must be complete at `stop_at` on the monotonic clock."""
    token = _stop_at.set(stop_at)
    try:
        yield
    finally:
        _stop_at.reset(token)


def seconds_left() -> float:
    """Until the deadline of the call under way; infinite without one, never below zero."""
    return max(_stop_at.get() - time.monotonic(), 0.0)


class PunctualStream(io.RawIOBase):
    """The bytes of a socket, each wait cut to what is left until the deadline."""

    def __init__(self, sock: socket.socket, stop_at: float) -> None:
        self._sock = sock
        # A file of the socket, so that the socket stays open as long as the answer is read.
        self._bytes = sock.makefile("rb", buffering=0)
        self._patience_s = sock.gettimeout()
        self._stop_at = stop_at
        self._room = MAX_RAW_BYTES
        self.has_ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._stop_at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer came too slowly")
        if self._room <= 0:
            raise OSError("the answer is too long")
        patience_s = self._patience_s if self._patience_s is not None else math.inf
        wait_s = min(patience_s, left_s)
        self._sock.settimeout(wait_s if math.isfinite(wait_s) else None)
        count = self._bytes.readinto(buffer)
        self.has_ended = count == 0
        self._room -= count or 0
        return count

    def close(self) -> None:
        self._bytes.close()
        super().close()


class PunctualResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self._stream = PunctualStream(sock, _stop_at.get())
        self.fp = io.BufferedReader(self._stream)

    def begin(self) -> None:
        """Headers that break off are no answer; one that may go on is the connection's last."""
        super().begin()
        if self._stream.has_ended:
            raise http.client.IncompleteRead(b"")
        if self.status < HTTPStatus.OK or (self.status == HTTPStatus.NO_CONTENT and self._has_body):
            # What follows must neither be waited for nor taken for the answer to the next call.
            self.will_close = True
            self.chunked = False
            del self.headers["Transfer-Encoding"]

    @property
    def _has_body(self) -> bool:
        return self.getheader("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers


class PunctualConnection(HTTPConnection):
    response_class = PunctualResponse


class PunctualTlsConnection(HTTPSConnection):
    response_class = PunctualResponse


class PunctualPool(HTTPConnectionPool):
    ConnectionCls = PunctualConnection


class PunctualTlsPool(HTTPSConnectionPool):
    ConnectionCls = PunctualTlsConnection


class PunctualAdapter(HTTPAdapter):
    pools: ClassVar[dict[str, Any]] = {"http": PunctualPool, "https": PunctualTlsPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools


class StraightSession(requests.Session):
    """Goes nowhere but where it is sent, and keeps nothing from one answer to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Working the target out, even unasked for, reads the whole body and may fail."""


def new_session() -> requests.Session:
    """Certificates are checked, nothing is retried, and the environment has no say."""
    session = StraightSession()
    adapter = PunctualAdapter(
        pool_connections=HOSTS, pool_maxsize=CONNECTIONS_PER_HOST, max_retries=0
    )
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    # Proxies and .netrc of the host must not reroute calls that carry a key.
    session.trust_env = False
    return session


def never_built(exc: Exception) -> bool:
    """Whether our side of the call was at fault; the same classes also tell of an odd answer."""
    is_of_answer = isinstance(exc, UnicodeDecodeError) or any(
        isinstance(cause, InvalidHeader) for cause in exc.args
    )
    return isinstance(exc, NEVER_BUILT) and not is_of_answer


def never_connected(exc: Exception) -> bool:
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
