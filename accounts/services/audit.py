"""The trail of who changed what."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Model

from accounts.addresses import current_address
from accounts.models import AuditEntry
from shipping_project.kernel.request_id import current_request_id


def record_audit(
    *,
    actor: str,
    action: str,
    subject: Model,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AuditEntry:
    """One line of the trail, in the transaction of the change. Never holds a secret."""
    entry: AuditEntry = AuditEntry.objects.create(
        organization_id=getattr(subject, "organization_id", None),
        actor=actor,
        action=action,
        subject=f"{subject._meta.label_lower}:{subject.pk}",
        label=str(subject)[:200],
        before=dict(before or {}),
        after=dict(after or {}),
        request_id=current_request_id(),
        address=current_address(),
    )
    return entry
