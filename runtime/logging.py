"""Logging for the command and its workers: one line an event, in English, to standard error; as text or as JSON.

What an event belongs to (dossier, scan, batch) comes from ``log_context`` and stands in every line written inside it.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import UTC, datetime

_context: ContextVar[dict[str, str] | None] = ContextVar("sohoa_log_context", default=None)


@contextmanager
def log_context(**facts: str | None) -> Iterator[None]:
    """Add facts such as ``dossier=`` to every line logged inside; None adds nothing."""
    token = _context.set({**(_context.get() or {}), **{name: fact for name, fact in facts.items() if fact}})
    try:
        yield
    finally:
        _context.reset(token)


def configure_logging(*, verbose: bool, as_json: bool = False) -> None:
    """Send Sohoa's log to standard error: warnings and above, or information and above when ``verbose``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else TextLines())
    logger = logging.getLogger("sohoa")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    logger.propagate = False
    for noisy in ("pyhanko", "pyhanko_certvalidator", "fontTools", "pikepdf", "PIL"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


class TextLines(logging.Formatter):
    """A line for a person: time, level, logger, message, and the context in brackets."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(context)s", "%Y-%m-%dT%H:%M:%S%z")

    def format(self, record: logging.LogRecord) -> str:
        told = " ".join(f"{name}={fact}" for name, fact in (_context.get() or {}).items())
        shown = copy(record)
        shown.msg, shown.args = _make_visible(record.getMessage()), None
        shown.context = _make_visible(f" [{told}]" if told else "")
        return super().format(shown)


def _make_visible(text: str) -> str:
    """The name of a file may hold the end of a line and what steers a terminal: nobody writes lines of ours with it."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


class JsonLines(logging.Formatter):
    """One JSON object a line: ``time`` (UTC), ``level``, ``logger``, ``message``, the context, and ``trace`` of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, str] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **(_context.get() or {}),
        }
        if record.exc_info:
            event["trace"] = self.formatException(record.exc_info)
        return json.dumps(event, ensure_ascii=False)
