"""``sohoa profile``: the steps of a real scan, what they took, and nothing stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.sohoa_command import SAMPLES, SohoaCommand

SCAN = SAMPLES / "H01.31.12-261009-0011" / "bien-lai.jpg"
STEPS = ["extract", "read", "understand", "sign"]


@pytest.fixture
def sohoa(tmp_path: Path) -> SohoaCommand:
    """The command with a fresh home; no Prefect is asked."""
    return SohoaCommand(tmp_path / "home")


def test_the_json_form_accounts_for_the_time(sohoa: SohoaCommand) -> None:
    done = sohoa("profile", SCAN, "--json")
    assert done.exit_code == 0, done.err
    found = done.one()
    assert (found["pages"], list(found["steps"])) == (1, STEPS)
    assert found["wall_s"] > 0
    assert abs(sum(step["wall_s"] for step in found["steps"].values()) - found["wall_s"]) < 0.01
    assert abs(sum(step["cpu_s"] for step in found["steps"].values()) - found["cpu_s"]) < 0.01
    stages = found["read_stages"]
    assert {"load", "orientation", "recognize"} <= set(stages)
    assert sum(stages.values()) <= found["steps"]["read"]["wall_s"] + 0.01
    assert found["by_page"] == [{"page": 1, "read_stages": stages}]
    assert found["steps"]["read"]["cpu_s"] > 0.1  # the reader's own work counts, in this process or in another
    assert found["peak_rss_bytes"] > 50_000_000
    assert found["stored_bytes"] > 10_000
    assert not (sohoa.home / "objects").exists()
    assert not list((sohoa.home / "work").glob("sohoa-profile-*"))


def test_the_table_shows_steps_stages_and_the_total(sohoa: SohoaCommand) -> None:
    done = sohoa("profile", SCAN)
    assert done.exit_code == 0, done.err
    for word in (*STEPS, "recognize", "TỔNG", "100.0%", "KiB/trang"):
        assert word in done.out


def test_a_file_that_is_no_scan_is_told(sohoa: SohoaCommand) -> None:
    assert sohoa("profile", SAMPLES.parent / "README.md", "--json").exit_code == 3
