"""What a platform should say by now: the number both agreed on, less what it changed itself."""

from __future__ import annotations

from django.utils import timezone

from inventory.models import PlatformStock
from inventory.sync.news import Reason, is_put_away, line_of, may_be_put_away

LINES_KEPT = 100


def shift_expected(*, level_id: int, platform: str, units: int, reason: Reason) -> None:
    """The platform changed its own number by so many; the caller holds the level.

    Where our own number was set there after the change, it stands in its place. Where that is not
    to be said, the number is looked at again at once.
    """
    if not units:
        return
    now = timezone.now()
    for stock in PlatformStock.objects.at(platform).filter(level=level_id).locked():
        if stock.telling is None and is_put_away(reason.went, stock.set_at):
            continue
        if stock.expected is not None:
            stock.expected += units
        if stock.telling is not None:
            stock.telling += units
        is_unsure = may_be_put_away(stock, reason)
        line = line_of(units, reason, at=now, is_unsure=is_unsure)
        stock.lines = [*stock.lines, line][-LINES_KEPT:]
        if is_unsure or stock.rest_since is not None:
            # It may be what the last reading could not explain.
            stock.look_again_at = now
        stock.save(update_fields=["expected", "telling", "lines", "look_again_at"])
