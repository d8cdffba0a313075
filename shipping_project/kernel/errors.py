"""The tree of errors that the application raises on purpose.

Each class has a stable `code` for programs, an HTTP `status`, and a `title`; the message is for
people and says what to do. Anything else that is raised is a bug and answers 500 without detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One faulty field: its path in the request ("lines[0].sku"), a stable code, the cure."""

    field: str
    code: str
    message: str


class AppError(Exception):
    """Root of all expected errors."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request cannot be carried out"

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)


class InvalidInput(AppError):
    """The request names values that cannot be used; `errors` lists every one."""

    code = "invalid_input"
    status = 422
    title = "Some fields need correcting"


class NotFound(AppError):
    code = "not_found"
    status = 404
    title = "There is nothing here under this name"


class Conflict(AppError):
    code = "conflict"
    status = 409
    title = "The record is in another state than this action needs"


class StateChanged(Conflict):
    """A compare-and-swap lost: somebody else moved the record first."""

    code = "state_changed"
    title = "The record moved on meanwhile"
