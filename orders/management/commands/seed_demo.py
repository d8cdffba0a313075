"""Fill an empty installation with the demonstration."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from orders.demo.seed import PASSWORD, PEOPLE, demo_api_key, seed_demo


class Command(BaseCommand):
    help = "Add the demonstration organizations, people, goods and orders, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--without-orders", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not seed_demo(with_orders=not options["without_orders"]):
            self.stdout.write("The demonstration is there already.")
            return
        names = ", ".join(name for name, _, _ in PEOPLE)
        self.stdout.write(f"Logins {names}, each with the password {PASSWORD}")
        self.stdout.write(f"API key of Alder & Pine Outfitters, shown once: {demo_api_key()}")
