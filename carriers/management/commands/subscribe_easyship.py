"""Have Easyship tell us what happens, rather than only ask it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from carriers.errors import UpstreamError
from carriers.inbox.subscribing import subscribe_at_easyship


class Command(BaseCommand):
    help = "Make and switch on a webhook at Easyship that posts to this installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("site", help="https://shipping.example.com")
        parser.add_argument(
            "--secret-file",
            type=Path,
            required=True,
            help="where its secret is kept; name it in EASYSHIP_WEBHOOK_SECRET_FILE",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = urlsplit(options["site"])
        schemes = ("https", "http") if settings.DEMO else ("https",)
        if not site.netloc or site.scheme not in schemes:
            raise CommandError("Give the site with https://; events travel there.")
        url = f"{site.scheme}://{site.netloc}{reverse('webhook-easyship')}"
        try:
            webhook = subscribe_at_easyship(url=url, secret_file=options["secret_file"])
        except UpstreamError as exc:
            raise CommandError(f"{exc.title}: {exc.detail}") from exc
        self.stdout.write(f"Webhook {webhook.webhook_ref} posts to {url}.")
        self.stdout.write(f"Set EASYSHIP_WEBHOOK_SECRET_FILE={options['secret_file'].resolve()}")
        self.stdout.write("and restart the web process.")
