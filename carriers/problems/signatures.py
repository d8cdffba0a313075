"""Texts of one kind as one: what is left of a refusal without what differs from case to case."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from carriers.redact import EMAIL, HIDDEN

MAX_PATTERN = 300
MAX_EXAMPLE = 500
MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
# An apostrophe inside a word ("can't") opens no quotation.
QUOTED = re.compile(r'"[^"]*"|“[^”]*”|`[^`]*`|(?<!\w)[\'‘][^\'’]*[\'’](?!\w)')
PHONE = re.compile(r"\+?\d[\d\s().-]{5,}\d")
URL = re.compile(r"https?://\S+")
STEPS = (
    (URL, "<url>"),
    (EMAIL, "<mail>"),
    (QUOTED, "<text>"),
    (
        re.compile(r"\b\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?)?"),
        "#",
    ),
    (re.compile(rf"\b\d{{1,2}} {MONTHS} \d{{4}}\b|\b{MONTHS} \d{{1,2}},? \d{{4}}\b"), "#"),
    # A numbered name ("line_1") keeps its name.
    (re.compile(r"\b([a-z]+(?:_[a-z]+)*_)\d{1,2}\b"), r"\1#"),
    # Ids, amounts and numbers: whatever holds a digit.
    (re.compile(r"\b[\w.:/-]*\d[\w.:/-]*"), "#"),
)


@dataclass(frozen=True, slots=True)
class Signature:
    """`pattern` to read, `digest` to group by."""

    pattern: str
    digest: str


def signature_of(text: str) -> Signature:
    """Equal for texts that differ in numbers, ids, dates, quoted words and addresses only."""
    pattern = text.lower()
    for found, left in STEPS:
        pattern = found.sub(left, pattern)
    pattern = " ".join(pattern.split()).strip(" .!")[:MAX_PATTERN]
    return Signature(pattern, hashlib.sha256(pattern.encode()).hexdigest())


def redacted_words(text: str) -> str:
    """An example that may be kept and shown to whoever maps it: no quoted or personal words."""
    for hidden in (URL, EMAIL, QUOTED, PHONE):
        text = hidden.sub(HIDDEN, text)
    return " ".join(text.split())[:MAX_EXAMPLE]
