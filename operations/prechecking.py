"""Check each scan as soon as its last byte came, beside whatever else goes on, and lay the verdict beside the file.

A thread of its own takes the files one after the other; the looking itself happens in a bounded process. A long scan gives
way to others every SLICE_S, and what was found so far is told meanwhile. A file is opened when it is taken up, so that it
is checked to the end though it leaves the inbox.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Self

from dossiers.errors import InputError, SohoaError, UnreadablePathError
from dossiers.scan_verdict import PageGlance, ScanVerdict, judge_failure, judge_scan, write_note
from dossiers.stations import compose
from dossiers.stillness import Parts, SeenFile, Stamp
from ocr.glance import GlanceOptions
from ocr.glance_process import GlanceJob, GlanceProcess
from ocr.tesseract.reader import TesseractReader
from operations.station_board import StationBoards
from runtime.wiring import House
from storage.inbox import is_being_written, open_inside, put_note

_log = logging.getLogger("sohoa.check")
STILL_S = 0.7  # no close event, and nothing has changed for so long: probably the last byte
TELL_S = 1.5
SLICE_S = 2.5
MAX_OPEN = 100  # files held open; what comes beyond waits in the inbox
MAX_LABELLED_PAGES = 40
MAX_LOOKS = 3  # at a file over which the looking process died: another file, or the machine, may have been to blame
_UNCHECKED_VI = "chưa kiểm tra được chất lượng ảnh; tệp vẫn được nhận bình thường"
_UNPARTED_VI = "chưa tìm được tờ phân cách hồ sơ; tệp được nhận nguyên, hãy quét lại riêng từng hồ sơ"


@dataclass(slots=True)
class _Check:
    """A file being checked, what was seen of its pages, and those whose printed numbers were sought, once that began.

    ``is_seen``: every page was looked at, or nothing more will be seen. ``looks_failed`` for no fault of the file.
    """

    file: SeenFile
    stream: BufferedReader
    pages: list[PageGlance] = field(default_factory=list)
    labelled: list[PageGlance] | None = None
    told: ScanVerdict | None = None
    is_seen: bool = False
    looks_failed: int = 0


@dataclass(frozen=True, slots=True)
class _Offered:
    """A file as it was offered last: its stamp, since when it has it, and the check that took it up."""

    stamp: Stamp
    since_s: float
    check: _Check | None = None


class ScanChecks:
    """Checks what it is offered. Use as a context manager; only the end of the block waits."""

    def __init__(self, house: House, root: Path, boards: StationBoards) -> None:
        self._house, self._root, self._boards = house, root, boards
        self._queue: deque[_Check] = deque()
        self._current: _Check | None = None
        self._offered: dict[Parts, _Offered] = {}
        self._wake = threading.Condition()
        self._is_over = False
        self._process = GlanceProcess(house.work_dir / "tmp")
        self._thread = threading.Thread(target=self._run, name="sohoa-checks", daemon=True)

    def offer(self, files: Iterable[SeenFile], closed: Iterable[Path], now_s: float) -> bool:
        """Take up files whose last byte has probably come; say whether others still wait for theirs.

        ``closed`` are files of which a writer was just seen to be done; ``now_s`` is of a monotonic clock.
        """
        done = {os.fspath(path) for path in closed}
        offered: dict[Parts, _Offered] = {}
        for file in files:
            before = self._offered.get(file.parts)
            if before is None or before.stamp != file.stamp:
                before = _Offered(file.stamp, now_s)
            is_closed = os.fspath(self._root.joinpath(*file.parts)) in done
            is_due = before.check is None and (is_closed or now_s - before.since_s >= STILL_S)
            check = self._take_up(file) if is_due else before.check
            offered[file.parts] = _Offered(file.stamp, before.since_s, check)
        self._offered = offered
        return any(item.check is None for item in offered.values())

    def find_pages(self, file: SeenFile) -> tuple[PageGlance, ...] | None:
        """Return what was seen of every page of a file, none when it could not be looked at; None while that goes on."""
        offered = self._offered.get(file.parts)
        if offered is None or offered.stamp != file.stamp or offered.check is None or not offered.check.is_seen:
            return None
        return tuple(offered.check.pages)

    def is_busy(self, folder: Parts = ()) -> bool:
        """Say whether a file below a folder of the inbox is being checked or waits for it."""
        with self._wake:
            checks = [*self._queue, *([self._current] if self._current else [])]
            return any(check.file.parts[: len(folder)] == folder for check in checks)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._wake:
            self._is_over = True
            self._wake.notify()
        self._thread.join()
        self._process.close()
        for check in self._queue:
            check.stream.close()

    def _take_up(self, file: SeenFile) -> _Check | None:
        if is_being_written(self._root, file.parts):
            return None
        with self._wake:
            if len(self._queue) >= MAX_OPEN:
                return None
            try:
                check = _Check(file, open_inside(self._root, file.parts))
            except UnreadablePathError:
                return None
            self._queue.append(check)
            self._wake.notify()
        return check

    def _run(self) -> None:
        self._process.start()
        while (check := self._next()) is not None:
            try:
                is_finished = self._work_on(check)
            except Exception as error:  # a check is a service: it stops neither the watch nor the other checks
                _log.error("%s could not be checked", "/".join(check.file.parts), exc_info=error)
                check.pages, is_finished = [], True
            with self._wake:
                self._current = None
                check.is_seen |= is_finished
                if is_finished:
                    check.stream.close()
                else:
                    self._queue.append(check)

    def _next(self) -> _Check | None:
        with self._wake:
            while not self._queue and not self._is_over:
                self._wake.wait()
            self._current = None if self._is_over else self._queue.popleft()
            return self._current

    def _must_yield(self, started_s: float) -> bool:
        with self._wake:
            return self._is_over or (bool(self._queue) and time.monotonic() - started_s > SLICE_S)

    def _work_on(self, check: _Check) -> bool:
        """Look at a file for a while and say whether the check is finished: first quality, then printed page numbers."""
        try:
            if check.labelled is None:
                if not self._look(check, check.pages, GlanceOptions(find_codes=self._finds_codes(check))):
                    return False
                check.is_seen = True
                self._tell(check, judge_scan(check.pages, is_finished=True))
                if not 1 < len(check.pages) <= MAX_LABELLED_PAGES:
                    return True
                check.labelled = []
            reading = self._house.settings.reading
            reader = TesseractReader(reading.language, reading.tessdata_dir)
            if not self._look(check, check.labelled, GlanceOptions(label_reader=reader, known=tuple(check.pages))):
                return False
            self._tell(check, judge_scan(check.labelled, is_finished=True))
        except InputError as error:
            check.pages = check.pages if check.is_seen else []
            self._tell(check, judge_failure(error.message_vi.rstrip("."), is_fault_of_file=True, code=error.code))
        except SohoaError as error:
            _log.warning("%s: %s", "/".join(check.file.parts), error.message_en)
            check.looks_failed += 1
            if not check.is_seen and check.looks_failed < MAX_LOOKS:  # by what its pages show, it may have to be parted
                return False
            check.pages = check.pages if check.is_seen else []
            told = _UNPARTED_VI if self._finds_codes(check) and not check.is_seen else _UNCHECKED_VI
            self._tell(check, judge_failure(told, is_fault_of_file=False, code=error.code))
        return True

    def _finds_codes(self, check: _Check) -> bool:
        station = self._house.settings.watch.stations.get(check.file.placement.station)
        return station is not None and station.separators

    def _look(self, check: _Check, seen: list[PageGlance], options: GlanceOptions) -> bool:
        """Go on looking, adding to the pages ``seen``, and say whether the end was reached."""
        started_s = told_s = time.monotonic()
        # By this path the other process opens the very file that is open here, whatever bears its name by then.
        path = Path(f"/proc/{os.getpid()}/fd/{check.stream.fileno()}")
        job = GlanceJob(path, compose(check.file.parts[-1]), self._house.limits, options, skip=len(seen))
        with closing(self._process.look(job)) as pages:
            for page in pages:
                seen.append(page)
                if seen is check.pages and time.monotonic() - told_s > TELL_S:
                    self._tell(check, judge_scan(seen, is_finished=False))
                    told_s = time.monotonic()
                if self._must_yield(started_s):
                    return False
        return True

    def _tell(self, check: _Check, verdict: ScanVerdict) -> None:
        """Lay the verdict beside the file, and show it on the station's board."""
        if verdict == check.told:
            return
        check.told = verdict
        file = check.file
        put_note(self._root, file.parts, write_note(verdict, compose(file.parts[-1]), datetime.now(UTC)))
        path = compose("/".join(file.parts))
        try:
            self._boards.show_verdict(file.placement.station, path, file.placement.dossier_number, verdict)
        except SohoaError as error:  # a full disk: what was seen of the pages holds all the same
            _log.warning("the station's board is not up to date: %s", error.message_en)
