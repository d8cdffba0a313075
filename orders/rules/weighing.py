"""All that can be said of a draft by itself, before the catalog and earlier orders are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from orders.rules.addresses import check_address, normalize_address
from orders.rules.drafts import OrderDraft
from orders.rules.validation import check_draft, warnings_of
from shipping_project.kernel.errors import FieldError


@dataclass(frozen=True, slots=True)
class Weighed:
    """`digest` is of what was sent, `clean` is what it means."""

    draft: OrderDraft
    clean: OrderDraft
    digest: str
    faults: Sequence[FieldError]
    warnings: list[dict[str, str]]


def weigh(draft: OrderDraft) -> Weighed:
    address, changes = normalize_address(draft.ship_to)
    carrier = draft.requested_carrier.strip().upper()
    clean = replace(draft, ship_to=address, requested_carrier=carrier)
    doubts = check_address(address, carrier=carrier)
    warnings = warnings_of((*changes, *doubts))
    return Weighed(draft, clean, draft.digest(), check_draft(clean, doubts), warnings)
