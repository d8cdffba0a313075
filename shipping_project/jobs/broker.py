"""The queue in the database: named queues, delays, and no two workers after the same row."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import connections, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ


class QueueBroker(ORM):  # type: ignore[misc] # django-q2 ships no types
    """Enqueues in the caller's transaction, after `delay_s` seconds.

    The default cluster serves every queue in WORKER_QUEUES; a named cluster serves its own.
    """

    delay_s: float = 0.0

    def enqueue(self, task: str) -> int:
        due = timezone.now() + timedelta(seconds=self.delay_s)
        row = OrmQ.objects.using(Conf.ORM).create(key=self.list_key, payload=task, lock=due)
        return int(row.pk)

    def dequeue(self) -> list[tuple[int, str]] | None:
        tasks = self._take()
        if not tasks:
            time.sleep(Conf.POLL)
        return tasks

    def _take(self) -> list[tuple[int, str]]:
        # Drops a connection that the server has closed meanwhile.
        self.get_connection(self.list_key)
        now = timezone.now()
        with transaction.atomic(using=Conf.ORM):
            rows = self._due(now)[: Conf.BULK]
            return [(row.pk, row.payload) for row in rows if self._lock(row)]

    def _due(self, now: object) -> QuerySet[OrmQ]:
        rows = OrmQ.objects.using(Conf.ORM).filter(key__in=self._keys(), lock__lte=now)
        if connections[Conf.ORM].features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        due: QuerySet[OrmQ] = rows.order_by("lock", "id")
        return due

    def _lock(self, row: OrmQ) -> bool:
        taken = OrmQ.objects.using(Conf.ORM).filter(pk=row.pk, lock=row.lock)
        return bool(taken.update(lock=self.timeout(None)))

    def _keys(self) -> list[str]:
        return settings.WORKER_QUEUES if self.list_key == Conf.PREFIX else [self.list_key]
