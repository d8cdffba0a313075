"""Everything that has to be done once before the processes start, and may be done again."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from shipping_project.schedules import sync_schedules


class Command(BaseCommand):
    help = "Migrate the database and bring the schedules up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        sync_schedules()
