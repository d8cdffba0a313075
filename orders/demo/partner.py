"""The REST API as a partner's program uses it: by key, patient with a server that is away."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

from orders.demo.seed import api_key_for

PATIENCE_S = 90.0
PAUSE_S = 0.5


class PartnerRefused(RuntimeError):
    """The API said no, with a problem document; a repeat would be refused too."""


class Partner:
    """Posts orders for the demo organizations. A call is repeated while the server is away: the
    same reference never makes a second order."""

    def __init__(self, web_url: str) -> None:
        self._web_url = web_url
        self._keys: dict[str, str] = {}

    def post_order(self, slug: str, body: dict[str, Any]) -> str:
        """The number of the accepted order."""
        return str(self._post(slug, "/api/v1/orders", body)["number"])

    def cancel_order(self, slug: str, number: str) -> bool:
        """Ask for a cancellation; False when it is too late for one."""
        try:
            self._post(slug, f"/api/v1/orders/{number}/cancel", {"reason": "Changed mind"})
        except PartnerRefused:
            return False
        return True

    def make_keys(self, slugs: set[str]) -> None:
        """Keys are made beforehand, so that several threads may post."""
        for slug in sorted(slugs - set(self._keys)):
            self._keys[slug] = api_key_for(slug)

    def _post(self, slug: str, path: str, body: dict[str, Any]) -> Any:
        self.make_keys({slug})
        request = urllib.request.Request(  # noqa: S310 # our own web server
            self._web_url + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "X-API-Key": self._keys[slug]},
            method="POST",
        )
        stop_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                    return json.load(answer)
            except urllib.error.HTTPError as exc:
                if exc.code < 500 or time.monotonic() > stop_at:
                    raise PartnerRefused(f"{path}: {exc.read().decode()}") from exc
            except (OSError, ValueError):
                if time.monotonic() > stop_at:
                    raise
            time.sleep(PAUSE_S)
