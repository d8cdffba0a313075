"""The processes of one installation, and waiting until they answer."""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request

from django.conf import settings

from shipping_project.kernel.processes import ProcessSpec, Supervisor

READY_WITHIN_S = 60.0
MANAGE = (sys.executable, str(settings.BASE_DIR / "manage.py"))


def processes(*, web_port: int) -> list[ProcessSpec]:
    """Twin (in demo mode), web and worker, in the order in which they start."""
    twin = ProcessSpec(name="twin", command=(*MANAGE, "sandbox"), env={})
    web = ProcessSpec(
        name="web",
        command=(
            *(sys.executable, "-m", "gunicorn", "shipping_project.wsgi"),
            *("--bind", f"127.0.0.1:{web_port}", "--workers", "2", "--threads", "4"),
            *("--graceful-timeout", "10", "--log-level", "warning"),
            *("--chdir", str(settings.BASE_DIR)),
        ),
        env={},
    )
    worker = ProcessSpec(name="worker", command=(*MANAGE, "qcluster"), env={})
    return [*([twin] if settings.DEMO else []), web, worker]


def wait_until_ready(supervisor: Supervisor, *, web_port: int) -> None:
    """Return when web and twin answer; raises TimeoutError when they do not in time."""
    health = {
        "web": f"http://127.0.0.1:{web_port}/healthz",
        "twin": f"{settings.SANDBOX_URL}/__twin__/health",
    }
    urls = [url for name, url in health.items() if name in supervisor.members]
    _write_pids(supervisor)
    stop_at = time.monotonic() + READY_WITHIN_S
    for url in urls:
        while not _answers(url):
            if time.monotonic() > stop_at:
                raise TimeoutError(f"{url} does not answer after {READY_WITHIN_S:g} s")
            if supervisor.look_after():
                _write_pids(supervisor)
            time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _write_pids(supervisor: Supervisor) -> None:
    path = settings.STATE_DIR / "pids.json"
    path.write_text(json.dumps(supervisor.pids()), encoding="utf-8")
