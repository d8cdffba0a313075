"""What can be measured: each module of an app's `bench` package that holds a `BENCH`."""

from __future__ import annotations

import pkgutil
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """`figures` become one JSON line; not `is_fine` is an exit code of 1."""

    figures: Mapping[str, object]
    is_fine: bool = True


def _no_arguments(parser: ArgumentParser) -> None:
    """Most have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """`run` finds empty stores that nothing prepared yet; `port` in its options is a free one."""

    name: str
    words: str
    run: Callable[[Options], Measured]
    add_arguments: Callable[[ArgumentParser], None] = _no_arguments


def all_benches() -> dict[str, Bench]:
    """By name. Raises ValueError for a name that two have."""
    found: dict[str, Bench] = {}
    for bench in _declared():
        if bench.name in found:
            raise ValueError(f"two benches are named {bench.name}")
        found[bench.name] = bench
    return dict(sorted(found.items()))


def _declared() -> list[Bench]:
    benches: list[Bench] = []
    for app in apps.get_app_configs():
        if app.module is None or not module_has_submodule(app.module, "bench"):
            continue
        package = import_module(f"{app.name}.bench")
        for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            bench = getattr(import_module(one.name), "BENCH", None)
            benches += [bench] if isinstance(bench, Bench) else []
    return benches
