"""A house with an inbox, and a watch of it that a test can end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dossiers.model import Actor
from operations.ingesting import DossierScans
from operations.watching import ClaimedFile, watch_stations
from runtime.intake_settings import WatchSettings
from runtime.settings import Settings
from runtime.wiring import House

CLERK = Actor("canbo", "Nguyễn Thị Mẫu", "Bộ phận Một cửa")
NUMBER = "H01.31.12-261008-0003"
OTHER = "H01.31.12-261009-0004"
PATIENCE_S = 60.0


@dataclass(slots=True)
class Watched:
    """What a watch told, and the dossiers it handed on."""

    house: House
    told: list[ClaimedFile] = field(default_factory=list)
    handed_on: list[DossierScans] = field(default_factory=list)
    while_digitizing: Callable[[], object] = lambda: None

    def after_claim(self, house: House, dossiers: Sequence[DossierScans], actor: Actor) -> None:
        self.handed_on.extend(dossiers)
        self.while_digitizing()

    def once(self) -> Watched:
        """Watch until each file was tried once."""
        watch_stations(self.house, CLERK, self.after_claim, self.told.append, once=True)
        return self

    @contextmanager
    def running(self) -> Iterator[Watched]:
        """Watch in a thread while the block runs."""
        is_over = threading.Event()
        failures: list[BaseException] = []

        def check() -> None:
            if is_over.is_set():
                raise KeyboardInterrupt

        def run() -> None:
            try:
                watch_stations(self.house, CLERK, self.after_claim, self.told.append, between=check)
            except KeyboardInterrupt:
                pass
            except BaseException as error:  # told in the test's own thread
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield self
        finally:
            is_over.set()
            thread.join(PATIENCE_S)
        assert not failures, failures


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about; fail when it never does."""
    pause = threading.Event()
    for _ in range(round(PATIENCE_S / 0.05)):
        if is_so():
            return
        pause.wait(0.05)
    raise AssertionError("it never came about")


def open_watched(home: Path, **watch: object) -> Watched:
    """Return a house at ``home`` with the directory store and a quick watch, without verdicts unless they are asked for."""
    settings = {"settle_s": 0.3, "poll_s": 0.1, "verdicts": False, **watch}
    return Watched(House(Settings(home=home, watch=WatchSettings.model_validate(settings))))


def put(inbox: Path, name: str, content: bytes) -> Path:
    """Write a file below the inbox."""
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
