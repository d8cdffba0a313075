"""A server that speaks bare sockets, to break an answer at any byte."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Script = Callable[[socket.socket], None]


class Wire:
    """Plays `script` on every connection once the request has come in."""

    def __init__(self, script: Script, *, listens: bool = True) -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._listens = listens
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.done = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        while not self.done.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        self.done.set()
        # A blocked accept only wakes up when the socket is shut down.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            if self._listens:
                self.requests.append(read_request(connection))
            try:
                self._script(connection)
            except OSError:
                # The client has hung up, which some tests are about.
                return


@contextmanager
def wire(script: Script, *, listens: bool = True) -> Iterator[Wire]:
    """`listens` is False for a server that does not wait for the request."""
    server = Wire(script, listens=listens)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.close()


def read_request(connection: socket.socket) -> bytes:
    """Head and body of one request."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536) or b"\r\n\r\n"
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def says(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> Script:
    """Answers once; `length` other than the body's makes a truncated answer."""
    told = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {told}", "Connection: close", *headers]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"

    def script(connection: socket.socket) -> None:
        connection.sendall(head + body)

    return script


def closes(connection: socket.socket) -> None:
    """Takes the request and hangs up."""


def resets(connection: socket.socket) -> None:
    """A reset in the middle of the answer: what lingers is thrown away."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def stays_silent(connection: socket.socket) -> None:
    connection.settimeout(5)
    connection.recv(1)


def drips(head: bytes, drop: bytes) -> Script:
    """Sends `head`, then `drop` again and again, for at most five seconds."""

    def script(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(100):
            connection.sendall(drop)
            threading.Event().wait(0.05)

    return script
