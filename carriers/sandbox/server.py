"""The twin on the wire: one port, both dialects at the paths of the real hosts."""

from __future__ import annotations

import json
import signal
import socket
import struct
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from carriers.sandbox import control
from carriers.sandbox.breaking import Delivery, NoAnswer, broken, html_page
from carriers.sandbox.easyship import EasyshipDialect, LegacyDialect
from carriers.sandbox.faults import PLAYED, Fault
from carriers.sandbox.reading import UnreadableRequest, body_of, request_of
from carriers.sandbox.store import Store
from carriers.sandbox.veeqo import VeeqoDialect
from carriers.sandbox.wire import Dialect, MalformedBody, Refusal, Request, Response, Route
from carriers.sandbox.world import DEMO_WORLD, World, load_world

KEPT_BODY = 20_000
# The first whose prefix fits answers; Veeqo's is "/" and so comes last.
DIALECTS: tuple[Dialect, ...] = (EasyshipDialect(), LegacyDialect(), VeeqoDialect())
TICK_S = 0.1
# A webhook that is just being delivered is let go after this.
STOP_S = 2.0
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class TwinServer(ThreadingHTTPServer):
    """Threads are daemons: a held answer must not keep the process from stopping."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World) -> None:
        super().__init__(address, TwinHandler)
        self.world = world
        world.base_url = f"http://{address[0]}:{self.server_address[1]}"
        self._ticker = Ticker(world)
        self._ticker.start()

    def server_close(self) -> None:
        self._ticker.stop()
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


class Ticker(threading.Thread):
    """Lets happen what nobody asks for: labels become ready, parcels move, webhooks leave."""

    def __init__(self, world: World) -> None:
        super().__init__(name="ticker", daemon=True)
        self._world = world
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(TICK_S):
            for dialect in DIALECTS:
                try:
                    dialect.tick(self._world)
                except Exception:
                    # One round that failed must not end all the others.
                    traceback.print_exc()
        self._world.store.close()

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=STOP_S)


class TwinHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: TwinServer
    disable_nagle_algorithm = True
    # Headers and body leave in one packet.
    wbufsize = -1

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """The request log in the store says more."""

    def finish(self) -> None:
        super().finish()
        # The connection to the store belongs to this thread, which ends here.
        self.server.world.store.close()

    def handle_expect_100(self) -> bool:
        """At once: the client waits for it before it sends the body."""
        is_expected = super().handle_expect_100()
        self.wfile.flush()
        return is_expected

    def _serve(self) -> None:
        try:
            body = body_of(self.headers, self.rfile)
        except UnreadableRequest:
            self.close_connection = True
            self._send(Delivery(response=Response(status=413)))
            return
        request = request_of(self.command, self.path, self.headers.items(), body)
        try:
            delivery = answer(self.server.world, request)
        except NoAnswer:
            self._hang_up()
            return
        except Exception:
            # A fault of the twin itself must be seen and must not look like a platform's.
            traceback.print_exc()
            text = b"the twin itself failed; see its log"
            delivery = Delivery(response=Response(status=500, body=text))
        self._send(delivery)

    def _send(self, delivery: Delivery) -> None:
        """The one place where bytes go out."""
        response = delivery.response
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in delivery.pieces():
            self.wfile.write(piece)
            self.wfile.flush()
        if delivery.is_broken_off:
            self._hang_up()

    def send_response(self, code: int, message: str | None = None) -> None:
        """Without the header that names this server: a fault may bring its own."""
        self.send_response_only(code, message)
        self.send_header("Date", self.date_time_string())

    def _hang_up(self) -> None:
        """With a reset, as a network that fails does it."""
        self.close_connection = True
        no_wait = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_wait)
        self.connection.close()


def answer(world: World, request: Request) -> Delivery:
    """Carry a request out. Raises NoAnswer for a fault that swallows the answer."""
    if request.path.startswith(control.PREFIX):
        return Delivery(response=control.answer(world, request, DIALECTS))
    dialect = next(d for d in DIALECTS if request.path.startswith(d.prefix))
    time.sleep(world.options.latency_ms / 1000 + dialect.delay_s(world, request))
    route, bound = _route(dialect, request)
    fault = world.faults.take(
        request.method,
        request.path,
        dialect.reference_of(world, bound),
        is_purchase=dialect.is_purchase(route, bound),
    )
    response = _refused_by(fault, world, dialect) if fault else None
    if response is None:
        effect = fault.effect if fault and fault.effect in PLAYED else ""
        response = _carry_out(world, dialect, route, replace(bound, effect=effect))
    _log(world, dialect, route, request, response, effect=fault.effect if fault else "")
    return broken(fault, response) if fault else Delivery(response=response)


def _refused_by(fault: Fault, world: World, dialect: Dialect) -> Response | None:
    """The answer of a fault that keeps the request from being carried out."""
    match fault.effect:
        case "error_before":
            return Response(status=fault.status)
        case "html_before":
            return html_page(fault.status)
        case "refuse":
            return dialect.too_many(world)
    return None


def _route(dialect: Dialect, request: Request) -> tuple[Route | None, Request]:
    path = request.path[len(dialect.prefix.rstrip("/")) :]
    for route in dialect.routes:
        params = route.match(path) if route.method == request.method else None
        if params is not None:
            return route, request.with_params(params)
    return None, request


def _carry_out(world: World, dialect: Dialect, route: Route | None, request: Request) -> Response:
    """One transaction: all of a request's effect, or none when it is refused."""
    refused = dialect.refuse(world, request)
    if refused is not None:
        return dialect.finish(request, refused)
    if route is None:
        return dialect.finish(request, dialect.not_found(request))
    response = dialect.recall(world, request)
    if response is None:
        response = _handle(world, dialect, route, request)
        dialect.remember(world, request, response)
    return dialect.finish(request, response)


def _handle(world: World, dialect: Dialect, route: Route, request: Request) -> Response:
    try:
        if request.method in WRITES and route.is_atomic:
            with world.store.transaction():
                return route.handler(world, request)
        return route.handler(world, request)
    except Refusal as exc:
        return exc.response
    except MalformedBody as exc:
        return dialect.malformed(request, str(exc))


def _log(
    world: World,
    dialect: Dialect,
    route: Route | None,
    request: Request,
    response: Response,
    *,
    effect: str,
) -> None:
    """`status` is what the platform did, whatever became of its answer by `effect`."""
    key = request.headers.get("x-api-key") or request.headers.get("authorization", "")
    world.store.log_request(
        {
            "at": world.clock.now().isoformat(),
            "dialect": dialect.name,
            "method": request.method,
            "path": request.path,
            "route": dialect.prefix.rstrip("/") + route.pattern if route else request.path,
            "query": json.dumps(request.query),
            "status": response.status,
            "answered": int(effect != "drop_after"),
            "effect": effect,
            "key_end": key[-4:],
            "body": request.body[:KEPT_BODY].decode("utf-8", "replace"),
        }
    )


def make_world(
    *,
    store: Path,
    veeqo_keys: Sequence[str],
    easyship_keys: Sequence[str],
    control_token: str = "",
    facts: Path = DEMO_WORLD,
) -> World:
    """Open the store, filling it from the world file when it is new."""
    world = World(
        store=Store(store),
        veeqo_keys=frozenset(veeqo_keys),
        easyship_keys=frozenset(easyship_keys),
        control_token=control_token,
    )
    if world.store.get("setting", "seeded") is None:
        seed(world, facts)
    return world


def seed(world: World, facts: Path = DEMO_WORLD) -> None:
    loaded = load_world(facts)
    with world.store.transaction():
        for dialect in DIALECTS:
            dialect.seed(world, loaded)
        world.store.insert("setting", "seeded", {"from": facts.name})


def serve(world: World, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = TwinServer((host, port), world)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"sandbox ready on {world.base_url}", flush=True)  # noqa: T201
    server.serve_forever(poll_interval=0.2)
    server.server_close()
