"""The log of an MTA's processes, on standard error."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from msgcore.mta.configuration.sections import LoggingSection

__all__ = ["log_as", "redacted"]

# What stands between angle brackets, blanks or a type's colon and an at sign; a quoted local part may hold anything.
_ADDRESS = re.compile(r"""(?:"[^"\n]{1,200}"|[^\s<>()\[\],;:"@]{1,200})@(?=[^\s<>()\[\],;:"@])""")


def redacted(text: str) -> str:
    """Leave out the local part of every mail address: ``ann@a.test`` becomes ``***@a.test``."""
    return _ADDRESS.sub("***@", text)


class _Plain(logging.Formatter):
    def __init__(self, name: str, *, redacts: bool) -> None:
        super().__init__()
        self._name = name
        self._redacts = redacts

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        return self._shown(f"{_moment(record)} {record.levelname} {self._who(record)}: {self.formatMessage(record)}")

    def formatMessage(self, record: logging.LogRecord) -> str:
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        return "\n".join(part for part in (record.message, trace) if part)

    def _who(self, record: logging.LogRecord) -> str:
        return f"{record.name} [{self._name}]" if self._name else record.name

    def _shown(self, text: str) -> str:
        return redacted(text) if self._redacts else text


class _Json(_Plain):
    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        facts = {"time": _moment(record), "level": record.levelname.lower(), "logger": record.name}
        if self._name:
            facts["process"] = self._name
        facts["message"] = self._shown(self.formatMessage(record))
        told: Mapping[str, object] = getattr(record, "facts", {})
        more = {name: self._shown(value) if isinstance(value, str) else value for name, value in told.items()}
        return json.dumps({**facts, **more}, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def log_as(section: LoggingSection, name: str = "") -> None:
    """Log as a configuration says, from now on; ``name`` is the process's."""
    handler = logging.StreamHandler(sys.stderr)
    kind = _Json if section.form == "json" else _Plain
    handler.setFormatter(kind(name, redacts=section.redact))
    root = logging.getLogger()
    # In one step, so that nothing is lost between.
    root.handlers[:] = [*(one for one in root.handlers if not isinstance(one.formatter, _Plain)), handler]
    root.setLevel(section.level.upper())
