"""The environment, read once and typed.

Every value may also come from a file named by `NAME_FILE` (the way container secrets arrive), and
from a `.env` file at the project's root; the process environment wins. What is missing or cannot
be read is collected in `Environment.problems`, one plain line each, and reported together by the
system checks, so that a wrong start names everything at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import environ

from shipping_project.demo_keys import ensure_demo_keys

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})


@dataclass
class Environment:
    values: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, "")
        path = self.values.get(f"{name}_FILE", "")
        if path:
            value = self._file(name, path)
        return value.strip() or default

    def flag(self, name: str, *, default: bool = False) -> bool:
        word = self.text(name).lower()
        if not word:
            return default
        if word not in TRUE_WORDS | FALSE_WORDS:
            self.problems.append(f"{name} must be 1 or 0, not {word!r}.")
        return word in TRUE_WORDS

    def integer(self, name: str, default: int, *, minimum: int = 0) -> int:
        word = self.text(name)
        if not word:
            return default
        if not word.isdigit() or int(word) < minimum:
            self.problems.append(f"{name} must be a whole number of at least {minimum}.")
            return default
        return int(word)

    def numbers(self, name: str) -> dict[str, int]:
        """Comma-separated `name=number`, by name in small letters."""
        found: dict[str, int] = {}
        for word in self.words(name):
            key, _, number = word.partition("=")
            if not key.strip() or not number.strip().isdigit():
                self.problems.append(f"{name} must list name=number, and {word!r} is none.")
                continue
            found[key.strip().lower()] = int(number)
        return found

    def words(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def secret(self, name: str, *, required: bool, why: str) -> str:
        value = self.text(name)
        if required and not value:
            self.problems.append(f"{name} is not set: {why}")
        return value

    def _file(self, name: str, path: str) -> str:
        try:
            return Path(path).read_text(encoding="utf-8")
        except OSError as exc:
            self.problems.append(f"{name}_FILE cannot be read: {exc.strerror} ({path}).")
            return ""


def load_environment(*, env_file: Path, demo_file: Path) -> Environment:
    """The process environment over `env_file`; in demo mode, made-up keys fill what is missing."""
    _read(env_file)
    environment = Environment(values=dict(os.environ))
    if not environment.flag("DEMO"):
        return environment
    ensure_demo_keys(demo_file, os.environ)
    _read(demo_file)
    return Environment(values=dict(os.environ), problems=environment.problems)


def _read(path: Path) -> None:
    if path.is_file():
        environ.Env.read_env(str(path), overwrite=False)
