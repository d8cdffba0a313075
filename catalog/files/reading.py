"""CSV and XLSX files as rows of text, read as they come; memory does not grow with the file."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import TextIOWrapper
from typing import IO, Any

from django.conf import settings
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from rest_framework.exceptions import ParseError

from catalog.files.cells import LONGEST_CELL, unguarded
from shipping_project.jobs.services import NewRow
from shipping_project.kernel.errors import AppError, FieldError, InvalidInput

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_COLUMNS = 100
LONGEST_HEADING = 100
# A workbook keeps its texts beside the sheet, where they are read whole.
MOST_UNPACKED = 268_435_456
MOST_SHARED = 67_108_864
SHARED = "xl/sharedStrings.xml"
UNREADABLE = "This row has more cells than there are columns, or holds a NUL character."


class TooManyRows(AppError):
    code = "rows.too_many"
    status = 413
    title = "There are too many rows"


class Table:
    """Headings, and then the rows once. Raises InvalidInput or ParseError for what is no table."""

    def __init__(self, content: IO[bytes], *, is_xlsx: bool) -> None:
        self._rows = _xlsx(content) if is_xlsx else _csv(content)
        _, first = next(self._rows, (0, []))
        self.headings = _headings(first)

    def rows(self) -> Iterator[NewRow]:
        """Each as its cells by heading; raises TooManyRows while it is read."""
        count = 0
        for number, cells in self._rows:
            if not any(cells):
                continue
            count += 1
            if count > settings.BULK_ROWS:
                raise TooManyRows(f"Send at most {settings.BULK_ROWS} rows in one go.")
            yield _row(number, cells, self.headings)


def _headings(cells: Sequence[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    faults = []
    if not cells:
        faults.append(("", "heading.none", "The first row must hold the headings."))
    if len(cells) > MOST_COLUMNS:
        faults.append(("", "heading.too_many", f"Send at most {MOST_COLUMNS} columns."))
    for heading in dict.fromkeys(cells):
        if not heading or len(heading) > LONGEST_HEADING or "\x00" in heading:
            words = f"Give each column a heading of at most {LONGEST_HEADING} characters."
            faults.append((heading[:60], "heading.unfit", words))
        elif list(cells).count(heading) > 1:
            faults.append((heading[:60], "heading.doubled", "Two columns have this heading."))
    if faults:
        raise InvalidInput(
            errors=[
                FieldError(field=field, code=code, message=words) for field, code, words in faults
            ]
        )
    return list(cells)


def _row(number: int, cells: Sequence[str], headings: Sequence[str]) -> NewRow:
    extra = any(cells[len(headings) :])
    if extra or any("\x00" in cell for cell in cells):
        fault = FieldError(field="", code="row.unreadable", message=UNREADABLE)
        return NewRow(number, fault=fault)
    padded = [*cells, *[""] * len(headings)]
    return NewRow(number, dict(zip(headings, padded, strict=False)))


def _csv(content: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """With commas, semicolons or tabs, whichever the first line has most of."""
    text = TextIOWrapper(content, encoding="utf-8-sig", newline="")
    try:
        first = text.readline(100_000)
        separator = max(",;\t", key=first.count)
        text.seek(0)
        reader = csv.reader(text, delimiter=separator, strict=True)
        for cells in reader:
            yield reader.line_num, [_cell(cell) for cell in cells]
    except UnicodeDecodeError:
        raise ParseError("The file is not UTF-8 text.") from None
    except csv.Error as exc:
        raise ParseError(f"The file is no CSV: {exc}.") from None


def _xlsx(content: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """The first sheet, by its stored values: formulas are not worked out."""
    _check_size(content)
    try:
        book = load_workbook(content, read_only=True, data_only=True, keep_links=False)
        rows: Iterable[tuple[Any, ...]] = book.worksheets[0].iter_rows(values_only=True)
        for number, cells in enumerate(rows, start=1):
            yield number, [_cell(_plain(cell)) for cell in cells[: MOST_COLUMNS + 1]]
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError) as exc:
        raise ParseError(f"The file is no XLSX workbook: {type(exc).__name__}.") from None


def _check_size(content: IO[bytes]) -> None:
    """Before anything of it is unpacked."""
    try:
        with zipfile.ZipFile(content) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile:
        raise ParseError("The file is no XLSX workbook.") from None
    shared = sum(part.file_size for part in parts if part.filename == SHARED)
    if sum(part.file_size for part in parts) > MOST_UNPACKED or shared > MOST_SHARED:
        raise ParseError("The workbook is too large; send it as CSV.")
    content.seek(0)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Spreadsheets keep every number so: a barcode has no decimals.
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)


def _cell(text: str) -> str:
    return unguarded(text.strip())[:LONGEST_CELL]
