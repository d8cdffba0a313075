"""A postal address as every app carries it, from intake to the label."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Who and where.

    `state` is the two-letter code in the US and Canada and free text elsewhere; `country` is
    ISO 3166-1 alpha-2; `phone` is E.164 once normalised. Absent values are empty strings.
    """

    name: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""

    def as_dict(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = tuple(field.name for field in fields(PostalAddress))
