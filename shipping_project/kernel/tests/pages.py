"""Reading the pages as a browser with a strict policy would."""

from __future__ import annotations

import re
from html.parser import HTMLParser

URL_ATTRIBUTES = {
    "href",
    "src",
    "action",
    "formaction",
    "poster",
    "data",
    "srcset",
    "hx-get",
    "hx-post",
}
DATA_BLOCK = "application/json"


class PageReader(HTMLParser):
    """What a page links to, and what its policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.figures: list[tuple[int, str]] = []
        self.refused: list[str] = []
        self.canvases: list[str] = []
        self.ids: list[str] = []
        self.tables = 0
        self._is_inline = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        for name, value in given.items():
            is_foreign = name in URL_ATTRIBUTES and re.match(r"(https?:)?//", value)
            if name == "style" or name.startswith("on") or is_foreign or "javascript:" in value:
                self.refused.append(f"<{tag} {name}={value!r}>")
        has_code = tag == "script" and given.get("type") != DATA_BLOCK and "src" not in given
        if tag == "style" or has_code:
            self.refused.append(f"<{tag}> inline")

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if "data-figure" in given:
            self.figures.append((int(given["data-figure"]), given["href"]))
        if "data-chart" in given:
            self.canvases.append(given["data-chart"])
        if "id" in given:
            self.ids.append(given["id"])
        self.tables += tag == "table"


def read_page(html: bytes) -> PageReader:
    reader = PageReader()
    reader.feed(html.decode())
    return reader
