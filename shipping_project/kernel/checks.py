"""System checks: a wrong start is stopped with one clear line for each problem."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
PLATFORM_URLS = ("VEEQO_BASE_URL", "EASYSHIP_BASE_URL")


@register()
def environment_is_complete(**_: Any) -> list[CheckMessage]:
    """E001: what the environment lacks, one line each."""
    return [Error(problem, id="ship.E001") for problem in settings.ENV.problems]


@register()
def demo_stays_local(**_: Any) -> list[CheckMessage]:
    """E002: made-up keys must never meet a real platform. E003: real keys travel by TLS alone."""
    problems: list[CheckMessage] = []
    twin_hosts = LOCAL_HOSTS | {urlsplit(settings.SANDBOX_URL).hostname}
    for name in PLATFORM_URLS:
        url = urlsplit(getattr(settings, name))
        is_local = url.hostname in LOCAL_HOSTS
        if settings.DEMO and url.hostname not in twin_hosts:
            problems.append(
                Error(
                    f"DEMO is on but {name} leads to {url.hostname}; unset one of them.",
                    id="ship.E002",
                )
            )
        if url.scheme != "https" and not is_local and not settings.DEMO:
            problems.append(
                Error(f"{name} must start with https://; keys travel there.", id="ship.E003")
            )
    return problems


@register()
def queue_cannot_redeliver_live_work(**_: Any) -> list[CheckMessage]:
    """E004: a task that waits and runs must be done before the queue hands it out again."""
    queue: dict[str, Any] = settings.Q_CLUSTER
    rounds = (queue["queue_limit"] + queue["bulk"]) / queue["workers"] + 1
    problems: list[CheckMessage] = []
    if queue["retry"] <= queue["timeout"] * rounds * 0.99:
        problems.append(
            Error(
                f"Q_CLUSTER retry ({queue['retry']} s) must exceed timeout x {rounds:g}.",
                id="ship.E004",
            )
        )
    unknown = sorted(set(settings.WORKER_QUEUES) - set(settings.QUEUES))
    if unknown:
        problems.append(
            Error(f"WORKER_QUEUES names unknown queues: {', '.join(unknown)}.", id="ship.E005")
        )
    return problems


@register()
def debug_is_not_public(**_: Any) -> list[CheckMessage]:
    """W001: debug pages show settings and data to anybody who can reach them."""
    public = [host for host in settings.ALLOWED_HOSTS if host.strip("[]") not in LOCAL_HOSTS]
    if settings.DEBUG and public:
        return [checks.Warning(f"DEBUG is on for {', '.join(public)}.", id="ship.W001")]
    return []
