"""What every call to a platform passes: its circuit, then its place in the shared limit."""

from __future__ import annotations

import time
from collections.abc import Mapping

from carriers.contracts import Platform
from carriers.exchange import CallSpec
from carriers.http import pause_of
from carriers.services.calls import current_priority
from carriers.services.circuits import note_result, require_closed
from carriers.services.pacing import credential_of, note_empty, note_refusal, take_slot

RATE_LIMITED = "upstream.rate_limited"
# Veeqo's refusal names no time. Its bucket is free again for one call after a fifth of that.
PAUSE_S = 1.0


class SharedGate:
    """Implements `carriers.exchange.CallGate` for one credential, by rows that all share."""

    def __init__(self, platform: Platform, secret: str) -> None:
        self._platform = platform
        self._credential = credential_of(platform, secret)

    def enter(self, spec: CallSpec) -> None:
        require_closed(spec, platform=self._platform.value)
        wait_s = take_slot(
            spec,
            platform=self._platform,
            credential=self._credential,
            priority=current_priority(),
        )
        if wait_s:
            time.sleep(wait_s)

    def leave(self, spec: CallSpec, *, headers: Mapping[str, str], error_code: str) -> None:
        if error_code == RATE_LIMITED:
            note_refusal(credential=self._credential, pause_s=pause_of(headers) or PAUSE_S)
        elif headers.get("X-Ratelimit-Remaining", "").strip() == "0":
            note_empty(credential=self._credential, pause_s=pause_of(headers) or PAUSE_S)
        note_result(spec, platform=self._platform.value, error_code=error_code)
