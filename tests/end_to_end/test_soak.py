"""The soak in small: a dozen dossiers, every way to drop a file, every fault once. ``scripts/soak`` is the long one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.plan import Fault, Way
from tests.support.sohoa_command import REPOSITORY

_SMALL = ("--dossiers", "12", "--files", "2", "--real", "0", "--pace", "2", "--steps", "2", "--faults", str(len(Fault)))


@pytest.mark.timeout(1500)
def test_nothing_is_lost_stored_twice_or_counted_twice(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", *_SMALL, "--keep", str(tmp_path / "soak"), "--max-s", "1200"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=1400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert "24 files of 12 dossiers" in done.stdout
    assert [fault for fault in Fault if f"1 x {fault}" not in done.stdout] == []
    assert [way for way in Way if f" {way}" not in done.stdout] == []
    assert "0 lost, 0 stored twice, 0 counted twice; the sums agree" in done.stdout
