"""Reading one booking anew before anything is filed about it.

A list may be old, and a command of ours may have changed the booking since.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from carriers.contracts import Platform
from carriers.errors import UpstreamNotFound
from carriers.outbox.commands import hurry_unknown
from carriers.platforms import port_for
from orders.models import LabelAudit, Shipment
from orders.services.audits import Found, count_found, record_look
from orders.services.upstream import CommandUnderWay

logger = logging.getLogger(__name__)
# Veeqo says on the label what it cost; Easyship charges later, and says so in its records alone.
TELLS_COST = frozenset({Platform.VEEQO})


def look_at(audit: LabelAudit, platform_ref: str, shipment: Shipment | None) -> None:
    """Read one booking anew and file what differs; one that cannot be filed costs no other."""
    platform = Platform(audit.platform)
    try:
        theirs = port_for(platform).read_booking(platform_ref)
    except UpstreamNotFound:
        theirs = None
    file_finding(
        audit,
        shipment,
        lambda: record_look(
            platform=platform,
            platform_ref=platform_ref,
            shipment_id=shipment.pk if shipment else None,
            theirs=theirs,
            tells_cost=platform in TELLS_COST,
        ),
    )


def file_finding(
    audit: LabelAudit, shipment: Shipment | None, record: Callable[[], tuple[Found, int]]
) -> None:
    try:
        found, cleared = record()
    except CommandUnderWay:
        # Its own lookup finds what we have just found, and knows what it was for.
        hurry_unknown(lane=f"order:{shipment.order_id}" if shipment else "")
    except Exception:
        logger.exception(
            "finding not filed", extra={"shipment_id": shipment.pk if shipment else None}
        )
    else:
        count_found(audit_id=audit.pk, found=found, cleared=cleared)
