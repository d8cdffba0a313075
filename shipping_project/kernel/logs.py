"""Log lines: one event, one line, values as key=value, always with the request id."""

from __future__ import annotations

import logging

from shipping_project.kernel.request_id import current_request_id

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class RequestIdFilter(logging.Filter):
    """Puts the bound request id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True


class LineFormatter(logging.Formatter):
    """time level logger message key=value …, extras sorted by name."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")
        self.default_time_format = "%Y-%m-%dT%H:%M:%S"
        self.default_msec_format = "%s.%03d"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        extras = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        words = [f"{key}={_quoted(value)}" for key, value in sorted(extras.items()) if value != ""]
        return " ".join([super().formatMessage(record).replace("\n", "\\n"), *words])


def _quoted(value: object) -> str:
    text = str(value).replace("\n", "\\n")
    return f'"{text}"' if " " in text else text
