"""Pasted text → customers, each with what could not be read or is in doubt.

Cells, lines and the parts between commas are recognised by what they are, not by where they
stand; a heading or a label goes before that. Whatever is not certain is a warning, and words that
fit nowhere are quoted in a finding, so nothing is lost. A company is the name when no person is
named; otherwise it takes the second address line, in front of what stands there, with a warning.

`confidence` begins at 1 and loses 0.25 for each error and 0.1 for each warning, down to 0.
Findings on the carrier do not count: they are no doubt about what was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from orders.rules.address_text.cleaning import cleaned
from orders.rules.address_text.layout import records_of
from orders.rules.address_text.pieces import Sheet
from orders.rules.address_text.reading import read_record
from orders.rules.addresses import Finding, Severity, check_address, normalize_address
from shipping_project.kernel.postal import PostalAddress

# Longer than any list a person pastes; a file goes through the import.
MAX_TEXT = 200_000
COST = {Severity.ERROR: 0.25, Severity.WARNING: 0.1}


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
    if len(text) > MAX_TEXT:
        raise PasteTooLarge(f"The text has {len(text)} characters; paste at most {MAX_TEXT}.")
    return tuple(_customer(read_record(r), carrier) for r in records_of(cleaned(text)))


def _customer(sheet: Sheet, carrier: str) -> ParsedCustomer:
    _keep_company(sheet)
    address, changes = normalize_address(PostalAddress(**sheet.fields))
    faults = check_address(address, carrier=carrier)
    findings = _one_each((*sheet.findings, *changes, *faults))
    return ParsedCustomer(address=address, confidence=_confidence(findings), findings=findings)


def _keep_company(sheet: Sheet) -> None:
    """The answer has no place for a company, so that it moves to a line that is printed."""
    company = sheet.fields.pop("company", "")
    if not company or company == sheet.get("name"):
        return
    if not sheet.get("name"):
        sheet.put("name", company)
        return
    kept = sheet.fields.pop("address_2", "")
    sheet.put("address_2", ", ".join(filter(None, [company, kept])))
    message = f"The company {company} was put on the second address line."
    sheet.doubt("address_2", "address.company_moved", message)


def _one_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding per field and code, with the messages of all."""
    merged: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        key = finding.field, finding.code
        first = merged.setdefault(key, finding)
        if finding.message not in first.message:
            merged[key] = replace(first, message=f"{first.message} {finding.message}")
    return tuple(merged.values())


def _confidence(findings: Iterable[Finding]) -> float:
    lost = sum(COST[finding.severity] for finding in findings if finding.field != "carrier")
    return round(max(0.0, 1.0 - lost), 2)
