"""Everything but the buckets is deleted: what a backup brings back, and what the buckets alone do (docs/recovery.md)."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem

from catalog import CounterProgress, SubmissionEvent
from dossiers.errors import EmptyFileError, StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from dossiers.trail import TrailHead
from dossiers.trail_check import TrailFault
from operations.backing_up import back_up
from operations.paths import FoundScan
from operations.receiving import receive
from operations.restoring import lay_out_backup, rebuild_from_backup
from operations.searching import hit_to_json
from operations.settling import quarantine_refused, settle_failure
from operations.steps import archive_documents, make_pdfs, read_scan, understand_scan
from operations.trail_anchoring import anchor_trail
from operations.trail_verifying import verify_trail
from operations.verifying import verify_entry
from runtime.settings import load_settings
from runtime.wiring import House
from tests.support.sohoa_command import SAMPLES, SohoaCommand

CLERK = Actor("clerk-1", "Trần Thị Bình", "Bộ phận Một cửa")
NUMBER = "000.00.14.H01-250618-0118"
SCAN = SAMPLES / NUMBER / "to-trinh.pdf"
DAY = datetime(2026, 11, 28, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person sees of an archive, and whether its records are genuine."""

    hits: list[dict[str, Any]]
    progress: tuple[CounterProgress, ...]
    counts: dict[SubmissionState, int]
    genuine: list[bool]


def look(house: House) -> Seen:
    return Seen(
        [hit_to_json(hit) for hit in house.catalog.search("to trinh").hits],
        house.catalog.progress(now=DAY).counters,
        house.catalog.submissions.counts(),
        [verify_entry(house, entry, CLERK).is_genuine for entry in house.catalog.documents.list_documents()],
    )


def histories(house: House) -> list[list[SubmissionEvent]]:
    """Return what happened to every submission, but for the rebuilding itself."""
    scans = sorted(item.scan_sha256 for item in house.catalog.submissions.list_submissions(limit=None))
    return [[event for event in house.catalog.submissions.history(scan) if event.what != "rebuilt"] for scan in scans]


def list_quarantine(house: House) -> dict[str, bytes]:
    files = (path for path in house.quarantine_dir.rglob("*") if path.is_file())
    return {str(path.relative_to(house.quarantine_dir)): path.read_bytes() for path in files}


def fill(house: House, folder: Path) -> None:
    """Archive a scan, let one fail, put one aside, and leave one in the inbox."""
    scan = receive(house, FoundScan(SCAN, NUMBER), CLERK).sha256
    described = understand_scan(house, scan, read_scan(house, scan))
    archive_documents(house, scan, described, make_pdfs(house, scan, described, CLERK), CLERK)
    (folder / "failed.pdf").write_bytes(b"%PDF- one that fails")
    failed = receive(house, FoundScan(folder / "failed.pdf", NUMBER), CLERK).sha256
    settle_failure(house, house.catalog.submissions.get(failed), StorageUnavailableError(detail="away"), CLERK)
    (folder / "empty.pdf").write_bytes(b"")
    quarantine_refused(house, folder / "empty.pdf", EmptyFileError(name="empty.pdf"))
    waiting = house.settings.inbox / "quay-1" / NUMBER / "waiting.pdf"
    waiting.parent.mkdir(parents=True)
    waiting.write_bytes(b"%PDF- one that waits")
    anchor_trail(house)


@pytest.fixture
def home(tmp_path: Path, s3_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home on a real MinIO; it holds the archive's directory nowhere."""
    for name, value in {"SOHOA_HOME": str(tmp_path / "home"), **s3_settings}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "home" / "sohoa.toml").write_text('[signing]\nagency = "UBND PHƯỜNG MẪU"\n[metrics]\nport = 9999\n')
    return tmp_path / "home"


def trail_head(house: House) -> TrailHead:
    verdict = verify_trail(house)
    assert verdict.problems == ()
    return verdict.head


def test_a_backup_brings_back_all_and_the_buckets_alone_the_archive(
    home: Path, tmp_path: Path, s3_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = SohoaCommand(home, s3_settings)
    (tmp_path / "passphrase").write_text("hoa sen trang nam 2026\n")
    sealed = ("--passphrase-file", tmp_path / "passphrase")
    with House(load_settings()) as house:
        fill(house, tmp_path)
        before, before_histories, put_aside = look(house), histories(house), list_quarantine(house)
        roots = b"".join(pem.armor("CERTIFICATE", root.dump()) for root in house.trust_roots)
        certificate = pem.armor("CERTIFICATE", house.agency_identity.certificate.dump())
    assert before.genuine == [True]
    assert len(before.hits) == 1
    assert put_aside
    made = command("backup", tmp_path / "backup.tar", *sealed, "--json").one()
    assert made["secrets"] is True
    with House(load_settings()) as house:
        head = trail_head(house)

    refused = command("restore", tmp_path / "backup.tar", *sealed, "--json")
    assert (refused.exit_code, refused.one()["error"]["code"]) == (9, "configuration.invalid")

    shutil.rmtree(home)
    restored = command("restore", tmp_path / "backup.tar", *sealed, "--json").one()
    assert restored["trail"] == {"sequence": head.sequence, "hash": head.hash}
    assert (restored["inbox_files"], restored["kept_settings"]) == (1, False)
    with House(load_settings()) as house:
        assert (look(house), histories(house)) == (before, before_histories)
        assert house.settings.metrics.port == 9999
        assert (house.settings.inbox / "quay-1" / NUMBER / "waiting.pdf").read_bytes() == b"%PDF- one that waits"
        assert list_quarantine(house) == put_aside
        head = trail_head(house)

    shutil.rmtree(home)
    (tmp_path / "roots.pem").write_bytes(roots)
    (tmp_path / "agency.pem").write_bytes(certificate)
    trust = {"SOHOA_SIGNING__TRUST_FILES": f'["{tmp_path / "roots.pem"}"]'}
    rebuilt = command.with_settings(trust)("reindex", "--json").one()
    assert rebuilt["trail"] == {"sequence": head.sequence, "hash": head.hash}
    monkeypatch.setenv("SOHOA_SIGNING__TRUST_FILES", trust["SOHOA_SIGNING__TRUST_FILES"])
    with House(load_settings()) as house:  # the key is a new one now, and nobody said whose the old one was
        (problem,) = verify_trail(house).problems
        assert problem.fault is TrailFault.ANCHOR
        assert "signing.former_agency_files" in problem.detail
    monkeypatch.setenv("SOHOA_SIGNING__FORMER_AGENCY_FILES", f'["{tmp_path / "agency.pem"}"]')
    with House(load_settings()) as house:
        assert look(house) == before
        assert trail_head(house).sequence == head.sequence + 1  # the rebuilding itself
        assert histories(house) == [[], []]


def test_a_scan_that_was_claimed_after_the_backup_is_not_handed_in_twice(home: Path, tmp_path: Path) -> None:
    scan = home / "inbox" / "quay-1" / "scan.pdf"
    scan.parent.mkdir(parents=True)
    scan.write_bytes(b"%PDF- claimed later")
    with House(load_settings()) as house:
        back_up(house, tmp_path / "backup.tar", CLERK, passphrase=None)
        receive(house, FoundScan(scan), CLERK)
    shutil.rmtree(home)
    with House(load_settings()) as house:
        laid_out = lay_out_backup(house.settings, tmp_path / "backup.tar", tmp_path / "unpacked", passphrase=None)
        report = rebuild_from_backup(house, laid_out, CLERK)
        assert (report.inbox_files, report.inbox_known) == (0, 1)
        assert house.catalog.submissions.counts()[SubmissionState.RECEIVED] == 1
