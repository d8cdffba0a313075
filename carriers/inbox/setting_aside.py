"""Rows of lists that cannot be read: kept where people see them, while the list is read on."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.contracts import UnreadRow
from carriers.inbox.models import SetAsideRow
from carriers.readers import text_of
from carriers.redact import redacted_json

logger = logging.getLogger(__name__)
# Where the platforms put the number of an order or a shipment.
REF_KEYS = ("easyship_shipment_id", "id")


def set_aside(*, platform: str, resource: str, rows: Sequence[UnreadRow]) -> int:
    """Keep rows that could not be read, each once; returns how many are new."""
    return sum(_set_one_aside(platform, resource, row) for row in rows)


def _set_one_aside(platform: str, resource: str, row: UnreadRow) -> bool:
    text = json.dumps(row.value, sort_keys=True)
    kept, is_new = SetAsideRow.objects.get_or_create(
        platform=platform,
        resource=resource,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        defaults={
            "row_ref": ref_of(row.value),
            "detail": row.detail[:500],
            "body": redacted_json(text),
        },
    )
    if is_new:
        facts = {"platform": platform, "resource": resource, "set_aside_id": kept.pk}
        logger.warning("row set aside", extra=facts)
    else:
        SetAsideRow.objects.filter(pk=kept.pk).update(
            times_seen=F("times_seen") + 1, last_seen_at=timezone.now()
        )
    return bool(is_new)


def ref_of(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    refs = (value.get(key) for key in REF_KEYS)
    return next((text_of(ref) for ref in refs if isinstance(ref, str | int)), "")[:64]


@transaction.atomic
def settle_row(*, row_id: int, reason: str, actor: str) -> SetAsideRow:
    """Somebody has looked and done what was to be done; a repeat changes nothing."""
    row: SetAsideRow = SetAsideRow.objects.select_for_update().get(pk=row_id)
    if row.settled_at is None:
        row.settled_at = timezone.now()
        row.save(update_fields=["settled_at"])
        record_audit(actor=actor, action="row.settled", subject=row, after={"reason": reason})
    return row
