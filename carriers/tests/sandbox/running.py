"""The twin, started for one test and asked over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from carriers.sandbox.server import TwinServer, make_world

VEEQO_KEY = "vk-test-0001"
OTHER_VEEQO_KEY = "vk-test-0002"
EASYSHIP_TOKEN = "sand_test0001="
PRODUCTION_TOKEN = "prod_test0001="
TIMEOUT_S = 30


class RunningTwin:
    """One twin on a free port; the two platforms and the control calls of it."""

    def __init__(self, server: TwinServer) -> None:
        self.server = server
        self.url = server.world.base_url
        self._session = requests.Session()

    def veeqo(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        return self._call(method, path, {"x-api-key": VEEQO_KEY}, body, more)

    def easyship(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        bearer = {"Authorization": f"Bearer {EASYSHIP_TOKEN}"}
        return self._call(method, f"/2024-09{path}", bearer, body, more)

    def control(self, method: str, name: str, body: Any = None) -> Any:
        answer = self._call(method, f"/__twin__/{name}", {}, body, {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def options(self, **changes: Any) -> None:
        self.control("PATCH", "options", changes)

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance_seconds": seconds})

    def fault(self, method: str, path: str, effect: str, **more: Any) -> None:
        fault = {"method": method, "path": path, "effect": effect}
        self.control("POST", "faults", fault | more)

    def report(self) -> dict[str, Any]:
        told: dict[str, Any] = self.control("GET", "report")
        return told

    def labels(self) -> list[dict[str, Any]]:
        labels: list[dict[str, Any]] = self.report()["labels"]
        return labels

    def _call(
        self, method: str, path: str, headers: dict[str, str], body: Any, more: dict[str, Any]
    ) -> requests.Response:
        headers |= more.pop("headers", {})
        more.setdefault("timeout", TIMEOUT_S)
        return self._session.request(method, self.url + path, json=body, headers=headers, **more)


@contextmanager
def running_twin(store: Path, *, control_token: str = "") -> Iterator[RunningTwin]:
    """The search lag is off: what it does has tests of its own."""
    world = make_world(
        store=store,
        veeqo_keys=[VEEQO_KEY, OTHER_VEEQO_KEY],
        easyship_keys=[EASYSHIP_TOKEN, PRODUCTION_TOKEN],
        control_token=control_token,
    )
    world.change_options({"veeqo_search_delay_s": 0.0})
    server = TwinServer(("127.0.0.1", 0), world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield RunningTwin(server)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        world.store.close()
