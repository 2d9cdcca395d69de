"""Logging for the command and its workers: one line an event, in English, to standard error."""

from __future__ import annotations

import logging
import sys


def configure_logging(*, verbose: bool) -> None:
    """Send Sohoa's log to standard error: warnings and above, or information and above when ``verbose``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logger = logging.getLogger("sohoa")
    logger.handlers[:] = [handler]
    logger.setLevel(logging.INFO if verbose else logging.WARNING)
    logger.propagate = False
    for noisy in ("pyhanko", "pyhanko_certvalidator", "fontTools", "pikepdf", "PIL"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
