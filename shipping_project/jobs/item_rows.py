"""Telling rows of a job what became of them, all in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from django.db import connection

from shipping_project.jobs.models import ItemState
from shipping_project.jobs.runners import RowOutcome

# What is done needs its payload no more, since what came of it is elsewhere.
WRITE = """
    UPDATE jobs_jobitem
    SET state = told.state, result = told.result, faults = told.faults,
        payload = CASE WHEN told.state = %s THEN payload END
    FROM {told}
    WHERE jobs_jobitem.id = told.id
"""
TOLD = {
    "postgresql": """jsonb_to_recordset(%s::jsonb)
        AS told (id bigint, state text, result jsonb, faults jsonb)""",
    "sqlite": """(SELECT json_extract(value, '$.id') AS id, json_extract(value, '$.state') AS state,
        json_extract(value, '$.result') AS result, json_extract(value, '$.faults') AS faults
        FROM json_each(%s)) AS told""",
}


def write_outcomes(outcomes: Mapping[int, RowOutcome]) -> None:
    """By the id of the row."""
    told = [
        {
            "id": item_id,
            "state": (ItemState.REFUSED if outcome.faults else ItemState.DONE).value,
            "result": dict(outcome.result),
            "faults": [asdict(fault) for fault in outcome.faults],
        }
        for item_id, outcome in outcomes.items()
    ]
    statement = WRITE.format(told=TOLD[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(statement, [ItemState.REFUSED.value, json.dumps(told)])
