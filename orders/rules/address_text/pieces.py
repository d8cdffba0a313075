"""A record before it is read: its cells or lines, each with the field that its label names."""

from __future__ import annotations

from dataclasses import dataclass, field

from orders.rules import countries
from orders.rules.addresses import Finding, warning


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell of a row or a line of a block; `field` is "" where no label says what it is."""

    text: str
    field: str = ""
    is_cell: bool = False


@dataclass(slots=True)
class Sheet:
    """What was read so far. A field is filled once; what comes later is said, never dropped."""

    fields: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def put(self, name: str, text: str) -> None:
        if not text:
            return
        if self.fields.get(name, text) != text:
            self.leave(name, text)
        else:
            self.fields[name] = text

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def doubt(self, name: str, code: str, message: str) -> None:
        self.findings.append(warning(name, code, message))

    def leave(self, name: str, text: str) -> None:
        """Words without a place: quoted, on the field where they most likely belong."""
        self.doubt(name, "text.unplaced", f"Could not be placed: \u201c{text}\u201d.")


@dataclass(slots=True)
class Part:
    """Words of a piece between commas; `text` shrinks as they are recognised."""

    text: str
    piece: int
    is_place: bool = False


def live(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.text]


def is_ambiguous(text: str) -> bool:
    """A word for a country that is also a state, such as CA, DE or Georgia."""
    return any(countries.state_code(country, text) for country in ("US", "CA", "AU"))
