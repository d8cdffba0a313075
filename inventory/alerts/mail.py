"""Writing to people about urgent alerts: one mail for an organization, each alert told once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from smtplib import SMTPException

from django.core.mail import send_mail
from django.utils import timezone

from accounts.models import Role, User
from inventory.alerts.models import StockAlert

logger = logging.getLogger(__name__)
TOLD = (Role.ADMINISTRATOR, Role.MANAGER, Role.PARTNER)
LINES = 50
ROW = ("level__sellable__organization", "level__warehouse")


def mail_alerts() -> int:
    """Returns how many alerts were told of. What could not be sent is tried at the next look."""
    due = StockAlert.objects.to_mail(timezone.now()).order_by()
    ids = due.values_list("level__sellable__organization", flat=True).distinct()
    return sum(_mail(organization_id) for organization_id in list(ids))


def _mail(organization_id: int) -> int:
    now = timezone.now()
    due = StockAlert.objects.to_mail(now).of_organization(organization_id)
    alerts = list(due.worst_first().select_related(*ROW))
    # Noted before anything is sent: a mail too few is better than the same one every minute.
    ids = [alert.pk for alert in alerts]
    StockAlert.objects.filter(pk__in=ids, mailed_at=None).update(mailed_at=now)
    try:
        _send(organization_id, alerts)
    except (SMTPException, OSError):
        logger.exception("alerts not mailed", extra={"organization_id": organization_id})
        StockAlert.objects.filter(pk__in=ids, mailed_at=now).update(mailed_at=None)
        return 0
    return len(alerts)


def _send(organization_id: int, alerts: Sequence[StockAlert]) -> None:
    people = User.objects.filter(organization=organization_id, role__in=TOLD, is_active=True)
    lines = [f"{alert}, {alert.available} available" for alert in alerts[:LINES]]
    if len(alerts) > LINES:
        lines.append(f"and {len(alerts) - LINES} more")
    subject = f"Stock: {len(alerts)} new {'alert' if len(alerts) == 1 else 'alerts'}"
    words = "\n".join([*lines, "", "Acknowledge or mute them on the page Stock, Alerts."])
    for address in people.exclude(email="").values_list("email", flat=True):
        send_mail(subject, words, None, [address])
