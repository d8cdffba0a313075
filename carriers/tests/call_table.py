"""Every call of both clients in one table, put together from the test modules that walk it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import carriers.tests
from carriers.easyship.client import EasyshipClient
from carriers.tests.border import Case
from carriers.veeqo.client import VeeqoClient

CLIENTS: dict[str, type] = {"veeqo": VeeqoClient, "easyship": EasyshipClient}


class Spy:
    """Stands where a client would and notes which of its methods is called."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_args, **_named: self.called.append(name)


def modules_of(platform: str) -> Iterator[ModuleType]:
    """Test modules of a platform that hold cases, under whatever name they were added."""
    for found in iter_modules(carriers.tests.__path__, f"{carriers.tests.__name__}."):
        if found.name.rpartition(".")[2].startswith(f"test_{platform}_"):
            module = import_module(found.name)
            if any(isinstance(case, Case) for case in getattr(module, "CASES", ())):
                yield module


def cases_of(platform: str) -> list[Case]:
    return [case for module in modules_of(platform) for case in module.CASES]


def method_of(case: Case) -> str:
    """The one method of the client that a case calls."""
    spy = Spy()
    case.call(spy)
    (name,) = spy.called
    return name


def public_methods(client: type) -> set[str]:
    return {name for name, _ in getmembers(client, isfunction) if not name.startswith("_")}


def json_cases(platform: str) -> list[Case]:
    """Those whose answer is JSON, and so can be read in more than one way."""
    return [case for case in cases_of(platform) if isinstance(case.answer, dict | list)]


def called_by(platform: str) -> dict[str, list[Any]]:
    """Cases by the method that they call."""
    found: dict[str, list[Any]] = {}
    for case in cases_of(platform):
        found.setdefault(method_of(case), []).append(case)
    return found
