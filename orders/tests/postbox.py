"""An address to which the twin posts its webhooks, and from which a test hands them on."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from typing import ClassVar

# Webhooks leave the twin ten times a second.
PATIENCE_S = 5.0
QUIET_S = 0.5


@dataclass(frozen=True, slots=True)
class Post:
    body: bytes
    signature: str


class Postbox:
    """Keeps what is posted until it is taken out; answers `status`."""

    def __init__(self) -> None:
        self.posts: Queue[Post] = Queue()
        handler = type("Handler", (_Handler,), {"posts": self.posts})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/webhooks/easyship"

    def take(self) -> list[Post]:
        """All that comes until the twin falls silent; the first must come."""
        found = [self.posts.get(timeout=PATIENCE_S)]
        while True:
            try:
                found.append(self.posts.get(timeout=QUIET_S))
            except Empty:
                return found

    def remove(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    posts: ClassVar[Queue[Post]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.put(Post(body, self.headers["X-EASYSHIP-SIGNATURE"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing is told."""
