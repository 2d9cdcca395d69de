"""One supervisor a home, whoever looks at it meanwhile."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
from operations import housekeeping
from operations.housekeeping import read_standing, run_services
from runtime.settings import Settings
from runtime.supervising import Service, Supervisor


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home whose supervisor has nothing to do and ends at once."""

    def list_none(_settings: Settings) -> Sequence[Service]:
        return ()

    async def end(_supervisor: Supervisor) -> None:
        return

    monkeypatch.setattr(housekeeping, "list_services", list_none)
    monkeypatch.setattr(Supervisor, "run", end)
    return Settings(home=tmp_path / "home")


def test_one_who_looks_in_the_moment_of_the_start_does_not_hinder_it(settings: Settings) -> None:
    assert read_standing(settings) is None
    with (settings.home / "run" / "supervisor.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as the look of another does, for a moment
        release = threading.Timer(0.3, fcntl.flock, (lock, fcntl.LOCK_UN))
        release.start()
        run_services(settings)
        release.join()


def test_a_second_supervisor_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    read_standing(settings)
    monkeypatch.setattr(housekeeping, "_LOOKED_AT_S", 0.1)
    with (settings.home / "run" / "supervisor.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ConfigurationError, match="runs already"):
            run_services(settings)
