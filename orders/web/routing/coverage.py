"""What is wrong with the rules of a version, and where which of them wins."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.permissions import page_for
from orders.models import RuleSet
from orders.rules.lint import Finding
from orders.rules.lint.coverage import Band, Cell, Coverage
from orders.rules.routing import RouteSnapshot
from orders.services.linting import LintReport, cover_rule_set
from orders.web.routing.common import require_staff
from shipping_project.kernel.errors import AppError

USUAL_CURRENCY = "USD"
TONES = 6
LONGEST_ABBREVIATION = 4
TOLD_FACTS = (("weight_g", "g"), ("value", ""), ("currency", ""), ("postal_code", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding; `place` is of the rule to look at first, counted from 1, and 0 for none."""

    severity: str
    words: str
    names: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridCell:
    """`tone` is one of the chart colours, 0 where nothing wins."""

    winner: str
    others: int
    holes: tuple[str, ...]
    tone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    group: str
    weight: str
    cells: tuple[GridCell, ...]
    is_first: bool


@page_for()
@require_GET
def coverage(request: HttpRequest, version: int) -> HttpResponse:
    """The grid of country group, weight and value."""
    require_staff(request)
    found = get_object_or_404(RuleSet, version=min(version, 2**31 - 1))
    asked = request.GET.get("currency", "").strip().upper() or USUAL_CURRENCY
    if not re.fullmatch("[A-Z]{3}", asked):
        messages.error(request, "Give a currency by its three letters, such as EUR.")
        return redirect("routing-coverage", version=found.version)
    try:
        grid = cover_rule_set(found, currency=asked)
    except AppError as exc:
        messages.error(request, exc.detail)
        return redirect("routing-version", version=found.version)
    tones = _tones(grid)
    context = {
        "rule_set": found,
        "currency": asked,
        "values": [_band_words(band, "") for band in grid.values],
        "rows": _rows(grid, tones),
        "legend": list(tones.items()),
        "weights": len(grid.weights),
    }
    return render(request, "orders/routing/coverage.html", context)


def _tones(grid: Coverage) -> dict[str, int]:
    """A colour for each rule that wins anywhere; they repeat where there are more rules."""
    names = dict.fromkeys(cell.winner for cell in grid.cells if cell.winner)
    return {name: at % TONES + 1 for at, name in enumerate(names)}


def _rows(grid: Coverage, tones: dict[str, int]) -> list[GridRow]:
    cells = {(cell.group, cell.weight, cell.value): cell for cell in grid.cells}
    return [
        GridRow(
            group=_group_words(group),
            weight=_band_words(band, " g"),
            cells=tuple(
                _grid_cell(cells[group, weight, value], tones) for value in range(len(grid.values))
            ),
            is_first=weight == 0,
        )
        for group in grid.groups
        for weight, band in enumerate(grid.weights)
    ]


def _grid_cell(cell: Cell, tones: dict[str, int]) -> GridCell:
    return GridCell(
        winner=cell.winner,
        others=max(len(cell.rules) - 1, 0),
        holes=cell.holes,
        tone=0 if cell.is_hole else tones.get(cell.winner, 0),
    )


def _group_words(group: str) -> str:
    """Short ones are abbreviations."""
    return group if len(group) <= LONGEST_ABBREVIATION else group.replace("_", " ").title()


def _band_words(band: Band, unit: str) -> str:
    if band.high is None:
        return f"above {band.low}{unit}"
    return f"{band.low} to {band.high}{unit}"


def finding_lines(report: LintReport) -> list[FindingLine]:
    return [_finding_line(report, finding) for finding in report.findings]


def _finding_line(report: LintReport, finding: Finding) -> FindingLine:
    return FindingLine(
        severity=finding.severity.value,
        words=finding.words,
        names=tuple(report.book.rules[at].name for at in finding.rules),
        example=_example_words(finding.example) if finding.example else "",
    )


def _example_words(example: RouteSnapshot) -> str:
    place = " ".join(part for part in (example.country, example.region) if part)
    told = [f"to {place or 'anywhere'}"]
    for name, unit in TOLD_FACTS:
        if (fact := example.facts.get(name)) not in (None, ""):
            told.append(f"{name.removesuffix('_g').replace('_', ' ')} {fact}{unit and ' ' + unit}")
    skus = ", ".join(sorted(example.needs))
    return "; ".join([*told, f"of {skus}" if skus else ""]).rstrip("; ")
