"""How fast the API answers, beside a bare view and beside stock serializers of the same rows."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from itertools import count
from threading import local
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.models import Organization
from inventory.models import Warehouse
from orders.bench.bare.views import PAGE
from orders.demo.seed import api_key_for, sample_bodies, seed_demo
from orders.models import Order, Package, RoutingDecision, RuleSet, Shipment
from orders.rules.order_json import draft_from
from orders.rules.weighing import weigh
from orders.services.bulk_intake import Sent, receive_orders
from shipping_project.kernel.benches import Bench, Measured, Options
from shipping_project.kernel.processes import ProcessSpec, Supervisor
from shipping_project.serving import wait_until_ready

ORGANIZATION = "alder"
STOCKED = 200
LINES = 3
CALLERS = 4
# In turns, so that what else the machine does meets all of them.
ROUNDS = 6
AIMS = {"create": 0.8, "list": 1.5, "get": 1.5}


@dataclass(slots=True)
class Timed:
    """All requests of one kind: how long each took, and all of them together."""

    took: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.took) / self.seconds

    @property
    def p95_ms(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.95) - 1] * 1000


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--requests", type=int, default=1_200, help="of each kind")


def _measure(options: Options) -> Measured:
    if connection.vendor != "postgresql":
        raise CommandError("This is measured on PostgreSQL; add --services.")
    call_command("prepare")
    seed_demo(with_orders=False)
    _stock()
    with connection.cursor() as cursor:
        # What a store that has stood for a minute knows of its tables.
        cursor.execute("ANALYZE")
    caller = _Caller(options["port"], api_key_for(ORGANIZATION))
    kinds = _kinds(caller, Order.objects.earliest("pk").pk)
    timed = {name: Timed() for name in kinds}
    with _server(options["port"]):
        for send in kinds.values():
            _run(send, Timed(), requests=20)
        for _ in range(ROUNDS):
            for name, send in kinds.items():
                _run(send, timed[name], requests=options["requests"] // ROUNDS)
    rates = {name: one.per_second for name, one in timed.items()}
    ratios = {name: round(rates[name] / rates[f"bare_{name}"], 2) for name in AIMS}
    figures = {
        "requests_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "p95_ms": {name: round(one.p95_ms, 1) for name, one in timed.items()},
        "of_bare_serializers": ratios,
        "of_bare_view": {name: round(rates[name] / rates["bare_view"], 2) for name in AIMS},
        "aims": AIMS,
    }
    return Measured(figures=figures, is_fine=all(ratios[name] >= AIMS[name] for name in AIMS))


def _kinds(caller: _Caller, pk: int) -> dict[str, Callable[[], None]]:
    numbers = count(1)
    body = _order(0)
    body["ship_to"]["country"] = "US"
    bare = body | {"organization": ORGANIZATION, "currency": "USD"}

    def create(path: str, order: Mapping[str, Any]) -> None:
        caller.post(path, {**order, "external_ref": f"BENCH-{next(numbers)}"})

    return {
        "bare_view": partial(caller.get, "/bare/view"),
        "create": partial(create, "/api/v1/orders", body),
        "bare_create": partial(create, "/bare/orders", bare),
        "list": partial(caller.get, f"/api/v1/orders?ordering=id&page_size={PAGE}"),
        "bare_list": partial(caller.get, "/bare/orders"),
        "get": partial(caller.get, f"/api/v1/orders/{pk}"),
        "bare_get": partial(caller.get, f"/bare/orders/{pk}"),
    }


class _Caller:
    """A partner's program: one connection for each thread, kept open."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key, self.kept = port, key, local()

    def get(self, path: str) -> None:
        self._send("GET", path, None)

    def post(self, path: str, document: Mapping[str, Any]) -> None:
        self._send("POST", path, json.dumps(document))

    def _send(self, method: str, path: str, body: str | None) -> None:
        if not hasattr(self.kept, "line"):
            self.kept.line = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"X-API-Key": self.key, "Content-Type": "application/json"}
        self.kept.line.request(method, path, body, headers)
        answer = self.kept.line.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise CommandError(f"{method} {path}: {answer.status} {content[:500]!r}")


def _run(send: Callable[[], None], timed: Timed, *, requests: int) -> None:
    begun = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        timed.took += pool.map(lambda _: _seconds(send), range(requests))
    timed.seconds += time.perf_counter() - begun


def _seconds(send: Callable[[], None]) -> float:
    begun = time.perf_counter()
    send()
    return time.perf_counter() - begun


def _order(number: int) -> dict[str, Any]:
    _, sample = next(iter(sample_bodies()))
    skus = Organization.objects.get(slug=ORGANIZATION).sellable_set.order_by("sku")
    chosen = skus.filter(currency="USD").values_list("sku", flat=True)[:LINES]
    lines = [{"sku": sku, "quantity": 1} for sku in chosen]
    return {**sample, "external_ref": f"STOCK-{number}", "lines": lines}


def _stock() -> None:
    """Orders with a shipment and a package each, as most of a list are."""
    sent = []
    for number in range(STOCKED):
        draft, faults = draft_from(_order(number), source="api")
        sent.append(Sent(weighed=weigh(draft), faults=faults))
    owner = Organization.objects.get(slug=ORGANIZATION)
    receive_orders(organization_id=owner.pk, sent=sent, actor="bench")
    rules, warehouse = RuleSet.objects.get(is_live=True), Warehouse.objects.earliest("pk")
    for order in Order.objects.order_by("pk"):
        decision = RoutingDecision.objects.create(order=order, rule_set=rules, warehouse=warehouse)
        shipment = Shipment.objects.create(
            order=order,
            decision=decision,
            warehouse=warehouse,
            reference=f"{order.number}-A",
            platform="veeqo",
            carrier="UPS",
        )
        size = {"weight_g": 900, "length_mm": 300, "width_mm": 200, "height_mm": 100}
        Package.objects.create(shipment=shipment, **size)


@contextmanager
def _server(port: int) -> Iterator[None]:
    web = ProcessSpec(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "orders.bench.bare.wsgi"),
            *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", str(CALLERS)),
            *("--log-level", "warning", "--chdir", str(settings.BASE_DIR)),
        ),
        env={},
    )
    supervisor = Supervisor([web])
    supervisor.start()
    try:
        wait_until_ready(supervisor, web_port=port)
        yield
    finally:
        supervisor.stop()


BENCH = Bench(
    name="api",
    words="requests a second beside bare views [--requests 1200] (PostgreSQL)",
    run=_measure,
    add_arguments=_add_arguments,
)
