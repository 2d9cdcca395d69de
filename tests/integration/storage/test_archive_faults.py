"""The archive on both stores: nothing lost, nothing twice, whatever interrupts or damages it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest

from dossiers.errors import IntegrityError, NotFoundError, SohoaError, StorageUnavailableError
from storage import keys
from storage.archive import Archive
from storage.directory_store import DirectoryStore
from storage.object_store import ObjectStore
from tests.integration.storage.conftest import (
    RECIPE,
    all_versions,
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

CHANGING = ("put", "extend_retention", "delete")


class InterruptedStoreError(Exception):
    """The process ends here."""


class FragileStore:
    """Passes every call to a store until a number of changes were made; the next one is never made, or never heard of."""

    def __init__(self, store: ObjectStore, changes_left: int, *, is_answer_lost: bool) -> None:
        self._store = store
        self._changes_left = changes_left
        self._is_answer_lost = is_answer_lost

    def __getattr__(self, name: str) -> object:
        operation = getattr(self._store, name)
        if name not in CHANGING:
            return operation

        def change(*arguments: object, **options: object) -> object:
            if self._changes_left == 0 and not self._is_answer_lost:
                raise InterruptedStoreError
            done = operation(*arguments, **options)
            if self._changes_left == 0:
                raise InterruptedStoreError
            self._changes_left -= 1
            return done

        return change


def test_an_original_that_is_not_its_digest_is_refused(archive: Archive, originals: ObjectStore, tmp_path: Path) -> None:
    scan = make_scan(tmp_path)
    scan.path.write_bytes(b"changed after it was hashed")
    with pytest.raises(IntegrityError):
        archive.keep_original(scan.path, scan.sha256, scan.name, RECEIVED_AT, CLERK)
    assert all_versions(originals) == []
    with pytest.raises(NotFoundError):
        archive.open_original(SCAN_SHA256, tmp_path / "copy")


def test_a_damaged_original_is_made_good_by_the_next_hand_in(archive: Archive, originals: ObjectStore, tmp_path: Path) -> None:
    scan = make_scan(tmp_path)
    key = archive.keep_original(scan.path, scan.sha256, scan.name, RECEIVED_AT, CLERK)
    originals.put(key, b"damaged", "application/pdf", {})
    with pytest.raises(IntegrityError):
        archive.open_original(SCAN_SHA256, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    assert archive.keep_original(scan.path, scan.sha256, scan.name, RECEIVED_AT, CLERK) == key
    archive.open_original(SCAN_SHA256, tmp_path / "copy")


def test_damaged_records_do_not_hide_the_others(archive: Archive, originals: ObjectStore) -> None:
    record = make_submission()
    archive.record_submission(record)
    other = sha256(b"other").hexdigest()
    originals.put(keys.submission_key(other), b'{"schema_version": 99}', "application/json", {})
    with pytest.raises(IntegrityError):
        list(archive.iter_submissions())
    damage: list[SohoaError] = []
    assert list(archive.iter_submissions(damage.append)) == [record]
    assert len(damage) == 1
    assert archive.record_submission(record.model_copy(update={"sha256": other}))
    assert len(list(archive.iter_submissions())) == 2


@pytest.mark.parametrize("is_answer_lost", [False, True])
@pytest.mark.parametrize("is_signed_anew", [False, True])
def test_an_interruption_anywhere_is_made_good_without_duplicates(
    originals: ObjectStore, store: ObjectStore, tmp_path: Path, is_signed_anew: bool, is_answer_lost: bool
) -> None:
    described, until = make_described(), in_an_hour()
    for changes in range(7):  # two puts, two locks, the metadata, the line of the manifest
        scan = replace(make_scan(tmp_path), sha256=secrets.token_hex(32))
        described = replace(described, document=replace(described.document, scan_sha256=scan.sha256))
        document_id = keys.make_document_id(scan.sha256, 1, 2)
        fragile = cast("ObjectStore", FragileStore(store, changes, is_answer_lost=is_answer_lost))  # passes every call on
        try:
            Archive(originals, fragile).store_document(
                scan, described, make_signed(tmp_path), recipe=RECIPE, actor=CLERK, retain_until=until
            )
        except InterruptedStoreError:
            assert changes < 6
        else:
            assert changes == 6
        later = make_signed(tmp_path, b"%PDF signed anew", signed_at=RECEIVED_AT + timedelta(hours=1))
        archive = Archive(originals, store)
        archived = archive.store_document(
            scan,
            described,
            later if is_signed_anew else make_signed(tmp_path),
            recipe=RECIPE,
            actor=CLERK,
            retain_until=until,
        )
        found = list(store.list(keys.document_prefix(DOSSIER, document_id)))
        assert {one.key for one in found} == {archived.pdf.key, archived.words.key, archived.metadata_key}
        assert [len(store.versions(one.key)) for one in found] == [1, 1, 1]
        record = archive.find_document(DOSSIER, document_id)
        assert record is not None
        assert archive.is_document_intact(record)
        for one in found:
            stored = store.stat(one.key)
            assert stored is not None
            assert stored.retain_until == until
        if record.pdf.sha256 != later.sha256:
            assert record.pdf.signed_at == RECEIVED_AT
    assert len(list(Archive(originals, store).iter_documents())) == 7


@pytest.mark.parametrize("suffix", [".pdf", ".words.json", "metadata.json"])
def test_damage_is_repaired_by_a_replay(archive: Archive, store: ObjectStore, tmp_path: Path, suffix: str) -> None:
    scan, described, signed = make_scan(tmp_path), make_described(), make_signed(tmp_path)
    archived = archive.store_document(scan, described, signed, recipe=RECIPE, actor=CLERK)
    record = archive.find_document(DOSSIER, archived.document_id)
    assert record is not None
    key = next(found.key for found in store.list() if found.key.endswith(suffix))
    store.put(key, b"damaged", "text/plain", {})
    assert archive.is_document_intact(record) == (suffix == "metadata.json")
    reads: dict[str, Callable[[], object]] = {
        ".pdf": lambda: archive.read_pdf(record, tmp_path / "copy"),
        ".words.json": lambda: archive.read_words(record),
        "metadata.json": lambda: archive.find_document(DOSSIER, archived.document_id),
    }
    with pytest.raises(IntegrityError):
        reads[suffix]()
    repaired = archive.store_document(scan, described, signed, recipe=RECIPE, actor=CLERK)
    assert (repaired.pdf.key, repaired.words.key) == (archived.pdf.key, archived.words.key)
    found = archive.find_document(DOSSIER, archived.document_id)
    assert found is not None
    assert archive.is_document_intact(found)
    assert archive.read_words(found)


def test_a_pdf_that_is_not_its_digest_is_refused(archive: Archive, store: ObjectStore, tmp_path: Path) -> None:
    signed = make_signed(tmp_path)
    signed.path.write_bytes(b"rewritten after it was signed")
    with pytest.raises(IntegrityError):
        archive.store_document(make_scan(tmp_path), make_described(), signed, recipe=RECIPE, actor=CLERK)
    assert all_versions(store) == []


def test_a_store_that_is_down_stores_nothing_and_says_so(tmp_path: Path, directory_store: DirectoryStore) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageUnavailableError(detail="down")

    store = DirectoryStore(tmp_path / "down")
    store.ensure_bucket()
    archive = Archive(directory_store, store)
    with pytest.MonkeyPatch.context() as patch:
        for use in ("digest", "get", "list", "put", "stat"):
            patch.setattr(store, use, fail)
        with pytest.raises(StorageUnavailableError):
            archive.store_document(make_scan(tmp_path), make_described(), make_signed(tmp_path), recipe=RECIPE, actor=CLERK)
    assert list(archive.iter_documents()) == []
