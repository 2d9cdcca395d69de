"""Wake up when something happens in the inbox: the only module that knows watchdog.

Events only say *when* to look; what lies there is found by looking, since events get lost (a full queue, a network share,
a folder made and filled before it was watched). A share whose server tells nothing is looked through at intervals alone.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from watchdog.events import FileClosedEvent, FileClosedNoWriteEvent, FileOpenedEvent, FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

_log = logging.getLogger("sohoa.watch")


class InboxEvents(FileSystemEventHandler):
    """Tells that something happened below a folder. Use as a context manager.

    ``is_native`` asks the system for events; without, or when the system refuses, ``wait`` only sleeps.
    """

    def __init__(self, folder: Path, *, is_native: bool) -> None:
        self._folder = folder
        self._happened = threading.Event()
        self._lock = threading.Lock()
        self._closed: set[Path] = set()
        self._observer: BaseObserver | None = Observer() if is_native else None

    def wait(self, timeout_s: float) -> None:
        """Return when something happened since the last call, at the latest after ``timeout_s``."""
        self._happened.wait(timeout_s)
        self._happened.clear()

    def take_closed(self) -> set[Path]:
        """Return the files that a writer closed since the last call: their last byte has probably come."""
        with self._lock:
            closed, self._closed = self._closed, set()
        return closed

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Take note of an event; called in the observer's thread."""
        if isinstance(event, FileOpenedEvent | FileClosedNoWriteEvent):
            return  # our own reading
        if isinstance(event, FileClosedEvent):
            with self._lock:
                self._closed.add(Path(str(event.src_path)))
        self._happened.set()

    def __enter__(self) -> Self:
        if self._observer is not None:
            try:
                self._observer.schedule(self, str(self._folder), recursive=True)
                self._observer.start()
            except OSError as error:  # no more watches to be had: fs.inotify.max_user_watches
                _log.warning("no events from %s (%s); it is looked through at intervals", self._folder, error)
                self._observer = None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
