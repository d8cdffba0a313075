"""What the clients of both platforms share: how a read, a write and a list are sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

from carriers.contracts import Page
from carriers.errors import UpstreamNotFound, UpstreamRefused, UpstreamUnavailable
from carriers.exchange import CallSpec, HttpAnswer
from carriers.http import PlatformSession

Params = list[tuple[str, str]]
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)
PAGE_SIZE = 100
# A list that has not ended by then has not been read: who looks for a booking must not take
# what was seen so far for everything there is.
MAX_PAGES = 50


class Parser(Protocol[Result_co]):
    def __call__(self, body: Any, *, operation: str) -> Result_co: ...


class PlatformCalls:
    """Calls against one account. Topics inherit this and add one typed method per call."""

    prefix = ""

    def __init__(self, session: PlatformSession, *, label_timeout_s: float) -> None:
        self._session = session
        self._label_timeout_s = label_timeout_s

    def _read(
        self,
        operation: str,
        path: str,
        parse: Parser[Result],
        params: Params | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        spec = self._spec(operation, "GET", path, params=params, timeout_s=timeout_s, is_read=True)
        return self._session.call(spec, partial(_parsed, parse, operation))

    def _ask(
        self, operation: str, path: str, parse: Parser[Result], body: Mapping[str, Any]
    ) -> Result:
        """A question that is asked by POST and changes nothing."""
        spec = self._spec(operation, "POST", path, body=body, is_read=True)
        return self._session.call(spec, partial(_parsed, parse, operation))

    def _write(
        self,
        operation: str,
        method: str,
        path: str,
        parse: Parser[Result],
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> Result:
        spec = self._spec(
            operation, method, path, body=body, headers=headers, timeout_s=timeout_s, is_read=False
        )
        return self._session.call(spec, partial(_parsed, parse, operation))

    def _spec(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        is_read: bool,
        params: Params | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> CallSpec:
        return CallSpec(
            operation=f"{self._session.platform}.{operation}",
            method=method,
            path=self.prefix + path,
            params=tuple(params or ()),
            body=body,
            headers=headers or {},
            timeout_s=timeout_s,
            is_read=is_read,
        )


def nothing(body: Any, *, operation: str) -> None:
    """For calls whose success is all there is to know, with a body or without."""


def rows_of_all(read_page: Callable[[int], Page[Result]]) -> Iterator[Result]:
    """Rows of every page. Raises UpstreamUnavailable when the list does not end."""
    page: int | None = 1
    while page is not None:
        if page > MAX_PAGES:
            raise UpstreamUnavailable(f"The list did not end after {MAX_PAGES} pages.")
        found = _page_or_end(read_page, page)
        yield from found.rows
        page = found.next_page


def _page_or_end(read_page: Callable[[int], Page[Result]], page: int) -> Page[Result]:
    """A page past the end is refused by some lists; that is an end as well."""
    try:
        return read_page(page)
    except UpstreamRefused as exc:
        if page > 1 and (isinstance(exc, UpstreamNotFound) or exc.http_status == 400):
            return Page(rows=(), next_page=None)
        raise


def _parsed(parse: Parser[Result], operation: str, answer: HttpAnswer) -> Result:
    return parse(answer.body, operation=operation)
