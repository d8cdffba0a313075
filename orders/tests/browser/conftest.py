"""A whole installation of processes for the browser, on a store and ports of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.conf import settings

MANAGE = (sys.executable, str(settings.BASE_DIR / "manage.py"))
READY_WITHIN_S = 60.0
# All migrations, on a machine that does much else.
MANAGED_WITHIN_S = 300.0
# A worker finishes the command in hand before it goes.
PATIENCE_S = 15.0


class Installation:
    """Web, worker and twin as an operator starts them; nothing is shared with this process."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.web_port, self.twin_port = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        inherited = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR")
        self._env = {name: os.environ[name] for name in inherited if name in os.environ} | {
            "STATE_DIR": str(state),
            "ENV_FILE": os.devnull,
            "DEMO": "1",
            "SECRET_KEY": "browser-tests-only-" + "0123456789" * 5,
            "VEEQO_API_KEY": "vk-browser",
            "EASYSHIP_API_TOKEN": "ek-browser",
            "SANDBOX_PORT": str(self.twin_port),
            "PYTHONUNBUFFERED": "1",
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def fill(self) -> None:
        """The tables with the people and goods of the demonstration."""
        self._manage("migrate", "-v0")
        self._manage("seed_demo", "--without-orders")

    def start(self, prepared: str = "") -> None:
        """`prepared` is Python that runs before any worker does."""
        if prepared:
            self.run(prepared)
        gunicorn = (sys.executable, "-m", "gunicorn", "shipping_project.wsgi")
        self._spawn("twin", *MANAGE, "sandbox")
        self._spawn(
            "web",
            *gunicorn,
            *("--bind", f"127.0.0.1:{self.web_port}", "--threads", "4"),
            *("--chdir", str(settings.BASE_DIR)),
        )
        self._spawn("worker", *MANAGE, "qcluster")
        self._wait(f"{self.url}/healthz")
        self._wait(f"http://127.0.0.1:{self.twin_port}/__twin__/health")

    def stop(self) -> None:
        """TERM to every leader, then KILL to whatever is left of its group."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        stop_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < stop_at and any(p.poll() is None for p in self._processes):
            time.sleep(0.1)
        for process in self._processes:
            _kill_group(process)

    def logs(self) -> str:
        """What every process said, the end of each."""
        texts = [
            f"--- {path.stem}\n{path.read_text(encoding='utf-8', errors='replace')[-4000:]}"
            for path in sorted(self.state.glob("*.log"))
        ]
        return "\n".join(texts)

    def run(self, code: str) -> None:
        """Python in the installation, for rows that would take minutes to come about."""
        self._manage("shell", "-v0", "-c", code)

    def _manage(self, *words: str) -> None:
        done = subprocess.run(
            [*MANAGE, *words],
            env=self._env,
            capture_output=True,
            text=True,
            timeout=MANAGED_WITHIN_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def _spawn(self, name: str, *command: str) -> None:
        with (self.state / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append(process)

    def _wait(self, url: str) -> None:
        stop_at = time.monotonic() + READY_WITHIN_S
        while not _answers(url):
            assert time.monotonic() < stop_at, f"{url} does not answer\n{self.logs()}"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that is filled once, and copied for each installation."""
    first = Installation(tmp_path_factory.mktemp("filled"))
    first.fill()
    return first.state


@pytest.fixture(scope="module")
def installation(
    request: pytest.FixtureRequest, filled: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One for each module, begun with what its `PREPARED` says."""
    state = tmp_path_factory.mktemp("installation")
    shutil.copytree(filled, state, dirs_exist_ok=True)
    running = Installation(state)
    try:
        running.start(getattr(request.module, "PREPARED", ""))
        yield running
    finally:
        running.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test brings the words of the processes along."""
    report = yield
    running = getattr(item, "funcargs", {}).get("installation")
    if report.failed and isinstance(running, Installation):
        report.sections.append(("processes", running.logs()))
    return report


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
