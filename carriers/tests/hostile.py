"""Servers that answer as no platform should, over bare sockets."""

from __future__ import annotations

import gzip
import socket
import zlib

from carriers.tests.wire import Script, closes, drips, resets, says, stays_silent

JSON = "Content-Type: application/json"
HTML = b"<html><body>Sign in</body></html>"
OK = b"HTTP/1.1 200 OK\r\n"
GOOD = b'{"id": 7}'
# More than a session of these tests takes.
TOO_MUCH = 1_200_000


def sends(*pieces: bytes) -> Script:
    """These bytes, and then the connection is closed."""

    def script(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return script


def then_waits(*pieces: bytes) -> Script:
    """These bytes, and then silence on an open connection."""

    def script(connection: socket.socket) -> None:
        sends(*pieces)(connection)
        stays_silent(connection)

    return script


def floods(head: bytes, drop: bytes) -> Script:
    """As much as the other side takes, as fast as it takes it, until it hangs up."""

    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(drop)

    return script


def squeezed(megabytes: int, layers: int = 1) -> bytes:
    """So many blanks, packed so often: small on the wire and large in memory."""
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    packed = b"".join(packer.compress(b" " * 2**20) for _ in range(megabytes)) + packer.flush()
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


def whole(body: bytes, *headers: str) -> Script:
    return says("200 OK", body, JSON, *headers)


BREAKS_OFF: dict[str, Script] = {
    "closes at once": closes,
    "closes in the status line": sends(b"HTTP/1.1 2"),
    "closes in a header": sends(OK + b"Content-Le"),
    "closes after the headers": sends(OK + b"Content-Length: 9\r\n\r\n"),
    "closes in the body": sends(OK + b"Content-Length: 900\r\n\r\n" + GOOD),
    "closes in a chunk": sends(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{"),
    "closes before the last chunk": sends(
        OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n" + GOOD + b"\r\n"
    ),
    "resets in the body": resets,
}
NEVER_ENDS: dict[str, Script] = {
    "silence": stays_silent,
    "silence after the headers": then_waits(OK + b"Content-Length: 9\r\n\r\n"),
    "silence after 100 Continue": then_waits(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "nothing but 100 Continue": floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "headers that drip": drips(OK, b"X-Drop: 1\r\n"),
    "one header that drips": drips(OK + b"X-Drop: ", b"x"),
    "a body that drips": drips(OK + b"Content-Length: 900\r\n\r\n", b" "),
    "chunks that drip": drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a chunk's size that never ends": floods(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 65536
    ),
    "chunks without end": floods(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"
    ),
    "trailers without end": floods(
        OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: 1\r\n" * 1000
    ),
    "a body without end": floods(OK + b"\r\n", b" " * 65536),
    "a redirect's body without end": floods(
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", b" " * 65536
    ),
}
TOO_LARGE: dict[str, Script] = {
    "a large answer": whole(b"[" + b" " * TOO_MUCH + b"]"),
    "a gzip bomb": whole(squeezed(60), "Content-Encoding: gzip"),
    "a bomb in a bomb": whole(squeezed(60, 2), "Content-Encoding: gzip, gzip"),
    "many wrappings": whole(squeezed(1, 9), "Content-Encoding: " + ", ".join(["gzip"] * 9)),
    "many headers": sends(OK + b"X-Header: 1\r\n" * 200 + b"\r\n"),
    "a long header": sends(OK + b"X-Header: " + b"x" * 70_000 + b"\r\n\r\n"),
}
NO_JSON: dict[str, Script] = {
    "a page with 200": says("200 OK", HTML, "Content-Type: text/html"),
    "a page that says it is JSON": whole(HTML),
    "truncated JSON": whole(b'{"id": 550'),
    "text after the JSON": whole(GOOD + b" and more"),
    "a length that is too short": says("200 OK", GOOD, JSON, length=4),
    "nested too deeply": whole(b"[" * 100_000 + b"]" * 100_000),
    "a number of too many digits": whole(b'{"id": ' + b"9" * 5000 + b"}"),
    "invalid UTF-8": whole(b'{"id": "\xff\xfe\xc3("}'),
    "half of UTF-16": whole(b"\xff\xfe{\x00"),
    "null bytes": whole(b"\x00" * 64),
    "no gzip under that name": whole(GOOD, "Content-Encoding: gzip"),
    "half of a gzip": whole(gzip.compress(GOOD)[:-12], "Content-Encoding: gzip"),
    "two lengths": sends(OK + b"Content-Length: 9\r\nContent-Length: 7\r\n\r\n" + GOOD),
    "no HTTP at all": sends(b"\x00\x01\x02\r\n\r\n"),
}
ODD_STATUS: dict[str, Script] = {
    "102 as the last word": says("102 Processing", b""),
    "103 with a body": says("103 Early Hints", GOOD, JSON),
    "a status of 99": says("99 Low", GOOD, JSON),
    "a status of 1000": says("1000 High", GOOD, JSON),
    "a status of 999": says("999 High", GOOD, JSON),
    "304 without being asked": says("304 Not Modified", b""),
    "302 to elsewhere": says("302 Found", GOOD, "Location: http://127.0.0.1:9/elsewhere"),
    "307 to elsewhere": says("307 Temporary Redirect", b"", "Location: http://127.0.0.1:9/x"),
    "302 to no address": says("302 Found", b"", "Location: http://[::1"),
    "302 to half a character": sends(
        b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\nContent-Length: 0\r\n\r\n"
    ),
    "302 to nowhere": says("302 Found", b""),
    "408": says("408 Request Timeout", b""),
    "500 without a word": says("500 Internal Server Error", b""),
    "502 with a page": says("502 Bad Gateway", HTML, "Content-Type: text/html"),
    "522 with a page": says("522 Origin Timed Out", HTML, "Content-Type: text/html"),
}
NO_ANSWER = BREAKS_OFF | TOO_LARGE | NO_JSON | ODD_STATUS
# Odd, and yet they say what they have to say.
READABLE: dict[str, Script] = {
    "no length": sends(OK + b"\r\n" + GOOD),
    "a length that is no number": sends(OK + b"Content-Length: nine\r\n\r\n" + GOOD),
    "a length below zero": sends(OK + b"Content-Length: -9\r\n\r\n" + GOOD),
    "100 Continue and then the answer": sends(
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3, OK, b"\r\n", GOOD
    ),
    "an answer in single bytes": sends(*(bytes([byte]) for byte in OK + b"\r\n" + GOOD)),
    "JSON that says it is a page": says("200 OK", GOOD, "Content-Type: text/html"),
    "a status nobody knows": says("299 Odd", GOOD, JSON),
    "NaN and Infinity": whole(b'{"id": 7, "price": NaN, "cost": -Infinity}'),
    "NUL in a text": whole(b'{"id": 7, "name": "\\u0000"}'),
    "half a character": whole(b'{"id": 7, "name": "\\ud83e"}'),
    "a mark of the byte order": whole(b"\xef\xbb\xbf" + GOOD),
    "UTF-16": whole(GOOD.decode().encode("utf-16")),
    "keys twice": whole(b'{"id": 6, "id": 7}'),
    "deep but readable": whole(b'{"id": 7, "deep": ' + b"[" * 600 + b"]" * 600 + b"}"),
    "headers without sense": whole(GOOD, "X-Request-Id: \x01\x02", ": no name", "X-Empty:"),
    "a cookie": whole(GOOD, "Set-Cookie: session=7; Path=/; Max-Age=99999999999999999999"),
}
