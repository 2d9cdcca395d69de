"""Results of tasks go with the runs that name them."""

from __future__ import annotations

import os
import time
from pathlib import Path

from flows.prefect_results import clear_old_results

DAY_S = 24 * 3600


def test_what_is_older_than_its_run_goes_and_nothing_else(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("kept")
    results = tmp_path / "results"
    (results / "folder").mkdir(parents=True)
    (results / "link").symlink_to(outside)
    for name, age_days in (("old", 31), ("young", 29)):
        path = results / name
        path.write_text(name)
        os.utime(path, (time.time() - age_days * DAY_S,) * 2)
    os.utime(outside, (0, 0))
    assert clear_old_results(results, 30) == 1
    assert sorted(path.name for path in results.iterdir()) == ["folder", "link", "young"]
    assert outside.exists()


def test_without_results_there_is_nothing_to_clear(tmp_path: Path) -> None:
    assert clear_old_results(tmp_path / "nowhere", 30) == 0
