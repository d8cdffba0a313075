"""The schedules in the queue's table follow the list in the code."""

from __future__ import annotations

import pytest
from django.utils.module_loading import import_string
from django_q.models import Schedule

from shipping_project.schedules import SCHEDULES, sync_schedules


@pytest.mark.parametrize("function", [item.function for item in SCHEDULES])
def test_every_scheduled_function_exists(function: str) -> None:
    assert callable(import_string(function))


@pytest.mark.django_db
def test_sync_twice_keeps_one_row_each_and_its_next_run() -> None:
    sync_schedules()
    before = dict(Schedule.objects.values_list("name", "next_run"))

    sync_schedules()

    assert dict(Schedule.objects.values_list("name", "next_run")) == before
    assert sorted(before) == sorted(item.name for item in SCHEDULES)


@pytest.mark.django_db
def test_sync_drops_schedules_that_are_not_in_the_list() -> None:
    Schedule.objects.create(name="Old", func="os.system", schedule_type=Schedule.MINUTES)

    sync_schedules()

    assert not Schedule.objects.filter(name="Old").exists()
