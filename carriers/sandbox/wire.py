"""Requests and answers, without a framework between them and the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from carriers.sandbox.world import World

JSON_TYPE = "application/json;charset=utf-8"


class MalformedBody(Exception):
    """The body should be a JSON object and is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Header names are lower case; `params` come from the path pattern.

    `effect` is that of a fault which the handler itself has to play: see `faults.PLAYED`.
    """

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)
    effect: str = ""

    def json(self) -> dict[str, Any]:
        """Raises MalformedBody."""
        if not self.body.strip():
            return {}
        try:
            value = json.loads(self.body, parse_constant=_refuse_constant)
        except ValueError as exc:
            raise MalformedBody(str(exc)) from exc
        if not isinstance(value, dict):
            raise MalformedBody("not an object")
        return value

    def first(self, name: str, default: str = "") -> str:
        values = self.query.get(name, ())
        return values[0] if values else default

    def many(self, name: str) -> list[str]:
        """An array parameter: repeated, with or without brackets, or comma separated."""
        values = [*self.query.get(name, ()), *self.query.get(f"{name}[]", ())]
        return [part for value in values for part in value.split(",") if part]

    def with_params(self, params: Mapping[str, str]) -> Request:
        return replace(self, params=params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, more: Mapping[str, str]) -> Response:
        return replace(self, headers={**self.headers, **more})


def _refuse_constant(name: str) -> None:
    """NaN and the infinities are Python's own and no JSON."""
    raise ValueError(f"{name} is not a number")


class Refusal(Exception):
    """A handler's way to answer at once; nothing it did is kept."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def json_response(
    status: int,
    payload: object,
    headers: Mapping[str, str] | None = None,
    *,
    content_type: str = JSON_TYPE,
) -> Response:
    body = json.dumps(payload, ensure_ascii=False).encode()
    return Response(
        status=status, body=body, headers={"Content-Type": content_type, **(headers or {})}
    )


Handler = Callable[["World", Request], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """`pattern` such as "/orders/{order_id}"; a parameter is one path segment.

    A write is one transaction, unless its handler asks others and says so.
    """

    method: str
    pattern: str
    handler: Handler
    is_atomic: bool = True

    def match(self, path: str) -> dict[str, str] | None:
        found = _compiled(self.pattern).fullmatch(path)
        return found.groupdict() if found else None


_patterns: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str) -> re.Pattern[str]:
    if pattern not in _patterns:
        expression = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(pattern))
        _patterns[pattern] = re.compile(expression)
    return _patterns[pattern]


class Dialect(Protocol):
    """One platform's way of speaking."""

    name: str
    prefix: str
    routes: tuple[Route, ...]

    def refuse(self, world: World, request: Request) -> Response | None:
        """Authentication and limits: the refusal, or None to go on."""

    def recall(self, world: World, request: Request) -> Response | None:
        """The outcome of a request that was made before, where it is known to be the same."""

    def remember(self, world: World, request: Request, response: Response) -> None:
        """Keep an outcome for `recall`."""

    def delay_s(self, world: World, request: Request) -> float:
        """How long the request takes there beyond what every call takes."""

    def too_many(self, world: World) -> Response:
        """The refusal of one request too many."""

    def not_found(self, request: Request) -> Response: ...

    def malformed(self, request: Request, detail: str) -> Response: ...

    def finish(self, request: Request, response: Response) -> Response:
        """Headers that every answer carries."""

    def is_purchase(self, route: Route | None, request: Request) -> bool:
        """Whether the request is to buy labels."""

    def reference_of(self, world: World, request: Request) -> str:
        """The order number that a request is about, or nothing."""

    def tick(self, world: World) -> None:
        """What happens without being asked for."""

    def bookings(self, world: World) -> list[dict[str, Any]]: ...

    def labels(self, world: World) -> list[dict[str, Any]]: ...

    def seed(self, world: World, facts: dict[str, Any]) -> None: ...
