"""Everything at once: twin, web and worker under one supervisor."""

from __future__ import annotations

import json
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from orders.demo.run_once import run_sample_orders
from orders.demo.seed import PASSWORD, PEOPLE, demo_api_key, seed_demo
from shipping_project.kernel.processes import Supervisor
from shipping_project.serving import Keeper, processes, wait_until_ready


class Command(BaseCommand):
    help = "Migrate, then run the twin (in demo mode), the web server and the worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="of the web server")
        parser.add_argument(
            "--only",
            action="append",
            choices=["twin", "web", "worker"],
            help="run only this, without preparing the database; may be given several times",
        )
        parser.add_argument(
            "--once", action="store_true", help="send the sample orders through, report, and stop"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"] and not settings.DEMO:
            raise CommandError("--once is for the demonstration; set DEMO=1.")
        # A TERM ends the loop the way Ctrl-C does, so that nothing is left behind.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        is_new = False
        if not options["only"]:
            call_command("prepare")
            is_new = settings.DEMO and seed_demo(with_orders=not options["once"])
        # Without the folder the web server warns at every start; pages find their files elsewhere.
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        specs = processes(web_port=options["port"])
        wanted = options["only"] or [spec.name for spec in specs]
        supervisor = Supervisor([spec for spec in specs if spec.name in wanted])
        supervisor.start()
        try:
            wait_until_ready(supervisor, web_port=options["port"])
            if options["once"]:
                self._run_once(supervisor, options["port"])
            if not options["only"]:
                self._greet(options["port"], with_key=is_new)
            Keeper(supervisor).watch()
        except TimeoutError as exc:
            raise CommandError(f"{exc}. Is the port taken? See the lines above.") from exc
        except KeyboardInterrupt:
            self.stderr.write("stopping …")
        finally:
            supervisor.stop()

    def _run_once(self, supervisor: Supervisor, port: int) -> None:
        report = run_sample_orders(
            web_url=f"http://127.0.0.1:{port}", look_after=Keeper(supervisor).round
        )
        self.stdout.write(report.table())
        self.stdout.write(json.dumps(report.totals()))
        supervisor.stop()
        sys.exit(0 if report.is_clean else 1)

    def _greet(self, port: int, *, with_key: bool) -> None:
        self.stdout.write(f"\nShipping runs on http://127.0.0.1:{port}/ (admin: /admin/)")
        if settings.DEMO:
            names = ", ".join(name for name, _, _ in PEOPLE)
            self.stdout.write(f"Demo logins: {names}, each with the password {PASSWORD}")
            # Made up for this installation, and of use on this machine alone.
            token = settings.SANDBOX_CONTROL_TOKEN
            page = f"{settings.SANDBOX_URL}/__twin__/" + (f"?token={token}" if token else "")
            self.stdout.write(f"The twin of Veeqo and Easyship: {page}")
        if with_key:
            self.stdout.write(f"API key of Alder & Pine, shown once: {demo_api_key()}")
        self.stdout.write("Stop with Ctrl-C.\n")
        self.stdout.flush()
