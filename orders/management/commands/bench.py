"""Measures one thing and prints one JSON line; without a name, what there is to measure.

Started by `bin/bench`.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shipping_project.kernel.benches import all_benches


class Command(BaseCommand):
    help = "Measure one thing and print one JSON line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        names = parser.add_subparsers(dest="name", parser_class=ArgumentParser)
        for bench in all_benches().values():
            bench.add_arguments(names.add_parser(bench.name, help=bench.words))

    def handle(self, *args: Any, **options: Any) -> None:
        benches = all_benches()
        if options["name"] is None:
            for bench in benches.values():
                self.stdout.write(f"{bench.name:<10}{bench.words}")
            return
        measured = benches[options["name"]].run(options)
        self.stdout.write(json.dumps({"bench": options["name"], **measured.figures}))
        sys.exit(0 if measured.is_fine else 1)
