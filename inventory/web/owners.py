"""Whose rows a form is about, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest

from accounts.principals import may_enter
from accounts.web import owners
from accounts.web.owners import organizations_for as organizations_for
from accounts.web.owners import owner_of as owner_of
from inventory.models import Warehouse
from inventory.rules.sku_lines import SkuLine, UnreadableLine, read_lines
from shipping_project.kernel.errors import FieldError, InvalidInput

Done = TypeVar("Done")
LONGEST_NUMBER = 9


def warehouses_for(request: HttpRequest) -> list[Warehouse]:
    """Active ones, of those that the person is not kept out of."""
    rows = Warehouse.objects.filter(is_active=True).order_by("code")
    return [row for row in rows if may_enter(request.user, row.code)]


def lines_in(request: HttpRequest, name: str = "lines") -> tuple[SkuLine, ...]:
    """Raises InvalidInput for text that cannot be read."""
    try:
        return read_lines(request.POST.get(name, ""))
    except UnreadableLine as exc:
        fault = FieldError(field=name, code="line.unreadable", message=str(exc))
        raise InvalidInput(errors=[fault]) from exc


def text_in(request: HttpRequest, name: str, longest: int = 200) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:longest]


def told(request: HttpRequest, do: Callable[[], tuple[Done, str]]) -> Done | None:
    """What came of it is shown on the next page; None where it was refused."""
    made: list[Done] = []

    def carry_out() -> str:
        done, words = do()
        made.append(done)
        return words

    return made[0] if owners.told(request, carry_out) else None


def number_in(request: HttpRequest, name: str) -> int:
    """Nought where there is none."""
    text = request.POST.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 0
