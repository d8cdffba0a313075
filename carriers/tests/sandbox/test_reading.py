"""How requests may come over the wire: in chunks, with a question first, with odd targets."""

from __future__ import annotations

import json
import socket

import pytest

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import veeqo_steps as steps
from carriers.tests.sandbox.running import EASYSHIP_TOKEN, TIMEOUT_S, VEEQO_KEY, RunningTwin

HEAD = (
    f"Host: twin\r\nx-api-key: {VEEQO_KEY}\r\nAuthorization: Bearer {EASYSHIP_TOKEN}\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
)


def dialled(twin: RunningTwin) -> socket.socket:
    return socket.create_connection(("127.0.0.1", twin.server.server_address[1]), TIMEOUT_S)


def talked(twin: RunningTwin, text: str) -> bytes:
    """All that is answered until the connection is closed."""
    with dialled(twin) as raw:
        raw.sendall(text.encode())
        return b"".join(iter(lambda: raw.recv(65536), b""))


def chunked(*pieces: str, extension: str = "", trailer: str = "") -> str:
    told = "".join(f"{len(piece):x}{extension}\r\n{piece}\r\n" for piece in pieces)
    return f"Transfer-Encoding: chunked\r\n\r\n{told}0\r\n{trailer}\r\n"


def test_a_body_may_come_in_chunks(twin: RunningTwin) -> None:
    text = json.dumps({"order": steps.order(twin)})
    body = chunked(text[:7], text[7:90], text[90:], extension=";a=b", trailer="X-Sum: 1\r\n")

    told = talked(twin, f"POST /orders HTTP/1.1\r\n{HEAD}Connection: close\r\n{body}")

    assert told.startswith(b"HTTP/1.1 201 ")
    assert [row["reference"] for row in twin.report()["bookings"]] == ["SHOP-10482"]


def test_after_chunks_the_connection_goes_on(twin: RunningTwin) -> None:
    text = json.dumps(bodies.shipment())
    first = f"POST /2024-09/shipments HTTP/1.1\r\n{HEAD}{chunked(text)}"
    second = f"GET /2024-09/account HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n"

    told = talked(twin, first + second)

    assert told.count(b"HTTP/1.1 201 ") == told.count(b"HTTP/1.1 200 ") == 1


@pytest.mark.parametrize(
    "rest",
    [
        "Transfer-Encoding: gzip\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n{}\r\n0\r\n\r\n",
        "Content-Length: 99999999999\r\n\r\n",
    ],
)
def test_a_body_without_a_clear_end_closes_the_connection(twin: RunningTwin, rest: str) -> None:
    told = talked(twin, f"POST /tags HTTP/1.1\r\n{HEAD}{rest}")

    assert told.startswith(b"HTTP/1.1 413 ")
    assert twin.report()["requests"] == 0


def test_a_client_that_asks_before_it_sends_is_answered_at_once(twin: RunningTwin) -> None:
    text = json.dumps({"name": "asked first", "colour": "#ff0000"})
    head = f"POST /tags HTTP/1.1\r\n{HEAD}Expect: 100-continue\r\nConnection: close\r\n"
    with dialled(twin) as raw:
        raw.sendall(f"{head}Content-Length: {len(text)}\r\n\r\n".encode())
        go_on = raw.recv(100)
        raw.sendall(text.encode())
        told = b"".join(iter(lambda: raw.recv(65536), b""))

    assert go_on.startswith(b"HTTP/1.1 100 ")
    assert told.startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize(
    "target",
    [
        "//orders?page_size=5",
        "/orders/?page_size=5",
        "/orders?page_size=5&",
        "http://api.veeqo.com/orders?page_size=5",
        "/2024-09//shipments",
        "//2024-09/shipments/",
        "https://public-api.easyship.com/2024-09/shipments?per_page=5",
    ],
)
def test_a_target_may_be_written_in_many_ways(twin: RunningTwin, target: str) -> None:
    told = talked(twin, f"GET {target} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n")

    assert told.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("target", ["http://api.veeqo.com", "/", "//", "/%00", "/%2e%2e/orders"])
def test_a_target_that_is_nothing_is_not_found(twin: RunningTwin, target: str) -> None:
    told = talked(twin, f"GET {target} HTTP/1.1\r\n{HEAD}Connection: close\r\n\r\n")

    assert told.startswith(b"HTTP/1.1 404 ")
