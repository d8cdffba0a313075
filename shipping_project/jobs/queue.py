"""Waking a worker. What is to be done stands in our own rows; a task only says "look"."""

from __future__ import annotations

from django_q.tasks import async_task

from shipping_project.jobs.broker import QueueBroker


def nudge(function: str, *args: object, queue: str, delay_s: float = 0.0) -> None:
    """Have `function` (a dotted path) called by a worker of `queue`, once this commits.

    May be lost, doubled or late without harm: the function must look for its work in rows.
    """
    broker = QueueBroker(list_key=queue)
    broker.delay_s = delay_s
    async_task(function, *args, broker=broker, cluster=queue)
