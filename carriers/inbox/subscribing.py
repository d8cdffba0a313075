"""Having Easyship post its events to us. Reaches the platform."""

from __future__ import annotations

import os
from pathlib import Path

from carriers.contracts import Platform, WebhookSubscription
from carriers.inbox.registry import listened_to
from carriers.platforms import easyship_client


def subscribe_at_easyship(*, url: str, secret_file: Path) -> WebhookSubscription:
    """Make a webhook for every event that somebody listens to, keep its secret, switch it on.

    The secret goes into the file alone, beside older ones, so that what the old webhook still
    sends is accepted until it is removed. A repeat makes another webhook.
    """
    client = easyship_client()
    webhook = client.create_webhook(url, subscription_names())
    # Before it is switched on, or its first posts would be refused.
    _keep(secret_file, webhook.secret)
    client.activate_webhook(webhook.webhook_ref)
    return webhook


def subscription_names() -> tuple[str, ...]:
    """Subscribed to as `shipment_cancelled`, sent as `shipment.cancelled`."""
    return tuple(name.replace(".", "_") for name in listened_to(Platform.EASYSHIP))


def _keep(path: Path, secret: str) -> None:
    known = path.read_text(encoding="utf-8").strip() if path.exists() else ""
    kept = ",".join(part for part in (secret, known) if part)
    # Readable by us alone from the first byte.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(kept)
