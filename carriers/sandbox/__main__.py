"""`python -m carriers.sandbox`: the twin on its own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from carriers.sandbox.server import make_world, serve
from carriers.sandbox.world import DEMO_WORLD


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    veeqo, easyship = _keys("VEEQO_API_KEY"), _keys("EASYSHIP_API_TOKEN")
    if not (veeqo and easyship):
        sys.exit("Set VEEQO_API_KEY and EASYSHIP_API_TOKEN: the keys that the twin accepts.")
    options.store.parent.mkdir(parents=True, exist_ok=True)
    if options.reset:
        for leftover in options.store.parent.glob(f"{options.store.name}*"):
            leftover.unlink()
    world = make_world(
        store=options.store,
        veeqo_keys=veeqo,
        easyship_keys=easyship,
        control_token=os.environ.get("SANDBOX_CONTROL_TOKEN", ""),
        facts=options.world,
    )
    serve(world, options.host, options.port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8901)
    parser.add_argument("--store", type=Path, default=Path("var/sandbox.sqlite3"))
    parser.add_argument("--world", type=Path, default=DEMO_WORLD)
    parser.add_argument("--reset", action="store_true", help="forget everything first")
    return parser


def _keys(name: str) -> list[str]:
    return [key.strip() for key in os.environ.get(name, "").split(",") if key.strip()]


if __name__ == "__main__":
    main()
