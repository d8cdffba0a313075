"""The twin on the wire: one port, both dialects at the paths of the real hosts."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
import traceback
from collections.abc import Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from carriers.sandbox import control
from carriers.sandbox.easyship import EasyshipDialect
from carriers.sandbox.store import Store
from carriers.sandbox.veeqo import VeeqoDialect
from carriers.sandbox.wire import Dialect, MalformedBody, Refusal, Request, Response, Route
from carriers.sandbox.world import DEMO_WORLD, Fault, World, load_world

MAX_BODY = 20 * 1024 * 1024
KEPT_BODY = 20_000
# The first whose prefix fits answers; Veeqo's is "/" and so comes last.
DIALECTS: tuple[Dialect, ...] = (EasyshipDialect(), VeeqoDialect())
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class NoAnswer(Exception):
    """The connection is to be closed without an answer."""


class TwinServer(ThreadingHTTPServer):
    """Threads are daemons: a held answer must not keep the process from stopping."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], world: World) -> None:
        super().__init__(address, TwinHandler)
        self.world = world
        world.base_url = f"http://{address[0]}:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


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

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, MAX_BODY))
        request = _request(self.command, self.path, self.headers.items(), body)
        try:
            response = answer(self.server.world, request)
        except NoAnswer:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        except Exception:
            # A fault of the twin itself must be seen and must not look like a platform's.
            traceback.print_exc()
            response = Response(status=500, body=b"the twin itself failed; see its log")
        self._send(response)

    def _send(self, response: Response) -> None:
        """The one place where bytes go out."""
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)
        self.wfile.flush()


def _request(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Request:
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    return Request(
        method=method,
        path=unquote(parts.path),
        query={name: tuple(values) for name, values in query.items()},
        headers={name.lower(): value for name, value in headers},
        body=body,
    )


def answer(world: World, request: Request) -> Response:
    """Carry a request out. Raises NoAnswer for a fault that swallows the answer."""
    if request.path.startswith(control.PREFIX):
        return control.answer(world, request, DIALECTS)
    dialect = next(d for d in DIALECTS if request.path.startswith(d.prefix))
    time.sleep(world.options.latency_ms / 1000)
    fault = world.take_fault(request.method, request.path)
    route, bound = _route(dialect, request)
    if fault and fault.effect in ("error_before", "refuse"):
        response = Response(status=429 if fault.effect == "refuse" else fault.status)
    else:
        response = _carry_out(world, dialect, route, bound)
    is_answered = fault is None or fault.effect != "drop_after"
    _log(world, dialect, route, request, response, is_answered=is_answered)
    return _faulty(fault, response) if fault else response


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
    try:
        if request.method in WRITES:
            with world.store.transaction():
                response = route.handler(world, request)
        else:
            response = route.handler(world, request)
    except Refusal as exc:
        response = exc.response
    except MalformedBody as exc:
        response = dialect.malformed(request, str(exc))
    return dialect.finish(request, response)


def _faulty(fault: Fault, response: Response) -> Response:
    if fault.effect == "drop_after":
        raise NoAnswer
    if fault.effect == "hold_after":
        time.sleep(fault.seconds)
    if fault.effect == "error_after":
        return Response(status=fault.status)
    return response


def _log(
    world: World,
    dialect: Dialect,
    route: Route | None,
    request: Request,
    response: Response,
    *,
    is_answered: bool,
) -> None:
    key = request.headers.get("x-api-key") or request.headers.get("authorization", "")
    world.store.log_request(
        {
            "at": world.clock.now().isoformat(),
            "dialect": dialect.name,
            "method": request.method,
            "path": request.path,
            "route": route.pattern if route else request.path,
            "query": json.dumps(request.query),
            "status": response.status,
            "answered": int(is_answered),
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
