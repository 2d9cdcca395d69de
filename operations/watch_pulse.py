"""A sign that the inbox is being watched: a file that the watch touches on every round, for the live pages to look at."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from runtime.wiring import House

EVERY_S = 5.0
STILL_S = 60.0  # a round takes as long as a claim: a large scan on a slow network


def show_pulse(house: House, last_shown_s: float) -> float:
    """Show that the watch goes on, unless it was shown EVERY_S ago; return when that was, by the monotonic clock.

    A disk that is full keeps it from being shown and nothing else.
    """
    now_s = time.monotonic()
    if now_s - last_shown_s < EVERY_S:
        return last_shown_s
    with suppress(OSError):
        _pulse_file(house).touch()
    return now_s


def is_watched(house: House) -> bool:
    """Say whether the inbox was looked through lately."""
    try:
        still_s = time.time() - _pulse_file(house).stat().st_mtime
    except OSError:
        return False
    return still_s < STILL_S + house.settings.watch.poll_s


def _pulse_file(house: House) -> Path:
    return house.home / "watch-pulse"
