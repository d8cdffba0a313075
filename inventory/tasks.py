"""What the background queue runs for stock."""

from __future__ import annotations

from inventory.alerts.looking import look_at_stock
from inventory.alerts.mail import mail_alerts


def look_after_alerts() -> int:
    """Bring alerts in line with the levels and write to people; returns how many moved."""
    moved = look_at_stock()
    mail_alerts()
    return moved
