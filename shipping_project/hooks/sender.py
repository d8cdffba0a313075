"""The one way out to partners: a single post, never to our own net, answered in time or failed."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError, NewConnectionError

from carriers.transport import (
    PunctualAdapter,
    PunctualConnection,
    PunctualPool,
    PunctualTlsConnection,
    PunctualTlsPool,
    StraightSession,
    answered_by,
    seconds_left,
)
from shipping_project.hooks.rules.addresses import is_public

CONNECT_LIMIT_S = 5.0
PRIVATE = "The host is not reachable from the internet."


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is None where none came; `error` is empty where the message was taken."""

    status: int | None
    error: str

    @property
    def is_gone(self) -> bool:
        return self.status == HTTPStatus.GONE


class PrivateTarget(NewConnectionError):
    """The name leads to an address that is not public, whatever it led to a moment ago."""


def body_of(payload: Mapping[str, Any]) -> bytes:
    """The same bytes each time, so that a repeat can be compared."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()


def post(url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Post once. Redirects are not followed, and of the answer only the status is read."""
    stop_at = time.monotonic() + settings.WEBHOOK_LIMIT_S
    if not _may_reach(url):
        return Answer(None, PRIVATE)
    try:
        with (
            answered_by(stop_at),
            _new_session() as session,
            session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", **headers},
                timeout=(CONNECT_LIMIT_S, settings.WEBHOOK_LIMIT_S),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            return _judged(response.status_code)
    except (requests.exceptions.RequestException, HTTPError, OSError, UnicodeError) as exc:
        return Answer(None, _words_of(exc))


def _judged(status: int) -> Answer:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(status, "")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Answer(status, f"It answered {status}; redirects are not followed.")
    return Answer(status, f"It answered {status}.")


def _words_of(exc: Exception) -> str:
    """Our own words: an exception's may quote addresses of our net."""
    if PRIVATE in str(exc):
        return PRIVATE
    if isinstance(exc, requests.exceptions.SSLError):
        return "Its certificate was refused."
    if isinstance(exc, requests.exceptions.Timeout | TimeoutError):
        return f"It did not answer within {settings.WEBHOOK_LIMIT_S:g} seconds."
    return "No connection could be made, or it broke off."


def _may_reach(url: str) -> bool:
    """Looked at before a connection is made, so that nobody can try our ports."""
    if settings.WEBHOOK_PRIVATE_TARGETS:
        return True
    parts = urlsplit(url)
    found = _addresses_of(parts.hostname or "", parts.port or 443)
    return all(is_public(str(address[0])) for *_, address in found)


class _PublicOnly:
    """A name may lead elsewhere by the time it is connected to, so the peer itself counts.

    All that is done at the connection ends at the deadline of the message.
    """

    timeout: Any
    host: str
    port: int
    sock: socket.socket | None

    def _new_conn(self) -> socket.socket:
        # urllib3 tries every address of the name, each for as long as this says.
        addresses = _addresses_of(self.host, self.port)
        self.timeout = min(CONNECT_LIMIT_S, _time_left() / max(len(addresses), 1))
        sock: socket.socket = super()._new_conn()  # type: ignore[misc] # of urllib3's connection
        if not settings.WEBHOOK_PRIVATE_TARGETS and not is_public(str(sock.getpeername()[0])):
            sock.close()
            raise PrivateTarget(self, PRIVATE)  # type: ignore[arg-type]
        sock.settimeout(_time_left())
        return sock

    def send(self, data: Any) -> None:
        if self.sock is not None:
            self.sock.settimeout(_time_left())
        super().send(data)  # type: ignore[misc]


def _time_left() -> float:
    """Above zero, which would mean a socket that never waits."""
    return max(seconds_left(), 0.001)


def _addresses_of(host: str, port: int) -> list[Any]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        # No such name: the connection will say so in its own words.
        return []


class _Connection(_PublicOnly, PunctualConnection):
    pass


class _TlsConnection(_PublicOnly, PunctualTlsConnection):
    pass


class _Pool(PunctualPool):
    ConnectionCls = _Connection


class _TlsPool(PunctualTlsPool):
    ConnectionCls = _TlsConnection


class _Adapter(PunctualAdapter):
    pools: ClassVar[dict[str, Any]] = {"http": _Pool, "https": _TlsPool}


def _new_session() -> StraightSession:
    session = StraightSession()
    adapter = _Adapter(pool_connections=1, pool_maxsize=1, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.trust_env = False
    return session
