"""Machines whose clocks differ, or are set, hold nothing up."""

from __future__ import annotations

from pathlib import Path

from tests.soak.clock import Clock
from tests.support.bad_files import draw_page
from tests.support.processes import wait_for
from tests.support.sohoa_command import SohoaCommand

_SETTINGS = {
    "SOHOA_READING__ENGINE": "null",
    "SOHOA_WATCH__SETTLE_S": "0.2",
    "SOHOA_WATCH__POLL_S": "0.1",
    "SOHOA_DISPATCH__POLL_S": "0.5",
}


def test_a_dispatcher_whose_clock_is_ahead_holds_up_no_batch(sohoa: SohoaCommand, tmp_path: Path) -> None:
    quick = sohoa.with_settings(_SETTINGS)
    clock = Clock.make(tmp_path)
    clock.put(3600)
    folder = quick.home / "inbox" / "H01.31.12-261008-0001"
    folder.mkdir(parents=True)
    draw_page("Giấy").save(folder / "a.png", dpi=(200, 200))
    assert quick("watch", "--once", "--claim-only").exit_code == 0
    worker = quick.start("worker", log=tmp_path / "worker.log")
    dispatcher = quick.with_settings(clock.environment()).start("dispatch", log=tmp_path / "dispatch.log")
    try:
        wait_for("the end of the dossier", lambda: quick("status", "--json").one()["counts"]["needs_review"] == 1, 400)
    finally:
        for process in (dispatcher, worker):
            process.terminate()
            process.wait(60)


def test_a_clock_far_from_the_stores_is_told_and_loses_nothing(sohoa_on_s3: SohoaCommand, tmp_path: Path) -> None:
    clock = Clock.make(tmp_path)
    sohoa = sohoa_on_s3.with_settings({"SOHOA_READING__ENGINE": "null", **clock.environment()})
    scan = tmp_path / "H01.31.12-261008-0002" / "a.png"
    scan.parent.mkdir()
    draw_page("Giấy").save(scan, dpi=(200, 200))
    clock.put(3600)  # an S3 server lets clocks differ by a quarter of an hour
    result = sohoa.ingest(scan).one()
    assert result["error"]["code"] == "storage.unavailable"
    assert "60 minutes ahead of the store's" in result["error"]["message_en"]
    assert scan.exists()
    clock.put(0)
    done = sohoa("replay", "--failed", "--json")
    assert [row["outcome"] for row in done.rows()] == ["needs_review"], done.err
