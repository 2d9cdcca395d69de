"""The daily work of custody, and what is told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dossiers.manifest import Digested, EntryKind
from operations.auditing import find_last_audit
from operations.custody_standing import RecentStanding, find_standing
from operations.exposition import expose
from operations.holding import place_hold
from operations.keeping_house import DailyRound
from operations.observing import observe
from operations.proving_store import find_proof
from runtime.wiring import House
from storage.manifests import ManifestWriter
from tests.support.kept_documents import CLERK, NUMBER, keep_document, make_settings


def test_a_round_proves_signs_mirrors_and_audits_once_a_day(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "home", mirror={"kind": "directory", "path": tmp_path / "mirror"})
    with House(settings) as house:
        (record,) = keep_document(house)
        yesterday = ManifestWriter(house.archive.documents, lambda: datetime.now(UTC) - timedelta(days=1))
        stored = house.archive.documents.stat(record.pdf.key)
        assert stored is not None
        yesterday.add(EntryKind.STORED, Digested("archive", stored.key, stored.version_id or "", record.pdf.sha256, 1))
    daily = DailyRound(settings, CLERK)
    assert daily.run_if_due()
    assert not daily.run_if_due()
    assert daily.run_if_due(now=datetime.now(UTC) + timedelta(days=1))
    with House(settings) as house:
        assert find_proof(house) is not None
        assert len(house.manifests.list_heads()) == 1
        assert house.mirror is not None
        assert house.mirror[1].stat(record.pdf.key) is not None
        last = find_last_audit(house)
        assert last is not None
        assert (last.findings, last.actor.id) == ((), CLERK.id)


def test_a_step_that_fails_does_not_hinder_the_next(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "home", mirror={"kind": "directory", "path": Path("/proc/no/such/place")})
    daily = DailyRound(settings, CLERK)
    assert daily.run_if_due()
    assert daily.run_if_due()  # it did not go well: again
    with House(make_settings(tmp_path / "home")) as house:
        assert find_last_audit(house) is not None


def test_holds_and_the_last_audit_are_metrics(tmp_path: Path) -> None:
    with House(make_settings(tmp_path / "home")) as house:
        keep_document(house)
        place_hold(house, NUMBER, "x", CLERK)
        DailyRound(house.settings, CLERK).run_if_due()
        standing = find_standing(house)
        assert standing is not None
        assert (standing.holds, standing.open_destructions) == (1, 0)
        told = expose(lambda: observe(house, custody=RecentStanding(house, wait_s=30).get())).decode()
    assert "sohoa_holds 1.0" in told
    assert "sohoa_audit_unhealed 0.0" in told
    assert "sohoa_audit_finished_timestamp_seconds" in told
