"""Tests against the real twin over HTTP: one in a thread of this process, on a store of its own."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db.models import F
from django.test import TestCase, override_settings
from django.utils import timezone

from accounts.models import Organization
from carriers.models import OutboxCommand
from carriers.outbox.leases import recover_abandoned
from carriers.outbox.worker import run_next
from carriers.pacing import Circuit
from carriers.platforms import port_for
from carriers.sandbox.server import TwinServer, make_world
from orders.demo.seed import seed_demo
from orders.models import Order, Shipment
from orders.rules.states import OrderState
from orders.services.dispatch import dispatch_order
from orders.tests.builders import make_order

# More than any test needs; a worker that never comes to an end fails here.
MOST_STEPS = 400


class Twin:
    """The twin and what a test asks of it, through its control calls."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="twin-"))
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        world = make_world(
            store=self.folder / "twin.sqlite3", veeqo_keys=["vk-test"], easyship_keys=["ek-test"]
        )
        self._server = TwinServer(("127.0.0.1", self.port), world)
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def stop(self) -> None:
        """No longer listening; what it holds stays."""
        self._server.shutdown()
        self._server.server_close()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fault(self, method: str, path: str, effect: str, **more: Any) -> None:
        self._call("POST", "faults", {"method": method, "path": path, "effect": effect, **more})

    def option(self, **options: Any) -> None:
        self._call("PATCH", "options", options)

    def charge(self, shipment: str, amount: str, kind: str) -> None:
        """Easyship charges later, or gives back where the amount is below zero."""
        body = {"easyship_shipment_id": shipment, "amount": amount, "adjustment_type": kind}
        self._call("POST", "charges", body)

    def advance(self, **span: float) -> None:
        seconds = timedelta(**span).total_seconds()
        self._call("POST", "clock", {"advance_seconds": seconds})

    def labels(self, state: str = "bought") -> list[dict[str, Any]]:
        """The labels it sold that are live, or those that were voided."""
        return [row for row in self._call("GET", "report")["labels"] if row["state"] == state]

    def bookings(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self._call("GET", "report")["bookings"]
        return rows

    def asked(self, method: str, route: str) -> int:
        """How many requests came for a route whose name ends so."""
        rows = self._call("GET", "requests?limit=5000")["requests"]
        return sum(row["method"] == method and row["route"].endswith(route) for row in rows)

    def call(self, method: str, path: str, key: dict[str, str], body: Any = None) -> Any:
        """What a person does at the platform behind our back."""
        return self._send(method, path, body, key)

    def _call(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        return self._send(method, f"/__twin__/{name}", body, {})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers=headers,
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            content = answer.read()
        return json.loads(content) if content else None


def let_time_pass() -> None:
    """As if every pause of the open commands were over."""
    Circuit.objects.open_ones().update(open_until=timezone.now())
    long_ago = F("sent_at") - timedelta(minutes=10)
    OutboxCommand.objects.still_open().update(next_attempt_at=timezone.now(), sent_at=long_ago)


class TwinMixin:
    """The demo world here and at the twin. Time is moved, never waited for."""

    twin: Twin

    def start_twin(self, add_cleanup: Callable[..., None]) -> None:
        self.twin = Twin()
        add_cleanup(self.twin.remove)
        configured = override_settings(
            VEEQO_BASE_URL=self.twin.url,
            EASYSHIP_BASE_URL=self.twin.url,
            VEEQO_API_KEY="vk-test",
            EASYSHIP_API_TOKEN="ek-test",
            MEDIA_ROOT=self.twin.folder / "media",
            HTTP_READ_TIMEOUT_S=2,
            HTTP_LABEL_TIMEOUT_S=2,
        )
        configured.enable()
        add_cleanup(configured.disable)
        port_for.cache_clear()
        add_cleanup(port_for.cache_clear)

    def place(self, sku: str = "KET-12", **changes: Any) -> Order:
        """An order of Alder's, dispatched: its booking waits in the outbox."""
        order = make_order(Organization.objects.get(slug="alder"), sku, **changes)
        dispatch_order(order_id=order.pk)
        order.refresh_from_db()
        return order

    def work(self) -> int:
        """Carry out all that is due now; returns how many commands were touched."""
        for done in range(MOST_STEPS):
            if not run_next("orders"):
                return done
        raise AssertionError("the worker never comes to an end")

    def later(self) -> int:
        """The pauses between attempts have passed, here and at the twin; work goes on."""
        recover_abandoned()
        self.twin.advance(seconds=30)
        let_time_pass()
        return self.work()

    def finish(self, rounds: int = 8) -> None:
        self.work()
        for _ in range(rounds):
            self.later()


class TwinCase(TwinMixin, TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        # Nobody logs in here, and slow hashes would take longer than the tests.
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
            seed_demo(with_orders=False)

    def setUp(self) -> None:
        super().setUp()
        self.start_twin(self.addCleanup)

    def assert_shipped_once(self, order: Order) -> None:
        """Booked with exactly one label, the same at the twin and here, and its file is kept."""
        order.refresh_from_db()
        self.assertEqual(order.state, OrderState.BOOKED.value, order.attention_detail)
        package = Shipment.objects.live().get(order=order).packages.leading().get()
        sold = [row for row in self.twin.labels() if row["reference"].startswith(order.number)]
        self.assertEqual([row["tracking_number"] for row in sold], [package.tracking_number])
        self.assertTrue(str(package.label_file.name).endswith(".pdf"))
        self.assertFalse(OutboxCommand.objects.in_lane(order.lane).still_open().exists())

    def command_of(self, order: Order) -> OutboxCommand:
        """The newest command of an order."""
        newest: OutboxCommand = OutboxCommand.objects.in_lane(order.lane).order_by("-id")[0]
        return newest
