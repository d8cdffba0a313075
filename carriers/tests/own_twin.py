"""A twin of its own for a test that needs a world other than the demo's."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from carriers.sandbox.server import TwinServer, make_world
from carriers.sandbox.world import DEMO_WORLD


@contextmanager
def twin_of(folder: Path, **changes: Any) -> Iterator[str]:
    """The address of a twin that was seeded from the demo world with `changes`."""
    facts = folder / "world.json"
    facts.write_text(json.dumps(json.loads(DEMO_WORLD.read_text()) | changes))
    world = make_world(
        store=folder / "twin.sqlite3",
        veeqo_keys=["vk-probe"],
        easyship_keys=["ek-probe", "sand_probe="],
        facts=facts,
    )
    server = TwinServer(("127.0.0.1", 0), world)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield world.base_url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        world.store.close()
