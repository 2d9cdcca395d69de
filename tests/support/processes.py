"""Find the processes that belong to one home, so that a test can kill just those."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_Found = TypeVar("_Found")


def find_processes(home: Path, part: str) -> list[int]:
    """Return the ids of the processes whose SOHOA_HOME is ``home`` and whose command line holds ``part``."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if part in command and f"SOHOA_HOME={home}".encode() in environment:
            found.append(int(folder.name))
    return sorted(found)


def wait_for(what: str, ask: Callable[[], _Found], timeout_s: float = 240.0) -> _Found:
    """Return the first true answer. Raises AssertionError, which names ``what``, when there is none in time."""
    give_up_s = time.monotonic() + timeout_s
    while time.monotonic() < give_up_s:
        found = ask()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError(f"never came: {what}")
