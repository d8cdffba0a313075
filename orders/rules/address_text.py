"""Pasted text → customers, each with what could not be read or is in doubt."""

from __future__ import annotations

from dataclasses import dataclass

from orders.rules.addresses import Finding
from shipping_project.kernel.postal import PostalAddress

# Longer than any list a person pastes; a file goes through the import.
MAX_TEXT = 200_000


class PasteTooLarge(ValueError):
    """The text is longer than MAX_TEXT characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedCustomer:
    """One recipient as read. `confidence` is from 0 to 1."""

    address: PostalAddress
    confidence: float
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, object]:
        address = self.address.as_dict()
        address.pop("company")
        found = [finding.as_dict() for finding in self.findings]
        return {**address, "confidence": self.confidence, "findings": found}


def parse_pasted(text: str, *, carrier: str = "") -> tuple[ParsedCustomer, ...]:
    """Every recipient in the text. Raises PasteTooLarge."""
    raise NotImplementedError
