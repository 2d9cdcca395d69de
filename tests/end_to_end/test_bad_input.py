"""Bad input: one clear error each, quarantined with the reason beside it, nothing lost, the other files untouched."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from dossiers.model import Outcome
from samples.generator.plans import LOOSE_FILE
from tests.support.bad_files import jpeg_bytes, pdf_bytes, write_bad_files
from tests.support.samples import CLEAR_TYPE, find_sample
from tests.support.sohoa_command import SAMPLES, SohoaCommand


def test_every_bad_file_is_refused_and_the_good_one_is_archived(sohoa: SohoaCommand, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    expected = write_bad_files(inbox)
    good = find_sample(CLEAR_TYPE)
    (inbox / good.dossier_number).mkdir()
    shutil.copy(good.path, inbox / good.dossier_number)
    before = {path: path.read_bytes() for path in inbox.rglob("*") if path.is_file()}

    done = sohoa.ingest(inbox)

    assert done.exit_code == 3, done.err
    results = {Path(row["path"]).name: row for row in done.rows()}
    assert len(results) == len(expected) + 1
    for name, codes in expected.items():
        assert results[name]["outcome"] == Outcome.REJECTED, name
        assert results[name]["error"]["code"] in codes, results[name]
        assert results[name]["error"]["message_vi"]
        assert results[name]["error"]["message_en"]
        assert results[name]["documents"] == []
    assert results[good.path.name]["outcome"] == Outcome.ARCHIVED
    assert {path: path.read_bytes() for path in inbox.rglob("*") if path.is_file()} == before

    for name, codes in expected.items():
        (copy,) = (sohoa.home / "quarantine").glob(f"*/*-{name}")
        assert copy.read_bytes() == before[inbox / name]
        reason = json.loads(copy.with_name(copy.name + ".reason.json").read_bytes())
        assert reason["code"] in codes
        assert results[name]["error"]["message_vi"] in copy.with_name(copy.name + ".ly-do.txt").read_text(encoding="utf-8")
    counts = sohoa("status", "--json").one()["counts"]
    assert counts["rejected"] == len(expected)
    assert counts["archived"] == 1

    # Handed in again, a refused file is refused again, with the same reason.
    again = sohoa.ingest(inbox / "locked.pdf").one()
    assert (again["outcome"], again["error"]["code"]) == (Outcome.REJECTED, "input.password")


def test_a_signed_pdf_is_kept_untouched_and_waits_for_a_person(sohoa: SohoaCommand, tmp_path: Path) -> None:
    document = sohoa.ingest(find_sample(CLEAR_TYPE).path).one()["documents"][0]
    signed = tmp_path / "đã ký.pdf"
    shutil.copy(sohoa.home / "objects" / "archive" / document["object_key"], signed)
    other = SohoaCommand(tmp_path / "other", sohoa.settings)

    done = other.ingest(signed, options=("--dossier", document["dossier_number"]))

    result = done.one()
    assert done.exit_code == 3
    assert result["outcome"] == Outcome.NEEDS_REVIEW
    assert result["error"]["code"] == "input.already_signed"
    (found,) = result["documents"]
    assert found["type"] == document["type"]
    assert found["pdf_sha256"] == document["pdf_sha256"] == result["sha256"]
    (copy,) = (other.home / "quarantine").glob("*/*-đã ký.pdf")
    assert copy.read_bytes() == signed.read_bytes()


def test_a_file_under_its_right_name_is_taken_though_it_was_refused_under_another(sohoa: SohoaCommand, tmp_path: Path) -> None:
    """A clerk who mends the name, as the refusal asks, hands in the same bytes; so does one who has two copies."""
    folder = tmp_path / "H01.31.12-261008-0003"
    folder.mkdir()
    for name in ("a-sai.pdf", "b-đúng.jpg", "c-rỗng.pdf", "d-rỗng.jpg"):
        (folder / name).write_bytes(b"" if "rỗng" in name else jpeg_bytes())
    results = {Path(row["path"]).name: row for row in sohoa.ingest(folder).rows()}
    assert results["a-sai.pdf"]["error"]["code"] == "input.name"
    assert results["b-đúng.jpg"]["outcome"] == Outcome.NEEDS_REVIEW
    for name in ("c-rỗng.pdf", "d-rỗng.jpg"):
        assert results[name]["error"]["code"] == "input.empty"
        assert name in results[name]["error"]["message_vi"]
        assert results[name]["sha256"] == hashlib.sha256(b"").hexdigest()
        assert list((sohoa.home / "quarantine").glob(f"*/*-{name}.ly-do.txt"))
    counts = sohoa("status", "--json").one()["counts"]
    assert (counts["rejected"], counts["needs_review"], sum(counts.values())) == (3, 1, 4)

    (folder / "e-sai.png").write_bytes(pdf_bytes())
    assert sohoa.ingest(folder / "e-sai.png").one()["error"]["code"] == "input.name"
    (folder / "e-sai.png").rename(folder / "e.pdf")
    assert sohoa.ingest(folder / "e.pdf").one()["outcome"] == Outcome.NEEDS_REVIEW
    for file in sohoa.home.glob("catalog.sqlite3*"):
        file.unlink()
    assert sohoa("reindex").exit_code == 0
    counts = sohoa("status", "--json").one()["counts"]
    assert (counts["rejected"], counts["needs_review"], sum(counts.values())) == (4, 2, 6)


def test_a_dossier_number_that_was_not_known_can_be_given_later(sohoa: SohoaCommand, tmp_path: Path) -> None:
    number = "H01.40.05-261016-0009"
    scan = tmp_path / "quet.jpg"
    shutil.copy(SAMPLES / LOOSE_FILE, scan)
    first = sohoa.ingest(scan).one()
    assert (first["outcome"], first["documents"][0]["dossier_number"]) == (Outcome.NEEDS_REVIEW, None)
    assert "mã hồ sơ" in first["error"]["message_vi"]
    second = sohoa.ingest(scan, options=("--dossier", number)).one()
    assert (second["outcome"], second["documents"][0]["dossier_number"]) == (Outcome.ARCHIVED, number)
    assert len(sohoa("search", "thong bao", "--json").one()["hits"]) == 1
    assert sohoa.ingest(scan, options=("--dossier", number)).one()["outcome"] == Outcome.DUPLICATE


@pytest.mark.parametrize("command", ["ingest", "read"])
def test_a_path_that_is_not_there_is_told(sohoa: SohoaCommand, tmp_path: Path, command: str) -> None:
    done = sohoa(command, tmp_path / "absent.pdf", "--json")
    assert done.exit_code == 3
    assert "input.unreadable" in done.out


def test_read_tells_the_same_error_as_ingest(sohoa: SohoaCommand, tmp_path: Path) -> None:
    codes = write_bad_files(tmp_path / "bad")
    done = sohoa("read", tmp_path / "bad" / "locked.pdf", "--json")
    assert done.exit_code == 3
    assert done.one()["error"]["code"] in codes["locked.pdf"]
    assert "mật khẩu" in done.err


def test_a_malformed_dossier_number_is_refused_before_anything_is_taken(sohoa: SohoaCommand, tmp_path: Path) -> None:
    scan = tmp_path / "a.jpg"
    scan.write_bytes(jpeg_bytes())
    done = sohoa.ingest(scan, options=("--dossier", "H01-999999-1"))
    assert done.exit_code == 3
    assert done.one()["error"]["code"] == "input.code"
    assert sohoa("status", "--json").one()["total"] == 0


def test_an_unreadable_folder_is_told_and_the_others_go_on(sohoa: SohoaCommand, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    scan = tmp_path / "inbox" / "a.jpg"
    scan.write_bytes(jpeg_bytes())
    (tmp_path / "inbox" / "loop").symlink_to(tmp_path / "inbox")
    results = {Path(row["path"]).name: row for row in sohoa.ingest(tmp_path / "inbox").rows()}
    assert results["loop"]["error"]["code"] == "input.unreadable"
    assert results["a.jpg"]["outcome"] == Outcome.NEEDS_REVIEW
