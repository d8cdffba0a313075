"""An endpoint for the twin's webhooks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from carriers.tests.sandbox.running import RunningTwin

PATIENCE_S = 30.0
ALL = ["shipment_label_created", "shipment_label_failed", "shipment_cancelled"]


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ReceivingHandler)
        self.status = 200
        self.got: list[tuple[str, dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks"

    def events(self) -> list[str]:
        return [body["event_type"] for _, body in self.got]


class ReceivingHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["X-EASYSHIP-SIGNATURE"], json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Tests look at what was kept."""


def hooked(twin: RunningTwin, receiver: Receiver, *names: str) -> dict[str, Any]:
    given = {"endpoint": receiver.url, "event_types": list(names or ALL), "version": "2024-09"}
    webhook: dict[str, Any] = twin.easyship("POST", "/webhooks", given).json()["webhook"]
    twin.easyship("POST", f"/webhooks/{webhook['id']}/activate")
    return webhook


def wait_for(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.02)
