"""The store is proved once a day, and said not to lock where it does not."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError, StorageUnavailableError
from dossiers.model import Actor
from dossiers.store_properties import CheckedProperty, StoreProperty, StoreReport, Verdict
from operations.checking import check_configuration
from operations.proving_store import check_store, find_proof, require_store
from operations.reporting import report_status
from runtime.settings import Settings
from runtime.wiring import House

ACTOR = Actor("clerk", "Clerk")


def report(failing: StoreProperty | None = None) -> StoreReport:
    return StoreReport(
        tuple(
            CheckedProperty("archive", name, Verdict.FAILS if name is failing else Verdict.HOLDS, "seen")
            for name in StoreProperty
        )
    )


def open_house(home: Path, **store: object) -> House:
    return House(Settings.model_validate({"home": home, "store": store}))


def test_a_proof_is_good_for_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    probes: list[House] = []

    def probe(house: House) -> StoreReport:
        probes.append(house)
        return report()

    monkeypatch.setattr(House, "probe_store", probe)
    with open_house(tmp_path) as house:
        assert require_store(house, ACTOR).report.locks
        assert require_store(house, ACTOR).report.conforms
        assert len(probes) == 1
        proof = json.loads((tmp_path / "store-proof.json").read_text())
        proof["at"] = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
        (tmp_path / "store-proof.json").write_text(json.dumps(proof))
        require_store(house, ACTOR)
        assert len(probes) == 2
        proof["at"] = (datetime.now(UTC) + timedelta(hours=25)).isoformat()  # the clock was set back since
        (tmp_path / "store-proof.json").write_text(json.dumps(proof))
        require_store(house, ACTOR)
        assert len(probes) == 3
        (tmp_path / "store-proof.json").write_text("damaged")
        assert find_proof(house) is None


def test_a_proof_of_another_store_or_key_counts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(House, "probe_store", lambda _house: report())
    with open_house(tmp_path) as house:
        check_store(house, ACTOR)
        assert find_proof(house) is not None
    s3 = {"endpoint": "127.0.0.1:9", "access_key": "one-key-of-ours", "secret_key": "its-secret-of-ours"}
    with open_house(tmp_path, kind="s3", s3=s3) as other:
        assert find_proof(other) is None


@pytest.mark.parametrize("failing", [StoreProperty.LOCKED_DELETE_REFUSED, StoreProperty.SHORTENING_REFUSED])
def test_a_store_that_does_not_lock_is_told_and_refused_where_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failing: StoreProperty
) -> None:
    monkeypatch.setattr(House, "probe_store", lambda _house: report(failing))
    monkeypatch.setattr(logging.getLogger("sohoa"), "propagate", True)  # as before a command configures it
    with open_house(tmp_path) as house, caplog.at_level(logging.INFO, logger="sohoa"):
        assert not require_store(house, ACTOR).report.locks
        assert "DOES NOT LOCK" in caplog.text
        assert failing.value in caplog.text
        assert report_status(house, ACTOR).to_json()["store_locks"] is False
        (locks,) = (finding for finding in check_configuration(house, ACTOR) if finding.what == "store locks")
        assert (locks.error, locks.is_warning) == (None, True)
    with open_house(tmp_path, require_lock=True) as strict:
        with pytest.raises(ConfigurationError, match=failing.value):
            require_store(strict, ACTOR)
        findings = {finding.what: finding for finding in check_configuration(strict, ACTOR)}
        assert findings["store locks"].error is not None


def test_a_root_key_is_told_and_not_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(House, "probe_store", lambda _house: report(StoreProperty.BYPASS_REFUSED))
    with open_house(tmp_path, require_lock=True) as house:
        proof = require_store(house, ACTOR)
        (locks,) = (finding for finding in check_configuration(house, ACTOR) if finding.what == "store locks")
        assert (locks.error, locks.is_warning) == (None, True)
    assert (proof.report.locks, proof.report.conforms, proof.report.may_bypass) == (True, False, True)


def test_a_store_that_is_away_proves_nothing_and_is_not_remembered(tmp_path: Path) -> None:
    s3 = {"endpoint": "127.0.0.1:9", "access_key": "one-key-of-ours", "secret_key": "its-secret", "timeout_s": 1}
    with open_house(tmp_path, kind="s3", s3=s3) as house:
        assert not require_store(house, ACTOR).report.locks
        assert find_proof(house) is None
    with open_house(tmp_path, kind="s3", s3=s3, require_lock=True) as strict, pytest.raises(StorageUnavailableError):
        require_store(strict, ACTOR)
