"""A partner's server on this host: keeps what it is sent and answers as it is told."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

# Between two bytes of an answer that drips.
DROP_S = 0.02


@dataclass
class Partner:
    url: str = ""
    answers: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    # What it does in place of the next answers, until it is hung up on.
    stalls: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.got]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@contextmanager
def partner_server() -> Iterator[Partner]:
    """Answers with `answers` in turn, then 204.

    Stalls first: "silent" says nothing, "drips" never ends its headers, a byte at a time.
    """
    partner = Partner()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # named by the library
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            partner.got.append((headers, body))
            if partner.stalls:
                self.close_connection = True
                _stall(self.connection, drips=partner.stalls.pop(0) == "drips")
                return
            status = partner.answers.pop(0) if partner.answers else 204
            self.send_response(status)
            if status == 302:
                self.send_header("Location", partner.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing on the console."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    partner.url = f"http://127.0.0.1:{server.server_port}/hooks"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()


def _stall(connection: socket.socket, *, drips: bool) -> None:
    connection.settimeout(DROP_S)
    with suppress(ConnectionError):
        if drips:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            try:
                if not connection.recv(1):
                    return
            except TimeoutError:
                if drips:
                    connection.sendall(b"x")
