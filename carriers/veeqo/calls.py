"""How Veeqo lists: bare arrays, with the number of pages in a header of some lists only."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from carriers.client_base import PAGE_SIZE, Params, Parser, PlatformCalls
from carriers.contracts import Page
from carriers.exchange import HttpAnswer
from carriers.readers import whole_of

Row = TypeVar("Row")


class VeeqoCalls(PlatformCalls):
    def _page(
        self,
        operation: str,
        path: str,
        parse: Parser[tuple[Row, ...] | Page[Row]],
        page: int,
        params: Params | None = None,
    ) -> Page[Row]:
        """`page_size` is always sent, because the default differs from what is documented."""
        paging = [("page", str(page)), ("page_size", str(PAGE_SIZE))]
        spec = self._spec(operation, "GET", path, params=[*(params or []), *paging], is_read=True)

        def read(answer: HttpAnswer) -> Page[Row]:
            rows = parse(answer.body, operation=operation)
            found = rows if isinstance(rows, Page) else Page(rows=rows)
            return replace(
                found,
                next_page=_next_page(answer, page),
                total=_count(answer, "X-Total-Count"),
            )

        return self._session.call(spec, read)


def _next_page(answer: HttpAnswer, page: int) -> int | None:
    """By the page count where there is one; else a page that is not full is the last."""
    pages = _count(answer, "X-Total-Pages-Count")
    if pages is not None:
        return page + 1 if page < pages else None
    return page + 1 if len(answer.body) >= PAGE_SIZE else None


def _count(answer: HttpAnswer, header: str) -> int | None:
    text = answer.headers.get(header, "")
    return whole_of(text) if text.isdecimal() else None
