"""Every way in which one thing of a JSON body can be other than it was promised."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from carriers.readers import decimal_of, moment_of

# Where a value stands: keys and places in lists, from the top.
Path = tuple[str | int, ...]
DROPPED = object()
DEEP: Any = {}
for _ in range(200):
    DEEP = [DEEP]

# What no promise covers; each stands in for each value once.
STRANGE: dict[str, Any] = {
    "null": None,
    "no text": "",
    "blanks": "  ",
    "a text": "never heard of",
    "a NUL": "nul\x00nul",
    "half a character": "half \ud800",
    "true": True,
    "false": False,
    "zero": 0,
    "below zero": -1,
    "a huge number": 10**40,
    "a huge number in a text": "1e999999999",
    "a tiny number in a text": "1e-999999999",
    "a fraction": 0.1,
    "no number": float("nan"),
    "infinite": float("-inf"),
    "many digits in a text": "9" * 5000,
    "other digits": "²",
    "a year too far": "0000-13-45T99:99:99Z",
    "a day before all days": "0001-01-01T00:00:00+14:00",
    "an object": {},
    "an object of another kind": {"value": {"tracking_number": None}, "id": [1]},
    "a tracking number as an object": {"id": 7, "tracking_number": "1ZTEST", "status": "new"},
    "a list": [],
    "a list of anything": [None, 1, "text", [], {}, {"id": None}],
    "a deep nest": DEEP,
}


@dataclass(frozen=True, kw_only=True)
class Mutation:
    """`body` is the sample but for what stands at `path`."""

    how: str
    path: Path
    body: Any

    def __str__(self) -> str:
        return f"{name_of(self.path)}: {self.how}"


def name_of(path: Path) -> str:
    """Such as "available[].name"; which place in a list it was does not matter."""
    text = "".join("[]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def paths_of(body: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below the top, parents first."""
    pairs: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(body, dict):
        pairs = iter(body.items())
    elif isinstance(body, list):
        pairs = iter(enumerate(body))
    for step, inner in pairs:
        yield (*path, step)
        yield from paths_of(inner, (*path, step))


def value_at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def replaced(body: Any, path: Path, value: Any) -> Any:
    """A copy with `value` at `path`, or without it; what is beside the path is shared."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    changed = copy.copy(body)
    if not rest and value is DROPPED:
        del changed[step]
    else:
        changed[step] = replaced(body[step], rest, value)
    return changed


class Noting(dict[str, Any]):
    """An object that notes which of its keys are looked at, in it and below it."""

    def __init__(self, value: dict[str, Any], path: Path, seen: set[Path]) -> None:
        super().__init__({key: noting(value[key], (*path, key), seen) for key in value})
        self._path, self._seen = path, seen

    def get(self, key: str, default: Any = None) -> Any:
        self._seen.add((*self._path, key))
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._seen.add((*self._path, key))
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._seen.add((*self._path, str(key)))
        return super().__contains__(key)


def noting(value: Any, path: Path, seen: set[Path]) -> Any:
    if isinstance(value, dict):
        return Noting(value, path, seen)
    if isinstance(value, list):
        return [noting(inner, (*path, place), seen) for place, inner in enumerate(value)]
    return value


def read_paths(body: Any, read: Callable[[Any], object]) -> list[Path]:
    """Places that `read` looks at: what stands at any other cannot change what it makes of it."""
    seen: set[Path] = set()
    read(noting(body, (), seen))
    return [
        path
        for path in paths_of(body)
        if all(path[: n + 1] in seen for n, step in enumerate(path) if isinstance(step, str))
    ]


def drops(body: Any, paths: Iterable[Path]) -> Iterator[Mutation]:
    """Each key is missing once."""
    for path in paths:
        if isinstance(path[-1], str):
            yield Mutation(how="missing", path=path, body=replaced(body, path, DROPPED))


def swaps(body: Any, paths: Iterable[Path]) -> Iterator[Mutation]:
    """Each value, and the whole, is each strange thing once."""
    for path in ((), *paths):
        for how, value in STRANGE.items():
            yield Mutation(how=how, path=path, body=replaced(body, path, value))


def rewritten(
    body: Any, paths: Iterable[Path], how: str, rewrite: Callable[[Any], Any]
) -> Iterator[Mutation]:
    """Each value that `rewrite` has another form for is in that form once."""
    for path in paths:
        value = value_at(body, path)
        other = rewrite(value)
        if other is not value:
            yield Mutation(how=how, path=path, body=replaced(body, path, other))


def as_text(value: Any) -> Any:
    """A number as a text."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


def with_more(value: Any) -> Any:
    """An object with keys that nobody has heard of."""
    return value | {"unheard_of": {"id": 1}, "": None} if isinstance(value, dict) else value


def as_word(value: Any) -> Any:
    """A word that no list of words holds."""
    is_word = isinstance(value, str) and decimal_of(value) is None and moment_of(value) is None
    return "unheard_of" if is_word else value
