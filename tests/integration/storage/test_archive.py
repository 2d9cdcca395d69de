"""The archive on both stores: nothing twice, and everything as it was kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dossiers.errors import StorageDeniedError
from dossiers.model import DocumentRole, Outcome, ReviewReason, SubmissionState
from dossiers.signatures import SignatureCheck, SignatureProblem, SignatureStanding
from storage import keys
from storage.archive import Archive
from storage.metadata import DocumentMetadata, Recipe, to_catalog_entry
from storage.object_store import ObjectStore
from tests.integration.storage.conftest import (
    RECIPE,
    all_versions,
    documents_in,
    in_an_hour,
    make_submission,
)
from tests.support.documents import (
    CLERK,
    DOSSIER,
    RECEIVED_AT,
    SCAN_SHA256,
    make_described,
    make_scan,
    make_signed,
)
from tests.support.signature_checks import TRUSTED, with_problem


def test_an_original_is_kept_once(archive: Archive, originals: ObjectStore, tmp_path: Path) -> None:
    scan = make_scan(tmp_path)
    key = archive.keep_original(scan.path, scan.sha256, scan.name, RECEIVED_AT, CLERK)
    assert key == f"{SCAN_SHA256[:2]}/{SCAN_SHA256}/original.pdf"
    again = archive.keep_original(scan.path, scan.sha256, "another name.TIF", RECEIVED_AT, CLERK)
    assert again == key
    assert len(all_versions(originals)) == 1
    stored = originals.stat(key)
    assert stored is not None
    assert stored.metadata["name"] == scan.name
    archive.open_original(SCAN_SHA256, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"a scan"


@pytest.mark.parametrize("name", ["", "no ending", "x." + "y" * 300, "ế" * 250 + ".pdf", "\udc80.pdf", "a.p/df", "a.\u202epdf"])
def test_originals_of_any_name(archive: Archive, tmp_path: Path, name: str) -> None:
    scan = make_scan(tmp_path)
    key = archive.keep_original(scan.path, scan.sha256, name, RECEIVED_AT, CLERK)
    assert key.rpartition("original.")[2] in ("pdf", "bin")


def test_a_submission_gets_a_new_version_only_on_change(archive: Archive, originals: ObjectStore) -> None:
    record = make_submission()
    assert archive.find_submission(SCAN_SHA256) is None
    assert archive.record_submission(record)
    assert not archive.record_submission(record)
    done = record.model_copy(update={"state": SubmissionState.ARCHIVED, "document_ids": ("p0001-0002-x",)})
    assert archive.record_submission(done)
    assert archive.find_submission(SCAN_SHA256) == done
    assert list(archive.iter_submissions()) == [done]
    assert len(originals.versions(keys.submission_key(SCAN_SHA256))) == 2


def test_a_document_is_stored_once(archive: Archive, store: ObjectStore, tmp_path: Path) -> None:
    scan, described, signed = make_scan(tmp_path), make_described(), make_signed(tmp_path)
    until = in_an_hour()
    archived = archive.store_document(
        scan, described, signed, recipe=RECIPE, actor=CLERK, role=DocumentRole.RESULT, retain_until=until
    )
    before = all_versions(store)
    assert len(before) == 3
    for key in (archived.pdf.key, archived.words.key, archived.metadata_key):
        stored = store.stat(key)
        assert stored is not None
        assert stored.retain_until == until
        assert stored.metadata["document-id"] == archived.document_id
        with pytest.raises(StorageDeniedError):
            store.delete(key)
    again = archive.store_document(scan, described, signed, recipe=RECIPE, actor=CLERK, retain_until=until)
    resigned = make_signed(tmp_path, b"%PDF-1.7 signed later", signed_at=RECEIVED_AT + timedelta(minutes=1))
    thrice = archive.store_document(scan, described, resigned, recipe=RECIPE, actor=CLERK)
    assert archived == again == thrice
    assert all_versions(store) == before


def test_a_new_document_costs_one_look_and_its_writes(
    originals: ObjectStore, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def note(name: str) -> Callable[..., object]:
        operation = getattr(store, name)

        def call(key: str, *arguments: object, **options: object) -> object:
            asked.append(name)
            return operation(key, *arguments, **options)

        return call

    archive = Archive(originals, store)
    with monkeypatch.context() as patch:
        for name in ("list", "stat", "get", "digest", "put"):
            patch.setattr(store, name, note(name))
        archive.store_document(make_scan(tmp_path), make_described(), make_signed(tmp_path), recipe=RECIPE, actor=CLERK)
    looks = [name for name in asked if name in ("list", "stat", "get")]
    assert looks == ["list", "get"]  # what stands there, and whether it stood among the unfiled before
    assert asked.count("put") == 4  # PDF, words, metadata, and the line of the manifest


def test_a_stored_document_can_be_read_again(archive: Archive, tmp_path: Path) -> None:
    scan, described, signed = make_scan(tmp_path), make_described(), make_signed(tmp_path)
    archived = archive.store_document(scan, described, signed, recipe=RECIPE, actor=CLERK)
    record = archive.find_document(DOSSIER, archived.document_id)
    assert record is not None
    assert list(archive.iter_documents()) == [record]
    assert record == archived
    assert archive.find_document(None, archived.document_id) is None
    assert archive.find_document("other", archived.document_id) is None
    archive.read_pdf(record, tmp_path / "copy.pdf")
    assert (tmp_path / "copy.pdf").read_bytes() == signed.path.read_bytes()
    entry = to_catalog_entry(record, archive.read_words(record))
    assert [page.text for page in entry.pages] == [page.text for page in described.document.pages]
    assert (entry.number, entry.state, entry.dossier_number) == ("47/QĐ-UBND", Outcome.ARCHIVED, DOSSIER)
    assert archive.is_document_intact(record)


def test_what_waits_for_review_is_not_locked_until_it_is_accepted(archive: Archive, store: ObjectStore, tmp_path: Path) -> None:
    scan, signed, until = make_scan(tmp_path), make_signed(tmp_path), in_an_hour()
    waiting = make_described(review_reasons=(ReviewReason.LOW_FIELD_CONFIDENCE,))
    archived = archive.store_document(scan, waiting, signed, recipe=RECIPE, actor=CLERK, retain_until=until)
    for found in documents_in(store):
        stored = store.stat(found.key)
        assert stored is not None
        assert stored.retain_until is None
    record = archive.find_document(DOSSIER, archived.document_id)
    assert record is not None
    assert record.outcome is Outcome.NEEDS_REVIEW
    resigned = make_signed(tmp_path, b"%PDF signed anew")
    accepted = archive.store_document(scan, make_described(), resigned, recipe=RECIPE, actor=CLERK, retain_until=until)
    assert accepted.pdf.key == archived.pdf.key
    record = archive.find_document(DOSSIER, archived.document_id)
    assert record is not None
    assert record.outcome is Outcome.ARCHIVED
    assert [event.what for event in record.history] == ["stored_for_review", "accepted"]
    archive.store_document(scan, waiting, signed, recipe=RECIPE, actor=CLERK)
    assert archive.find_document(DOSSIER, archived.document_id) == record
    for found in documents_in(store):
        stored = store.stat(found.key)
        assert stored is not None
        assert stored.retain_until == until


def test_a_new_verdict_on_signatures_is_written_and_the_same_one_is_not(archive: Archive, tmp_path: Path) -> None:
    scan, signed = make_scan(tmp_path), make_signed(tmp_path)
    reason = ReviewReason.SIGNATURE_UNTRUSTED

    def judge(check: SignatureCheck, *reasons: ReviewReason) -> DocumentMetadata:
        described = replace(make_described(review_reasons=reasons), signature_check=check)
        stored = archive.store_document(scan, described, signed, recipe=RECIPE, actor=CLERK)
        record = archive.find_document(DOSSIER, stored.document_id)
        assert record is not None
        return record

    unknown = with_problem(SignatureProblem.UNKNOWN_ROOT)
    first = judge(unknown, reason)
    assert first.signature_check == unknown
    assert first.signature_standing is SignatureStanding.UNTRUSTED
    assert judge(replace(unknown, checked_at=unknown.checked_at + timedelta(days=1)), reason) == first
    again = judge(with_problem(SignatureProblem.OUT_OF_TIME, "cd" * 32), reason)
    accepted = judge(TRUSTED)
    assert [event.what for event in accepted.history] == ["stored_for_review", "signatures_checked", "accepted"]
    assert again.signature_standing is SignatureStanding.UNTRUSTED
    assert to_catalog_entry(accepted, archive.read_words(accepted)).signature_standing is SignatureStanding.TRUSTED
    assert accepted.outcome is Outcome.ARCHIVED
    assert judge(unknown, reason) == accepted  # none that is accepted becomes unaccepted


def test_another_recipe_makes_a_new_version_and_keeps_the_history(archive: Archive, store: ObjectStore, tmp_path: Path) -> None:
    scan, described = make_scan(tmp_path), make_described()
    first = archive.store_document(scan, described, make_signed(tmp_path), recipe=RECIPE, actor=CLERK)
    better = Recipe(engine="tesseract 5.5.0 vie", pipeline_version="2")
    second = archive.store_document(scan, described, make_signed(tmp_path, b"%PDF better"), recipe=better, actor=CLERK)
    assert first.document_id == second.document_id
    assert first.pdf.key != second.pdf.key
    assert len(store.versions(second.metadata_key)) == 2
    record = archive.find_document(DOSSIER, second.document_id)
    assert record is not None
    assert [event.what for event in record.history] == ["archived", "remade"]
    assert len(list(archive.iter_documents())) == 1
    assert store.digest(first.pdf.key) == first.pdf.sha256


def test_a_document_whose_dossier_becomes_known_counts_once(archive: Archive, store: ObjectStore, tmp_path: Path) -> None:
    scan, signed = make_scan(tmp_path), make_signed(tmp_path)
    unfiled = make_described(dossier_number=None, review_reasons=(ReviewReason.NO_DOSSIER_NUMBER,))
    first = archive.store_document(scan, unfiled, signed, recipe=RECIPE, actor=CLERK)
    assert first.pdf.key.startswith("_unfiled/")
    second = archive.store_document(scan, make_described(), signed, recipe=RECIPE, actor=CLERK)
    before = all_versions(store)
    archive.store_document(scan, make_described(), signed, recipe=RECIPE, actor=CLERK)
    assert all_versions(store) == before
    assert first.document_id == second.document_id
    assert [record.dossier_number for record in archive.iter_documents()] == [DOSSIER]
    old = archive.find_document(None, first.document_id)
    assert old is not None
    assert old.superseded_by == second.metadata_key
    assert [event.what for event in old.history] == ["stored_for_review", "superseded"]
