"""Places that are really full, also where a test may not mount anything.

A small memory disk in a mount namespace of its own where the system allows that; else a limit on the size of files, which the
kernel enforces for anyone.
"""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

_IN_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


@cache
def can_mount() -> bool:
    """Return whether a memory disk can be mounted in a namespace here."""
    command = [*_IN_NAMESPACE, "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except OSError:
        return False


def on_small_disk(folder: Path, size_mb: int) -> list[str]:
    """Return a command that runs another with a disk of a size over a folder, for that command alone; see ``can_mount``."""
    script = 'mount -t tmpfs -o "size=$1m" tmpfs "$2" && shift 2 && exec "$@"'
    return [*_IN_NAMESPACE, "sh", "-c", script, "sh", str(size_mb), str(folder)]


def with_small_files(size_mb: int) -> list[str]:
    """Return a command that runs another so that no file it writes can grow beyond a size."""
    return ["sh", "-c", 'trap \'\' XFSZ; ulimit -f "$1" && shift && exec "$@"', "sh", str(size_mb * 2048)]


def kinds_of_full_disk() -> list[str]:
    """Return the kinds of full place that can be made here, never none."""
    return ["small_disk", "small_files"] if can_mount() else ["small_files"]


def wrapper_for(kind: str, folder: Path) -> list[str]:
    """Return the command before a command, which then finds no room for 60 MB in the folder and enough for one."""
    return on_small_disk(folder, 48) if kind == "small_disk" else with_small_files(8)
