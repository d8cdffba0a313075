"""Every route of the API, read from the URL map itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

API = "api/v1/"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is below /api/v1/, with its variables in braces; `action` is of a viewset."""

    method: str
    path: str
    view: Any
    action: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def reads(self) -> bool:
        return self.method == "GET"

    @property
    def is_detail(self) -> bool:
        return self.path.endswith("}")

    @property
    def variables(self) -> list[str]:
        """The names in its path."""
        return re.findall(r"{(\w+)}", self.path)

    def address(self, **values: object) -> str:
        return "/" + API + self.path.format_map(values)


def api_routes() -> list[Route]:
    return [
        Route(
            method.upper(),
            path.removeprefix(API),
            pattern.callback.cls,  # type: ignore[attr-defined]
            getattr(pattern.callback, "actions", {}).get(method, ""),
        )
        for path, pattern in patterns_below(get_resolver().url_patterns, "")
        if path.startswith(API)
        for method in _methods(pattern.callback)
    ]


def _methods(view: Any) -> list[str]:
    actions = getattr(view, "actions", None)
    allowed = [method for method in METHODS if method in view.cls.http_method_names]
    return (
        [method for method in allowed if method in actions]
        if actions
        else [method for method in allowed if hasattr(view.cls, method)]
    )


def patterns_below(patterns: Sequence[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        path = before + _plain(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from patterns_below(pattern.url_patterns, path)
        else:
            yield path, pattern


def _plain(text: str) -> str:
    """Both ways to write a variable, and no anchors."""
    named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", text)
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", named).strip("^").replace("\\Z", "").rstrip("$")
