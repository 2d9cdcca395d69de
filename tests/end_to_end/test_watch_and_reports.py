"""The watched folder, and what the administrator and the manager ask."""

from __future__ import annotations

import shutil
from pathlib import Path

from dossiers.model import Outcome
from tests.support.bad_files import jpeg_bytes
from tests.support.samples import CLEAR_TYPE, find_sample
from tests.support.sohoa_command import SohoaCommand

QUICK = {"SOHOA_WATCH__SETTLE_S": "0.2", "SOHOA_WATCH__POLL_S": "0.1"}


def test_a_file_leaves_the_inbox_only_when_its_bytes_are_safe(sohoa: SohoaCommand, tmp_path: Path) -> None:
    sample = find_sample(CLEAR_TYPE)
    dossier = sohoa.home / "inbox" / sample.dossier_number
    dossier.mkdir(parents=True)
    shutil.copy(sample.path, dossier / "a.pdf")
    (dossier / "rỗng.pdf").write_bytes(b"")
    (dossier / "đang ghi.pdf.part").write_bytes(jpeg_bytes())
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(jpeg_bytes())
    (sohoa.home / "inbox" / "link.jpg").symlink_to(outside)

    done = sohoa.with_settings(QUICK)("watch", "--once", "--json")

    assert done.exit_code == 0, done.err
    outcomes = {Path(row["path"]).name: (row["outcome"], (row["error"] or {}).get("code")) for row in done.rows()}
    assert outcomes == {
        "a.pdf": (Outcome.ARCHIVED, None),
        "rỗng.pdf": (Outcome.REJECTED, "input.empty"),
        "link.jpg": (Outcome.REJECTED, "input.unreadable"),
    }
    left = sorted(path.name for path in (sohoa.home / "inbox").rglob("*") if not path.is_dir())
    assert left == ["link.jpg", "đang ghi.pdf.part"]
    assert list((sohoa.home / "quarantine").glob("*/*-rỗng.pdf"))
    (entry,) = sohoa("search", "thong bao", "--json").one()["hits"]
    assert entry["dossier_number"] == sample.dossier_number


def test_watch_keeps_what_the_store_could_not_take(sohoa_on_s3: SohoaCommand) -> None:
    inbox = sohoa_on_s3.home / "inbox" / "H01.31.12-261008-0003"
    inbox.mkdir(parents=True)
    (inbox / "a.jpg").write_bytes(jpeg_bytes())
    down = sohoa_on_s3.with_settings({**QUICK, "SOHOA_STORE__S3__ENDPOINT": "127.0.0.1:9", "SOHOA_STORE__S3__TIMEOUT_S": "1"})
    done = down("watch", "--once", "--json")
    assert done.one()["error"]["code"] == "storage.unavailable"
    assert (inbox / "a.jpg").read_bytes() == jpeg_bytes()

    done = sohoa_on_s3.with_settings(QUICK)("watch", "--once", "--json")
    assert done.one()["outcome"] == Outcome.NEEDS_REVIEW
    assert not (inbox / "a.jpg").exists()


def test_a_clerk_looks_at_a_document_with_numbers_masked(sohoa: SohoaCommand) -> None:
    sample = find_sample("can_cuoc_cong_dan")
    document = sohoa.ingest(sample.path).one()["documents"][0]
    number = sample.fields["personal_id_number"]
    masked = sohoa("show", document["object_key"], "--text")
    assert masked.exit_code == 0, masked.err
    assert number not in masked.out
    assert number in sohoa("show", document["object_key"], "--text", "--unmask").out
    hits = sohoa("search", number, "--json")
    assert number not in hits.out.replace(f'"query": "{number}"', "")


def test_the_configuration_is_proved_part_by_part(sohoa_on_s3: SohoaCommand) -> None:
    good = sohoa_on_s3("config", "check", "--json")
    assert good.exit_code == 0, good.out
    assert all(row["ok"] for row in good.rows())
    bad = sohoa_on_s3.with_settings({"SOHOA_SIGNING__MARK_FONT": "/nowhere.ttf"})("config", "check", "--json")
    assert bad.exit_code == 9
    assert [row["what"] for row in bad.rows() if not row["ok"]] == ["font of the mark"]


def test_a_wrong_setting_is_told_without_a_traceback(sohoa: SohoaCommand) -> None:
    done = sohoa.with_settings({"SOHOA_READING__MAX_PAGES": "many"})("status")
    assert done.exit_code == 9
    assert "reading.max_pages" in done.err
    assert "Traceback" not in done.err
