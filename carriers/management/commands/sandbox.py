"""The offline twin of both platforms, with the keys and the store of this installation."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from carriers.sandbox.__main__ import main


class Command(BaseCommand):
    help = "Run the offline twin of Veeqo and Easyship."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.SANDBOX_PORT)
        parser.add_argument("--world", help="a file with warehouses, products and stock")
        parser.add_argument("--reset", action="store_true", help="forget everything first")

    def handle(self, *args: Any, **options: Any) -> None:
        os.environ.setdefault("VEEQO_API_KEY", settings.VEEQO_API_KEY)
        os.environ.setdefault("EASYSHIP_API_TOKEN", settings.EASYSHIP_API_TOKEN)
        os.environ.setdefault("SANDBOX_CONTROL_TOKEN", settings.SANDBOX_CONTROL_TOKEN)
        place = ["--host", options["host"], "--port", str(options["port"])]
        reset = ["--reset"] if options["reset"] else []
        world = ["--world", options["world"]] if options["world"] else []
        main([*place, "--store", str(settings.SANDBOX_STORE), *world, *reset])
