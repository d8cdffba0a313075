"""A limit is one for all processes that share a Redis."""

from __future__ import annotations

import os
import subprocess
import sys
from unittest import skipUnless
from uuid import uuid4

from django.conf import settings
from django.test import SimpleTestCase

PROCESSES, EACH, LIMIT = 3, 5, 10
# One line: how many of its requests a process saw refused.
COUNTING = """
import sys, django
django.setup()
from django.test import RequestFactory
from accounts.throttling import usage_of
request = RequestFactory().get("/api/v1/orders")
facts = dict(group="api", rate="{limit}/h", caller=sys.argv[1])
answers = [usage_of(request, **facts) for _ in range({each})]
print(sum(bool(answer["should_limit"]) for answer in answers))
"""


@skipUnless(settings.REDIS_URL, "processes share their counters in Redis")
class AcrossProcessesTests(SimpleTestCase):
    def test_what_all_of_them_let_through_is_the_limit(self) -> None:
        caller = uuid4().hex
        script = COUNTING.format(limit=LIMIT, each=EACH)
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shipping_project.settings",
            "DEMO": "1",
        }
        running = [
            subprocess.Popen(
                [sys.executable, "-c", script, caller],
                cwd=settings.BASE_DIR,
                env=env,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(PROCESSES)
        ]

        refused = [int(process.communicate(timeout=120)[0]) for process in running]

        self.assertEqual(sum(refused), PROCESSES * EACH - LIMIT)
