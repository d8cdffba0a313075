"""Pieces of the page: tables, badges, moments, the controls of options."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from carriers.sandbox.option_texts import TEXTS
from carriers.sandbox.world import CHOICES, Options

# A page is for looking; the report has them all.
MOST_ROWS = 100
GROUPS = (("Veeqo", "veeqo_"), ("Easyship", "easyship_"), ("Both platforms", ""))


def rows_shown(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Newest first."""
    return rows[::-1][:MOST_ROWS]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML. A head that begins with "#" is over numbers."""
    body = "".join(f"<tr>{''.join(map(_cell, heads, row))}</tr>" for row in rows)
    if not body:
        return '<p class="muted">None so far.</p>'
    titles = "".join(f'<th scope="col"{_class(head)}>{head.lstrip("#")}</th>' for head in heads)
    return (
        f'<div class="scroll"><table><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(head: str, content: str) -> str:
    return f"<td{_class(head)}>{content}</td>"


def _class(head: str) -> str:
    return ' class="num"' if head.startswith("#") else ""


def badge(text: str, kind: str) -> str:
    return f'<span class="tag {kind}">{html.escape(text)}</span>'


def code(text: str) -> str:
    return f"<code>{html.escape(text)}</code>"


def moment(text: str) -> str:
    """To the second, on one line."""
    return f'<span class="nowrap">{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}</span>'


def options(current: Options) -> str:
    """One table for each platform and one for both."""
    rest = asdict(current)
    tables = []
    for title, prefix in GROUPS:
        mine = {name: rest.pop(name) for name in list(rest) if name.startswith(prefix)}
        rows = "".join(_option(name, value) for name, value in mine.items())
        tables.append(f"<table><caption>{title}</caption><tbody>{rows}</tbody></table>")
    # What is of both comes first and beside the shorter of the two.
    return f"<div>{tables[2]}{tables[1]}</div><div>{tables[0]}</div>"


def _option(name: str, value: Any) -> str:
    changed = " changed" if value != getattr(Options(), name) else ""
    return (
        f'<tr class="option{changed}"><td><code>{name}</code>'
        f'<br><span class="muted" id="about-{name}">{html.escape(TEXTS.get(name, ""))}</span></td>'
        f"<td>{_control(name, value)}</td></tr>"
    )


def _control(name: str, value: Any) -> str:
    told = f'data-option="{name}" aria-label="{name}" aria-describedby="about-{name}"'
    if name in CHOICES:
        kind = ' data-kind="json"' if isinstance(value, int) else ""
        choices = "".join(_choice(choice, value) for choice in CHOICES[name])
        return f"<select {told}{kind}>{choices}</select>"
    if isinstance(value, bool):
        return f'<input type="checkbox" {told}{" checked" if value else ""}>'
    if isinstance(value, str):
        return f'<input {told} value="{html.escape(value)}">'
    step = "any" if isinstance(value, float) else "1"
    return f'<input type="number" {told} value="{value:g}" min="0" step="{step}">'


def _choice(choice: object, value: object) -> str:
    return f"<option{' selected' if choice == value else ''}>{html.escape(str(choice))}</option>"
