"""One run: their lists, then our labels that no list has shown, then what was found before.

A run goes on where it stopped, and keeps nothing in memory but one page.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from carriers.contracts import Platform
from carriers.errors import UpstreamError
from carriers.inbox.models import SyncCursor
from carriers.models import PlatformAccount
from carriers.platforms import easyship_client
from orders.audit.charges import CHARGES, look_at_charges, read_charges
from orders.audit.lists import EASYSHIP_LIST, VEEQO_LISTS, read_easyship, read_veeqo
from orders.audit.looking import look_at
from orders.models import LabelAudit, Package, PlatformDiscrepancy
from orders.rules.audit import DiscrepancyKind
from orders.services.audits import count_asked, release_audit, take_audit

logger = logging.getLogger(__name__)
# One task goes on for about this long, and the next one from there.
AUDIT_SECONDS = 40
BATCH = 50
# Of earlier findings, so many are asked after in one run, those not met for longest first.
ASKED_AGAIN = 500
LISTS = {Platform.VEEQO: tuple(VEEQO_LISTS), Platform.EASYSHIP: (EASYSHIP_LIST, CHARGES)}
READERS: dict[Platform, tuple[Callable[[LabelAudit], bool], ...]] = {
    Platform.VEEQO: (read_veeqo,),
    Platform.EASYSHIP: (read_easyship, read_charges),
}


def audit_platform(platform: Platform, *, since: datetime | None = None) -> LabelAudit | None:
    """Go on with the platform's audit, or begin one; done when `finished_at` is set.

    None while another worker is at it, and where the platform is switched off.
    """
    if PlatformAccount.objects.filter(platform=platform.value, is_enabled=False).exists():
        return None
    audit = take_audit(platform=platform, lists=LISTS[platform], since=since)
    if audit is None:
        return None
    is_finished, error_code = False, ""
    try:
        is_finished = _go_on(audit, time.monotonic() + AUDIT_SECONDS)
        error_code = "" if is_finished else _list_error(platform)
    except UpstreamError as exc:
        logger.warning("audit interrupted", extra={"audit_id": audit.pk, "code": exc.code})
        error_code = exc.code
    finally:
        release_audit(audit_id=audit.pk, is_finished=is_finished, error_code=error_code)
    audit.refresh_from_db()
    return audit


def _go_on(audit: LabelAudit, stop_at: float) -> bool:
    for read in READERS[Platform(audit.platform)]:
        if not read(audit) or time.monotonic() > stop_at:
            return False
    return _ask_for_unseen(audit, stop_at) and _ask_again(audit, stop_at)


def _list_error(platform: Platform) -> str:
    rows = SyncCursor.objects.filter(platform=platform.value, resource__in=LISTS[platform])
    return rows.exclude(error_code="").values_list("error_code", flat=True).first() or ""


def _ask_for_unseen(audit: LabelAudit, stop_at: float) -> bool:
    """From ours to theirs: labels of the window that stood in none of their lists."""
    while batch := _unseen(audit):
        for package in batch:
            if time.monotonic() > stop_at:
                return False
            look_at(audit, package.shipment.platform_ref, package.shipment)
            count_asked(audit=audit, package_id=package.pk)
    return True


def _unseen(audit: LabelAudit) -> list[Package]:
    rows = Package.objects.labelled().filter(
        shipment__platform=audit.platform,
        bought_at__gte=audit.since,
        bought_at__lt=audit.started_at,
        pk__gt=audit.after_package,
    )
    unseen = rows.filter(Q(sighting__isnull=True) | Q(sighting__seen_at__lt=audit.started_at))
    return list(unseen.select_related("shipment").order_by("pk")[:BATCH])


def _ask_again(audit: LabelAudit, stop_at: float) -> bool:
    """What was found in earlier nights and not met in this one: is it still so."""
    rows = PlatformDiscrepancy.objects.still_open().filter(
        platform=audit.platform, last_seen_at__lt=audit.started_at
    )
    currency = ""
    for row in list(rows.select_related("shipment").order_by("last_seen_at", "pk")[:ASKED_AGAIN]):
        if time.monotonic() > stop_at:
            return False
        is_charge = row.kind == DiscrepancyKind.AMOUNT.value and row.platform == Platform.EASYSHIP
        if is_charge and row.shipment is not None:
            currency = currency or easyship_client().get_credit().balance.currency
            look_at_charges(audit, row.shipment, currency)
        else:
            look_at(audit, row.platform_ref, row.shipment)
    return True
