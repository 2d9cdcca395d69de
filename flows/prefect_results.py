"""Clear away what Prefect keeps of finished tasks: it never does so itself, and a year of scans is millions of small files."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

_DAY_S = 24 * 3600
_LOOK_S = 6 * 3600.0


def clear_old_results(folder: Path, keep_days: int) -> int:
    """Remove the files of a folder that are older than ``keep_days``, as old as the runs that name them; return how many."""
    before_s = time.time() - keep_days * _DAY_S
    count = 0
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < before_s:
                    Path(entry.path).unlink()
                    count += 1
    return count


def keep_clearing(folder: Path, keep_days: int) -> None:
    """Clear old results away now and every six hours, in a thread that ends with the process."""

    def run() -> None:
        while True:
            clear_old_results(folder, keep_days)
            time.sleep(_LOOK_S)

    threading.Thread(target=run, name="sohoa-results", daemon=True).start()
