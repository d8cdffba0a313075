"""The mail to a partner whose endpoint takes nothing any more."""

from __future__ import annotations

import logging

from django.core.mail import send_mail

from accounts.models import Role, User
from shipping_project.hooks.models import WebhookEndpoint

logger = logging.getLogger(__name__)
TOLD = (Role.ADMINISTRATOR, Role.MANAGER, Role.PARTNER)
WORDS = """We stopped sending messages to {url}.

{reason} What happens meanwhile is kept for 30 days. When the endpoint works again, resume it
(POST /api/v1/webhooks/{pk}/resume): what waits is then sent, the oldest first.
"""


def tell_of_pause(endpoint: WebhookEndpoint) -> int:
    """Write to whoever looks after the organization; returns to how many."""
    people = User.objects.filter(
        organization_id=endpoint.organization_id, role__in=TOLD, is_active=True
    ).exclude(email="")
    addresses = list(people.values_list("email", flat=True))
    words = WORDS.format(url=endpoint.url, reason=endpoint.pause_reason, pk=endpoint.pk)
    for address in addresses:
        send_mail("A webhook endpoint was paused", words, None, [address])
    logger.warning("webhook endpoint paused", extra={"endpoint_id": endpoint.pk})
    return len(addresses)
