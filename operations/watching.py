"""Take scans from the watched folder: a first simple version that polls.

A file is taken when its size and time have stood still for ``settle_s``. It leaves the folder only after its bytes stand
in the originals bucket and its submission is settled: archived, waiting for a person, a duplicate, or rejected (then a
copy with the reason lies in the quarantine). What fails for another reason stays and is tried again, less and less often.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dossiers.errors import UnreadablePathError
from dossiers.model import Actor
from operations.ingesting import Digitize, ingest_files
from operations.outcomes import refused_result
from operations.paths import FoundScan, find_scans
from operations.results import FileResult
from runtime.wiring import House

_log = logging.getLogger("sohoa.watch")
_MAX_WAIT_S = 900.0


@dataclass(slots=True)
class _Waiting:
    """What was seen of a file that lies in the inbox: its size and time, since when, and how often it failed."""

    stamp: tuple[int, int]
    since_s: float
    failures: int = 0
    not_before_s: float = 0.0


@dataclass(slots=True)
class _Inbox:
    settle_s: float
    files: dict[Path, _Waiting] = field(default_factory=dict)

    def pick_settled(self, found: list[Path], now_s: float) -> list[Path]:
        """Return the files that have stood still long enough and may be tried now."""
        stamps = {path: stamp for path in found if (stamp := _stamp_of(path)) is not None}
        self.files = {path: waiting for path, waiting in self.files.items() if path in stamps}
        settled = []
        for path, stamp in stamps.items():
            waiting = self.files.get(path)
            if waiting is None or waiting.stamp != stamp:
                self.files[path] = _Waiting(stamp, now_s)
            elif now_s - waiting.since_s >= self.settle_s and now_s >= waiting.not_before_s:
                settled.append(path)
        return settled

    def put_off(self, path: Path, now_s: float) -> None:
        waiting = self.files.get(path)
        if waiting is not None:
            waiting.failures += 1
            waiting.not_before_s = now_s + min(_MAX_WAIT_S, self.settle_s * 2**waiting.failures)


def watch_inbox(
    house: House, actor: Actor, digitize: Digitize, tell: Callable[[FileResult], None], *, once: bool = False
) -> None:
    """Watch the inbox until interrupted; with ``once`` until each file in it was tried once. No single file stops it.

    Raises UnreadablePathError when the inbox itself cannot be read.
    """
    folder = _open_inbox(house.settings.inbox)
    inbox = _Inbox(house.settings.watch.settle_s)
    refused: set[Path] = set()
    while True:
        found = list(find_scans([folder]))
        _tell_refusals(found, refused, tell)
        settled = inbox.pick_settled([scan.path for scan in found if scan.error is None], time.monotonic())
        for result in ingest_files(house, settled, actor, digitize) if settled else ():
            tell(result)
            path = Path(result.path)
            if is_settled(result):
                _remove(path, inbox.files[path].stamp, folder)
            else:
                inbox.put_off(path, time.monotonic())
        if once and all(waiting.failures for waiting in inbox.files.values()):
            return
        time.sleep(house.settings.watch.poll_s)


def is_settled(result: FileResult) -> bool:
    """Say whether a file may leave the inbox: its bytes are kept, or it lies in the quarantine with the reason."""
    if result.error is None or result.error.code.startswith("review."):
        return True
    return result.error.code.startswith("input.") and result.error.code != UnreadablePathError.code


def _open_inbox(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        next(folder.iterdir(), None)
    except OSError as error:
        raise UnreadablePathError(name=str(folder), detail=error.strerror) from error
    return folder


def _tell_refusals(found: list[FoundScan], told: set[Path], tell: Callable[[FileResult], None]) -> None:
    """Tell once of each path that cannot be taken, such as a symbolic link; it stays where it is."""
    for scan in found:
        if scan.error is not None and scan.path not in told:
            told.add(scan.path)
            tell(refused_result(str(scan.path), scan.error))


def _remove(path: Path, stamp: tuple[int, int], inbox: Path) -> None:
    """Remove a settled file, unless it changed since it was read, and the folders that it leaves empty."""
    if _stamp_of(path) != stamp:
        _log.warning("%s changed while it was read; it is taken again", path)
        return
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == inbox or not folder.is_relative_to(inbox):
            return
        try:
            folder.rmdir()
        except OSError:
            return


def _stamp_of(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return facts.st_size, facts.st_mtime_ns
