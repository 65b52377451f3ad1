"""Log lines as logrus writes them, the library of the original: JSON by default, else key=value."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

LEVELS = {"CRITICAL": "fatal", "ERROR": "error", "WARNING": "warning", "INFO": "info", "DEBUG": "debug"}


class LogrusLines(logging.Formatter):
    """One line a record; the fields `filename`, `level`, `msg` and `time`."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + self.formatException(record.exc_info)
        fields = {
            "filename": f"{record.module}.py:{record.lineno}",
            "level": LEVELS.get(record.levelname, "info"),
            "msg": message,
            "time": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        if self.as_json:
            return json.dumps(fields, ensure_ascii=False)
        return " ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in fields.items())


def speak(*, as_json: bool) -> None:
    """Send the log to stderr. kopf's own chatter begins at warnings."""
    handler = logging.StreamHandler()
    handler.setFormatter(LogrusLines(as_json=as_json))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("kopf").setLevel(logging.WARNING)
