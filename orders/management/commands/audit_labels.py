"""Compares the platforms' labels with ours, now."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from datetime import time as clock
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carriers.contracts import Platform
from orders.audit.runs import audit_platform
from orders.models import LabelAudit, PlatformDiscrepancy


class Command(BaseCommand):
    help = "Find labels paid and not ours, ours and not there, and other prices than ours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since",
            type=date.fromisoformat,
            help="a day (UTC) such as 2026-09-01; without it, from two days before the last audit",
        )
        parser.add_argument(
            "--platform", choices=[platform.value for platform in Platform], help="only this one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["since"]
        since = datetime.combine(day, clock.min, tzinfo=UTC) if day else None
        chosen = [Platform(options["platform"])] if options["platform"] else list(Platform)
        failed = [one.name.title() for one in chosen if not self._audit(one, since)]
        if failed:
            raise CommandError(f"Not finished: {', '.join(failed)}. Run it again to go on.")
        still_open = PlatformDiscrepancy.objects.still_open().count()
        if still_open:
            raise CommandError(f"{still_open} findings are open; see Audit findings in the admin.")

    def _audit(self, platform: Platform, since: datetime | None) -> bool:
        """To the end, or until the platform does not answer."""
        audit = audit_platform(platform, since=since)
        while audit is not None and audit.finished_at is None and not audit.error_code:
            audit = audit_platform(platform)
        name = platform.name.title()
        if audit is None:
            self.stdout.write(f"{name}: switched off, or being audited by a worker just now.")
            return False
        self.stdout.write(f"{name}: {self._told(audit)}")
        return audit.finished_at is not None

    def _told(self, audit: LabelAudit) -> str:
        since = f"since {audit.since:%Y-%m-%d %H:%M} UTC"
        read = f"{audit.seen_upstream} bookings listed, {audit.asked} asked for"
        found = f"new: {audit.orphans} orphans, {audit.ghosts} ghosts, {audit.amounts} amounts"
        error = f"; stopped by {audit.error_code}" if audit.error_code else ""
        return f"{since}: {read}; {found}; {audit.cleared} cleared{error}"
