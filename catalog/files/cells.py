"""Cells of files that a spreadsheet opens: text stays text and never becomes a formula. Pure."""

from __future__ import annotations

# Spreadsheets take what begins so as a formula, and formulas can call out.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
GUARD = "'"
LONGEST_CELL = 2_000


def safe(text: str) -> str:
    return f"{GUARD}{text}" if text.startswith(FORMULA) else text


def unguarded(text: str) -> str:
    """What `safe` was given; any other text is as it was."""
    return text[1:] if text[:1] == GUARD and text[1:].startswith(FORMULA) else text
