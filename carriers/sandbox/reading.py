"""A request off the wire: its body by length or in chunks, its target as path and query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from io import BufferedIOBase
from string import hexdigits
from urllib.parse import parse_qs, unquote, urlsplit

from carriers.sandbox import control
from carriers.sandbox.wire import Request

MAX_BODY = 20 * 1024 * 1024
LONGEST_LINE = 8192


class UnreadableRequest(Exception):
    """What follows on the connection cannot be told from the next request."""


def body_of(headers: Message, stream: BufferedIOBase) -> bytes:
    """By its length, or in chunks as clients send that do not know it beforehand."""
    encoding = headers.get("Transfer-Encoding")
    length = headers.get("Content-Length")
    if encoding is not None:
        if encoding.lower() != "chunked" or length is not None:
            raise UnreadableRequest("only chunks can be read, and they bring their own length")
        return b"".join(_chunks(stream))
    if length is None:
        return b""
    if not length.isdecimal() or int(length) > MAX_BODY:
        raise UnreadableRequest("the length is none, or too long")
    return stream.read(int(length))


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    read = 0
    while size := _size(stream.readline(LONGEST_LINE)):
        read += size
        if read > MAX_BODY:
            raise UnreadableRequest("the body is too long")
        yield stream.read(size)
        if stream.readline(LONGEST_LINE).strip():
            raise UnreadableRequest("a chunk is longer than it says")
    while stream.readline(LONGEST_LINE).strip():
        """Trailers, which nobody needs here."""


def _size(line: bytes) -> int:
    """In hexadecimal, perhaps with an extension behind it."""
    text = line.split(b";")[0].strip().decode("latin-1")
    if not text or set(text) - set(hexdigits):
        raise UnreadableRequest("a chunk does not say its length")
    return int(text, 16)


def request_of(
    method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes
) -> Request:
    path, query = _split(target)
    return Request(
        method=method,
        path=path,
        query={name: tuple(values) for name, values in query.items()},
        headers={name.lower(): value for name, value in headers},
        body=body,
    )


def _split(target: str) -> tuple[str, dict[str, list[str]]]:
    """With or without the host in front. Doubled and last slashes mean nothing to the platforms."""
    # A target that begins with two slashes would be taken for a host.
    parts = urlsplit(re.sub(r"^/+", "/", target))
    path = re.sub(r"/+", "/", unquote(parts.path)) or "/"
    if path != control.PREFIX:
        path = path.rstrip("/") or "/"
    return path, parse_qs(parts.query, keep_blank_values=True)
