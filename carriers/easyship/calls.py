"""How Easyship 2024-09 lists: named envelopes whose `meta` says which page is next."""

from __future__ import annotations

from typing import Any, TypeVar

from carriers.client_base import PAGE_SIZE, Params, Parser, PlatformCalls
from carriers.contracts import Page
from carriers.easyship.parse import NAME
from carriers.errors import malformed

Row = TypeVar("Row")


class EasyshipCalls(PlatformCalls):
    prefix = "/2024-09"

    def _page(
        self,
        operation: str,
        path: str,
        parse: Parser[Page[Row]],
        page: int,
        params: Params | None = None,
    ) -> Page[Row]:
        paging = [("page", str(page)), ("per_page", str(PAGE_SIZE))]
        return self._read(operation, path, _onward(parse, page), [*(params or []), *paging])


def _onward(parse: Parser[Page[Row]], page: int) -> Parser[Page[Row]]:
    """A list that names a page it has been through would be read for ever."""

    def read(body: Any, *, operation: str) -> Page[Row]:
        found = parse(body, operation=operation)
        if found.next_page is not None and found.next_page <= page:
            raise malformed(NAME, operation, f"$.meta.pagination.next after {page}")
        return found

    return read
