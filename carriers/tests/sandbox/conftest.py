from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from carriers.tests.sandbox.running import RunningTwin, running_twin


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[RunningTwin]:
    with running_twin(tmp_path / "twin.sqlite3") as running:
        yield running
