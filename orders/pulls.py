"""What is read from the platforms about orders."""

from __future__ import annotations

import logging
import time

from django.utils import timezone

from carriers.contracts import Platform
from carriers.errors import UpstreamError
from carriers.platforms import port_for
from orders.models import Package
from orders.services.tracking import postpone_tracking, record_tracking

logger = logging.getLogger(__name__)
# One task reads for at most this long; what is left over is due again in the next minute.
POLL_SECONDS = 40


def poll_tracking() -> int:
    """Ask after parcels that are due; returns how many new scans came in."""
    stop_at = time.monotonic() + POLL_SECONDS
    found = 0
    due = Package.objects.to_track(timezone.now()).select_related("shipment")
    for package in due[:500]:
        if time.monotonic() > stop_at:
            break
        found += _poll(package)
    return found


def _poll(package: Package) -> int:
    """One parcel; whatever goes wrong costs this parcel a round and no other."""
    shipment = package.shipment
    try:
        updates = port_for(Platform(shipment.platform)).track(
            package.label_ref, shipment.platform_ref
        )
    except UpstreamError as exc:
        logger.warning("tracking not read", extra={"package_id": package.pk, "code": exc.code})
        postpone_tracking(package_id=package.pk)
        return 0
    try:
        return record_tracking(package_id=package.pk, updates=updates)
    except Exception:
        # Due first again in the next round, it would keep all others from ever being read.
        logger.exception("tracking not recorded", extra={"package_id": package.pk})
        postpone_tracking(package_id=package.pk)
        return 0
