"""Logs: structured lines without content. A value that is not on the list of safe fields is not written."""

from __future__ import annotations

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SAFE_FIELDS = frozenset(
    {"event", "level", "timestamp", "logger", "status_code", "method", "seconds", "count", "port", "error"}
)
"""What may stand in a log line. `error` is an exception's type, never its text, which may quote a row."""


def redact(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, and reduce an exception to its type."""
    exc_info = event.get("exc_info")
    if exc_info:
        error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
        event["error"] = type(error).__name__
    return {name: value for name, value in event.items() if name in SAFE_FIELDS}


def _without_arguments(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Django's messages carry paths and addresses as arguments: keep the template of the sentence only."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        event["event"] = str(record.msg)
        status = getattr(record, "status_code", None)
        if status is not None:
            event["status_code"] = status
        if record.exc_info:
            event["exc_info"] = record.exc_info
    return event


class StandardError(logging.StreamHandler[Any]):
    """Writes to whatever standard error is when a line is written, not to what it was when logging began."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stderr


def configure(_settings: object) -> None:
    """Send everything through the redacting processor to standard error, one JSON object a line."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name],
                    "processors": [
                        _without_arguments,
                        structlog.processors.TimeStamper(fmt="iso", utc=True),
                        redact,
                        structlog.processors.JSONRenderer(),
                    ],
                }
            },
            "handlers": {"stderr": {"()": StandardError, "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
        }
    )
