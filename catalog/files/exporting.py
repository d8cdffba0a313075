"""Products as CSV or XLSX, row by row, in the columns that an import understands."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from catalog.fields import codes_text
from catalog.files.cells import safe
from catalog.files.columns import COLUMNS, NAMES, OF_PRODUCT, PRODUCT_TITLE
from catalog.files.imports import failed_rows
from catalog.models import Sellable
from shipping_project.jobs.models import Job

READ_AT_ONCE = 500
KEPT_IN_MEMORY = 1_048_576
# More than one sheet holds.
MOST_IN_A_SHEET = 1_048_575


class _Line:
    """A file for csv that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def product_rows(rows: QuerySet[Sellable]) -> Iterator[list[str]]:
    """Headings first. One statement for some hundred rows, however many there are."""
    yield [column.label for column in COLUMNS]
    for sellable in rows.select_related("product").order_by("pk").iterator(READ_AT_ONCE):
        yield [_text(sellable, name) for name in NAMES]


def failed_table(job: Job) -> Iterator[list[str]]:
    """The rows that were refused as they came, each with what is wrong with it."""
    headings: list[str] = list(job.options["headings"])
    yield [*headings, "Row", "What is wrong"]
    for item, cells in failed_rows(job):
        words = "; ".join(f"{one['field']}: {one['message']}".strip(": ") for one in item.faults)
        yield [*(cells.get(name, "") for name in headings), str(item.position), words]


def as_csv(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def as_xlsx(rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """Cells are texts, whatever they begin with. Raises no error for long lists: they are cut."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Products")
    for number, row in enumerate(rows):
        if number > MOST_IN_A_SHEET:
            break
        sheet.append([_cell(sheet, text) for text in row])
    file: IO[bytes] = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 # outlives this
    book.save(file)
    file.seek(0)
    return file


def _cell(sheet: Any, text: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def _text(sellable: Sellable, name: str) -> str:
    if name == PRODUCT_TITLE:
        return str(sellable.product.title)
    value = getattr(sellable.product if name in OF_PRODUCT else sellable, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return codes_text(value) if isinstance(value, dict) else str(value)
