"""Is a platform ready to be shipped with? Says in words what is wrong."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carriers.contracts import Platform
from carriers.probing import host_of, probe


class Command(BaseCommand):
    help = "Check host, key and what shipping needs at a platform; nothing is changed there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("platform", choices=[platform.value for platform in Platform])

    def handle(self, *args: Any, **options: Any) -> None:
        platform = Platform(options["platform"])
        self.stdout.write(f"{platform.name.title()} at {host_of(platform)}")
        faults = 0
        for check in probe(platform):
            mark = "ok  " if check.is_fine else "FAIL"
            self.stdout.write(f"{mark} {check.name}: {check.detail}")
            faults += not check.is_fine
        if faults:
            raise CommandError(f"Not ready; checks that failed: {faults}.")
