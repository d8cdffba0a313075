from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from carriers.tests.sandbox.running import RunningTwin, running_twin
from carriers.tests.sandbox.webhook_receiver import Receiver


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[RunningTwin]:
    with running_twin(tmp_path / "twin.sqlite3") as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
