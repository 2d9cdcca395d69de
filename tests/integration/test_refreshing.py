"""Time stamps renewed in the archive: once, as a new version under the lock, resumable, on a directory and on an S3 server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dossiers.errors import CertificateError, ConfigurationError, TimestampError
from dossiers.model import DocumentRole, ScannedFile, SignatureLevel, SigningRole
from operations.archiving import recipe_of
from operations.holding import place_hold
from operations.refreshing import Refreshment, count_outcomes, refresh_timestamps
from operations.retaining import list_lock_receipts
from operations.signing import make_signed_pdf
from operations.statements import judge_statement, sign_statement
from operations.trail_anchoring import anchor_trail
from operations.verifying import verify_entry
from pdf.document_stamps import find_newest_stamp
from runtime.settings import load_settings
from runtime.wiring import House
from storage.metadata import DocumentMetadata, to_catalog_entry
from tests.support.documents import CLERK
from tests.support.drawn_pages import ScanStyle, make_document, make_page
from tests.support.pki import PASSPHRASE, TestPki
from tests.support.sohoa_command import SohoaCommand

WINDOW = timedelta(days=30)
NOW = datetime.now(UTC)


@pytest.fixture
def settings(pki: TestPki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Settings of a house that signs at B-LTA, with an authority of time whose certificate ends in 20 days."""
    (tmp_path / "passphrase").write_bytes(PASSPHRASE)
    own: dict[str, str] = {
        "SOHOA_HOME": str(tmp_path / "home"),
        "SOHOA_SIGNING__LEVEL": "B-LTA",
        "SOHOA_SIGNING__NETWORK_TIMEOUT_S": "120",
    }
    for prefix, label in (("SOHOA_SIGNING__", "officer"), ("SOHOA_SIGNING__AGENCY_KEY__", "agency")):
        own[f"{prefix}IDENTITY"] = "pkcs12"
        own[f"{prefix}PKCS12_FILE"] = str(pki.write_pkcs12(label))
        own[f"{prefix}PASSPHRASE_FILE"] = str(tmp_path / "passphrase")
    own["SOHOA_SIGNING__TRUST_FILES"] = f'["{pki.write_root()}"]'
    own["SOHOA_SIGNING__TIMESTAMP_URL"] = pki.tsa_url("tsa-short")
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    return own


def _store(house: House, folder: Path, number: int = 1, *, is_locked: bool = True) -> DocumentMetadata:
    folder.mkdir(exist_ok=True)
    page = make_page(folder, 1, ScanStyle("png", "1"))
    described = make_document(page)
    described = replace(described, document=replace(described.document, scan_sha256=f"{number:02x}" * 32))
    sha256 = described.document.scan_sha256
    signed = make_signed_pdf(house, folder, described, NOW, DocumentRole.RESULT if number % 2 == 0 else DocumentRole.COMPONENT)
    scan = ScannedFile(page.source.path, sha256, 6, "scan.png", described.dossier_number, NOW)
    until = NOW + timedelta(days=365) if is_locked else None
    house.archive.store_document(scan, described, signed, recipe=recipe_of(house), actor=CLERK, retain_until=until)
    (record,) = (each for each in house.archive.iter_documents() if each.scan_sha256 == sha256)
    house.catalog.documents.upsert(to_catalog_entry(record, described.document.pages))
    return record


def _with_lasting_stamps(monkeypatch: pytest.MonkeyPatch, pki: TestPki) -> House:
    monkeypatch.setenv("SOHOA_SIGNING__TIMESTAMP_URL", pki.tsa_url())
    return House(load_settings())


def test_a_held_document_is_held_in_its_new_form_as_well(
    pki: TestPki, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _with_lasting_stamps(monkeypatch, pki) as house:
        monkeypatch.setenv("SOHOA_SIGNING__TIMESTAMP_URL", pki.tsa_url("tsa-short"))
        with House(load_settings()) as before:
            record = _store(before, tmp_path / "one")
        place_hold(house, record.document_id, "Lệnh 12/TAND", CLERK)
        assert [each.outcome for each in refresh_timestamps(house, WINDOW, CLERK)] == [Refreshment.RENEWED]
        entry = house.catalog.documents.get(record.document_id)
        assert entry.pdf_sha256 != record.pdf.sha256
        assert {receipt.is_held for receipt in list_lock_receipts(house, entry, CLERK)} == {True}


@pytest.mark.parametrize("store", ["directory", "s3"])
def test_a_stamp_that_ages_is_renewed_once(
    store: str,
    pki: TestPki,
    settings: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    if store == "s3":
        for name, value in request.getfixturevalue("s3_settings").items():
            monkeypatch.setenv(name, value)
    with House(load_settings()) as house:
        officers, agencys = _store(house, tmp_path / "one", 1), _store(house, tmp_path / "two", 2)
        assert (officers.pdf.role, agencys.pdf.role) == (SigningRole.OFFICER, SigningRole.AGENCY)
        assert (officers.pdf.signer, agencys.pdf.signer) == ("Nguyễn Văn Thử", "UBND XÃ THỬ NGHIỆM")
        assert officers.pdf.certificate_check is not None
        assert [each.outcome for each in refresh_timestamps(house, WINDOW, CLERK)] == [Refreshment.POINTLESS] * 2
    with _with_lasting_stamps(monkeypatch, pki) as house:
        foreseen = list(refresh_timestamps(house, WINDOW, CLERK, is_dry_run=True))
        assert count_outcomes(foreseen)["due"] == 2
        done = list(refresh_timestamps(house, WINDOW, CLERK))
        assert count_outcomes(done) == {"due": 0, "renewed": 2, "pointless": 0, "failed": 0}
        assert list(refresh_timestamps(house, WINDOW, CLERK)) == []
        record = house.archive.find_document(officers.dossier_number, officers.document_id)
        assert record is not None
        assert [event.what for event in record.history] == ["archived", "restamped"]
        assert record.history[-1].detail == officers.pdf.sha256
        assert record.pdf.level is SignatureLevel.B_LTA
        assert record.pdf.stamped_until == done[0].until
        documents = house.archive.documents
        for key in (record.pdf.key, officers.pdf.key, record.metadata_key):
            kept = documents.stat(key)
            assert kept is not None
            assert kept.retain_until is not None
            assert kept.retain_until >= NOW + timedelta(days=364)
        house.archive.read_pdf(record, tmp_path / "new.pdf")
        house.archive.read_other_pdf(officers.pdf.key, tmp_path / "old.pdf")
        assert (tmp_path / "new.pdf").read_bytes().startswith((tmp_path / "old.pdf").read_bytes())
        for entry in house.catalog.documents.list_documents():
            assert verify_entry(house, entry, CLERK).is_genuine


def test_an_interrupted_run_is_taken_up(
    pki: TestPki, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with House(load_settings()) as house:
        record = _store(house, tmp_path / "one")
    with _with_lasting_stamps(monkeypatch, pki) as house:
        with monkeypatch.context() as pulled_plug:
            pulled_plug.setattr(house.archive, "_put_metadata", _pull_plug)
            with pytest.raises(KeyboardInterrupt):
                list(refresh_timestamps(house, WINDOW, CLERK))
        others = [each.key for each in house.archive.list_other_pdfs(record)]
        assert len(others) == 1
        with monkeypatch.context() as pulled_plug:
            pulled_plug.setattr(house.catalog.documents, "upsert", _pull_plug)
            with pytest.raises(KeyboardInterrupt):
                list(refresh_timestamps(house, WINDOW, CLERK))
        renewed = house.archive.find_document(record.dossier_number, record.document_id)
        assert renewed is not None
        assert [renewed.pdf.key] == others
        assert house.catalog.documents.get(record.document_id).pdf_sha256 == record.pdf.sha256
        assert list(refresh_timestamps(house, WINDOW, CLERK)) == []
        assert house.catalog.documents.get(record.document_id).pdf_sha256 == renewed.pdf.sha256


def _pull_plug(*_: object) -> None:
    raise KeyboardInterrupt


def test_without_an_authority_nothing_changes_and_a_later_run_helps(
    pki: TestPki, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with House(load_settings()) as house:
        record = _store(house, tmp_path / "one", is_locked=False)
    with _with_lasting_stamps(monkeypatch, pki) as house:
        pki.faults.down.add("tsa")
        with pytest.raises(TimestampError):
            list(refresh_timestamps(house, WINDOW, CLERK))
        assert list(house.archive.iter_documents()) == [record]
        pki.faults.clear()
        assert [each.outcome for each in refresh_timestamps(house, WINDOW, CLERK)] == [Refreshment.RENEWED]


def test_a_document_without_long_term_data_gets_them(
    pki: TestPki, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOHOA_SIGNING__LEVEL", "B-T")
    with House(load_settings()) as house:
        record = _store(house, tmp_path / "one")
        assert record.pdf.level is SignatureLevel.B_T
        unsaid = record.model_copy(update={"pdf": record.pdf.model_copy(update={"stamped_until": None})})
        house.archive._put_metadata(unsaid, None)  # as it was written before the metadata said how long a stamp holds
    with _with_lasting_stamps(monkeypatch, pki) as house:
        (done,) = refresh_timestamps(house, WINDOW, CLERK)
        renewed = house.archive.find_document(record.dossier_number, record.document_id)
        assert renewed is not None
        assert (done.outcome, renewed.pdf.level) == (Refreshment.RENEWED, SignatureLevel.B_LTA)
        house.archive.read_pdf(renewed, tmp_path / "new.pdf")
        stamp = find_newest_stamp(tmp_path / "new.pdf")
        assert stamp is not None
        assert stamp.is_of_document


def test_stamps_need_an_authority(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOHOA_SIGNING__TIMESTAMP_URL")
    monkeypatch.delenv("SOHOA_SIGNING__LEVEL")
    with House(load_settings()) as house, pytest.raises(ConfigurationError, match="timestamp_url"):
        list(refresh_timestamps(house, WINDOW, CLERK))


def test_the_command_renews_and_shows(pki: TestPki, settings: dict[str, str], tmp_path: Path) -> None:
    with House(load_settings()) as house:
        record = _store(house, tmp_path / "one")
    sohoa = SohoaCommand(tmp_path / "home", {**settings, "SOHOA_SIGNING__TIMESTAMP_URL": pki.tsa_url()})
    done = sohoa("refresh-timestamps", "--within", "30", "--json")
    assert done.exit_code == 0, done.err
    assert done.rows()[-1] == {"counts": {"due": 0, "renewed": 1, "pointless": 0, "failed": 0}}
    shown = sohoa("show", record.document_id)
    for words in ("cán bộ số hóa", "không bị thu hồi", "OCSP http://127.0.0.1", "PAdES B-LTA"):
        assert words in shown.out


def test_a_revoked_certificate_of_the_agency_signs_no_statement(
    pki: TestPki, settings: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del settings
    with House(load_settings()) as house:
        assert judge_statement(house, b"a day", sign_statement(house, b"a day")).is_genuine
    monkeypatch.setenv("SOHOA_SIGNING__AGENCY_KEY__PKCS12_FILE", str(pki.write_pkcs12("revoked")))
    with House(load_settings()) as house:
        with pytest.raises(CertificateError, match="revoked"):
            sign_statement(house, b"a day")
        with pytest.raises(CertificateError, match="revoked"):
            anchor_trail(house)
        assert house.trail.list_anchors() == []
