"""Whether the audit trail is whole and unchanged; exit status 1 if it is not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services.seals import Head, prove


class Command(BaseCommand):
    help = (
        "Walks the chain of seals over the audit trail. Prints each entry that was changed or "
        "removed and exits with 1 if there is any."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            default="",
            help="NUMBER:SEAL as this command or the log told it before; it must still hold.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        proof = prove(_head(options["head"]))
        for fault in proof.faults:
            self.stdout.write(fault)
        if proof.faults:
            raise SystemExit(1)
        head = proof.head
        self.stdout.write(f"{head.number} entries as they were sealed; {proof.unsealed} to seal.")
        self.stdout.write(f"Head: {head.number}:{head.seal}")


def _head(text: str) -> Head | None:
    if not text:
        return None
    number, _, seal = text.partition(":")
    if not number.isdigit() or not seal:
        raise CommandError("Give the head as NUMBER:SEAL.")
    return Head(int(number), seal)
