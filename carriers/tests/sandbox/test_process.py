"""The twin as a process of its own: started, stopped, killed, asked by many at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from carriers.tests.sandbox import easyship_bodies as bodies

ROOT = Path(__file__).resolve().parents[3]
KEYS = {"VEEQO_API_KEY": "vk-1,vk-2", "EASYSHIP_API_TOKEN": "ek-1"}
# Far above what it takes; a twin that hangs fails here.
PATIENCE_S = 20.0
APPLICATION = (
    "django",
    "requests",
    "accounts",
    "catalog",
    "inventory",
    "orders",
    "shipping_project",
)


class TwinProcess:
    def __init__(self, store: Path, *arguments: str, port: int = 0) -> None:
        self.port = port or free_port()
        command = [sys.executable, "-m", "carriers.sandbox", "--store", str(store)]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *arguments],
            cwd=ROOT,
            env=bare_environment() | KEYS,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline().strip()

    def __enter__(self) -> TwinProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_S)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        headers = {"Authorization": "Bearer ek-1", "x-api-key": "vk-2"}
        url = f"http://127.0.0.1:{self.port}{path}"
        more.setdefault("timeout", PATIENCE_S)
        return requests.request(method, url, json=body, headers=headers, **more)


def bare_environment() -> dict[str, str]:
    """No settings module, no keys of the application."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def process(tmp_path: Path) -> Iterator[TwinProcess]:
    with TwinProcess(tmp_path / "twin.sqlite3") as running:
        yield running


def test_it_runs_without_the_application(process: TwinProcess) -> None:
    assert process.ready == f"sandbox ready on http://127.0.0.1:{process.port}"
    assert process.ask("GET", "/current_company").status_code == 200
    assert process.ask("GET", "/2024-09/account").status_code == 200


def test_it_loads_nothing_of_the_application() -> None:
    code = (
        "import sys, json, carriers.sandbox.__main__;"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )

    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=bare_environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert not set(APPLICATION) & set(json.loads(told.stdout))


def test_without_keys_it_says_which(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "carriers.sandbox", "--store", str(tmp_path / "twin.sqlite3")],
        cwd=ROOT, env=bare_environment(), capture_output=True, text=True, timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip

    assert told.returncode == 1
    assert told.stderr.startswith("Set VEEQO_API_KEY and EASYSHIP_API_TOKEN")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_even_while_an_answer_is_held(
    process: TwinProcess, number: signal.Signals
) -> None:
    fault = {"method": "GET", "path": "/tags", "effect": "hold_after", "seconds": 60}
    process.ask("POST", "/__twin__/faults", fault)
    with pytest.raises(requests.exceptions.ReadTimeout):
        process.ask("GET", "/tags", timeout=0.3)
    begun = time.monotonic()

    process.process.send_signal(number)

    assert process.process.wait(timeout=PATIENCE_S) == 0
    assert time.monotonic() - begun < 3


def test_a_killed_twin_keeps_everything(tmp_path: Path) -> None:
    store = tmp_path / "twin.sqlite3"
    fault = {"method": "GET", "path": "/tags", "effect": "error_before", "times": 2}
    with TwinProcess(store) as first:
        first.ask("POST", "/__twin__/faults", fault)
        first.ask("GET", "/tags")
        first.ask("PATCH", "/__twin__/options", {"latency_ms": 1})
        first.ask("POST", "/__twin__/clock", {"advance_seconds": 3600})
        sold = first.ask("POST", "/2024-09/shipments", bodies.bought_now()).json()["shipment"]
        before = first.ask("GET", "/__twin__/report").json()
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(timeout=PATIENCE_S)

    with TwinProcess(store) as second:
        after = second.ask("GET", "/__twin__/report").json()
        kept = second.ask("GET", f"/2024-09/shipments/{sold['easyship_shipment_id']}").json()
        faults = second.ask("GET", "/__twin__/faults").json()["faults"]
        options = second.ask("GET", "/__twin__/options").json()
        clock = second.ask("GET", "/__twin__/clock").json()
        statuses = [second.ask("GET", "/tags").status_code for _ in range(2)]

    assert after["labels"] == before["labels"]
    assert after["bookings"] == before["bookings"]
    assert after["by_route"] == before["by_route"]
    assert kept["shipment"]["trackings"] == sold["trackings"]
    assert faults[0]["times"] == 1
    assert (options["latency_ms"], clock["offset_seconds"]) == (1, 3600)
    assert statuses == [500, 200]


def test_killed_in_the_middle_it_holds_what_it_answered(tmp_path: Path) -> None:
    store = tmp_path / "twin.sqlite3"
    answered: list[str] = []

    def book(number: int) -> None:
        try:
            answer = first.ask("POST", "/2024-09/shipments", bodies.bought_now(f"KS-{number}"))
        except requests.exceptions.RequestException:
            return
        answered.append(answer.json()["shipment"]["easyship_shipment_id"])

    with TwinProcess(store) as first, ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(book, number) for number in range(60)]
        while len(answered) < 10:
            time.sleep(0.005)
        first.process.send_signal(signal.SIGKILL)
        for job in jobs:
            job.result()

    with TwinProcess(store) as second:
        told = second.ask("GET", "/__twin__/report").json()

    sold = {label["booking_id"] for label in told["labels"]}
    assert set(answered) <= sold
    assert sold == {booking["id"] for booking in told["bookings"]}
    references = [label["reference"] for label in told["labels"]]
    assert len(references) == len(set(references))


def test_reset_forgets(tmp_path: Path) -> None:
    store = tmp_path / "twin.sqlite3"
    with TwinProcess(store) as first:
        first.ask("POST", "/2024-09/shipments", bodies.shipment())

    with TwinProcess(store, "--reset") as second:
        told = second.ask("GET", "/__twin__/report").json()

    assert told["bookings"] == []


def test_many_clients_at_once_are_all_answered(process: TwinProcess) -> None:
    def ask(number: int) -> int:
        body = bodies.bought_now(f"KS-{number}")
        return process.ask("POST", "/2024-09/shipments", body).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(ask, range(60)))

    labels = process.ask("GET", "/__twin__/report").json()["labels"]
    assert statuses == [201] * 60
    assert len({label["tracking_number"] for label in labels}) == 60


def test_a_request_that_cannot_be_read_closes_the_connection(process: TwinProcess) -> None:
    with socket.create_connection(("127.0.0.1", process.port), timeout=PATIENCE_S) as raw:
        raw.sendall(b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n")
        told = b"".join(iter(lambda: raw.recv(4096), b""))

    assert told.startswith(b"HTTP/1.1 413 ")
    assert process.ask("GET", "/tags").status_code == 200
