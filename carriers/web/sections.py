"""Sections of the platforms page that apps above fill; they register, and the page only asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Section:
    """`template` is included with `rows`, which `read` fetches anew for each page."""

    template: str
    read: Callable[[], Sequence[object]]

    @property
    def rows(self) -> Sequence[object]:
        return self.read()


_sections: list[Section] = []


def register_section(section: Section) -> None:
    _sections.append(section)


def sections() -> tuple[Section, ...]:
    return tuple(_sections)
