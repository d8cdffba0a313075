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
)
from shipping_project.hooks.rules.addresses import is_public

LIMIT_S = 10.0
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
    if not _may_reach(url):
        return Answer(None, PRIVATE)
    try:
        with (
            answered_by(time.monotonic() + LIMIT_S),
            _new_session() as session,
            session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", **headers},
                timeout=(CONNECT_LIMIT_S, LIMIT_S),
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
        return f"It did not answer within {LIMIT_S:.0f} seconds."
    return "No connection could be made, or it broke off."


def _may_reach(url: str) -> bool:
    """Looked at before a connection is made, so that nobody can try our ports."""
    if settings.WEBHOOK_PRIVATE_TARGETS:
        return True
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        # No such name: the connection will say so in its own words.
        return True
    return all(is_public(str(address[0])) for *_, address in found)


class _PublicOnly:
    """A name may lead elsewhere by the time it is connected to, so the peer itself counts."""

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc] # of urllib3's connection
        if not settings.WEBHOOK_PRIVATE_TARGETS and not is_public(str(sock.getpeername()[0])):
            sock.close()
            raise PrivateTarget(self, PRIVATE)  # type: ignore[arg-type]
        return sock


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
