"""How Easyship 2024-09 lists: named envelopes whose `meta` says which page is next."""

from __future__ import annotations

from typing import TypeVar

from carriers.client_base import PAGE_SIZE, Params, Parser, PlatformCalls
from carriers.contracts import Page

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
        return self._read(operation, path, parse, [*(params or []), *paging])
