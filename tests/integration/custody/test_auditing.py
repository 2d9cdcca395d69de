"""Damage and loss are found, told, and healed from the second copy; what is whole is left alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import operations.auditing
import storage.manifests
from dossiers.errors import IntegrityError, StorageUnavailableError
from operations.auditing import audit, find_last_audit, is_interrupted
from operations.destroying import approve_destruction, execute_destruction, propose_destruction
from operations.holding import place_hold
from operations.manifesting import sign_days
from operations.mirroring import mirror_archive
from operations.rereading import RateLimit, Rereader
from operations.retaining import list_lock_receipts, set_dossier
from runtime.wiring import House
from storage.audit_ledger import AuditLedger
from storage.directory_store import DirectoryStore
from storage.object_store import ObjectStore, StoredObject
from storage.s3_store import S3Store
from tests.integration.custody.conftest import OpenHouse, s3_sections
from tests.integration.storage.conftest import connect
from tests.support.kept_documents import CLERK, NUMBER, OFFICER, keep_document, make_settings
from tests.support.minio_server import S3TestServer, own_minio

BIG = bytes(range(256)) * 4096  # a megabyte: MinIO keeps it in a file of its own


def test_what_is_whole_is_told_so(mirrored: House) -> None:
    keep_document(mirrored, first_pages=(1, 3))
    sign_days(mirrored, CLERK, with_today=True)
    mirror_archive(mirrored, CLERK)
    record = audit(mirrored, CLERK)
    assert (record.findings, record.adopted, record.heads) == ((), 0, 1)
    assert record.objects >= 9
    assert not is_interrupted(mirrored)
    assert find_last_audit(mirrored) == record
    again = audit(mirrored, CLERK)  # with the report of the first, and its line
    assert again.findings == ()


def test_a_line_that_was_lost_is_made_good(mirrored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(storage.manifests.ManifestWriter, "add", lambda *_: None)
        keep_document(mirrored)
    assert audit(mirrored, CLERK).adopted == 4  # the original, PDF, words and metadata
    assert audit(mirrored, CLERK).adopted == 0


def test_what_was_destroyed_is_not_missed(open_house: OpenHouse, tmp_path: Path) -> None:
    house = open_house(
        archive={"retention_days": 0},
        retention={"procedures": {"1.000110": 1}},
        mirror={"kind": "directory", "path": tmp_path / "mirror"},
    )
    keep_document(house)
    set_dossier(house, NUMBER, CLERK, procedure="1.000110", ended_on=date(2010, 1, 1))
    mirror_archive(house, CLERK)
    list_id = propose_destruction(house, "x", CLERK).list_id
    approve_destruction(house, list_id, OFFICER)
    execute_destruction(house, list_id, OFFICER)
    assert house.mirror is not None
    left = [found.key for store in house.mirror for found in store.list()]
    assert [key for key in left if not key.startswith(("_custody/", "trail/"))] == []
    assert audit(house, CLERK).findings == ()


def test_an_interrupted_audit_goes_on_where_it_was(mirrored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_document(mirrored, first_pages=(1, 3, 5))
    monkeypatch.setattr(operations.auditing, "_PIECE", 2)
    read: list[str] = []
    breaks_at = 7
    real = Rereader.examine

    def count(self: Rereader, key: str, expected: dict[str, str]) -> object:
        read.append(key)
        if len(read) == breaks_at:
            raise StorageUnavailableError(detail="away")
        return real(self, key, expected)

    monkeypatch.setattr(Rereader, "examine", count)
    with pytest.raises(StorageUnavailableError):
        audit(mirrored, CLERK)
    assert is_interrupted(mirrored)
    originals, documents = (
        [found.key for found in store.list()] for store in (mirrored.archive.originals, mirrored.archive.documents)
    )
    whole_pieces = len(originals) + (breaks_at - 1 - len(originals)) // 2 * 2  # a bucket's last piece may be half a one
    done = set(read[:whole_pieces])
    breaks_at, read[:] = -1, []
    record = audit(mirrored, CLERK, resume=True)
    assert record.findings == ()
    assert not done & set(read)
    passed = storage.manifests.PREFIX  # read before all others
    assert done | set(read) == {key for key in (*originals, *documents) if not key.startswith(passed)}


# --- real damage -----------------------------------------------------------------------------------------------------


@pytest.fixture
def minio_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[S3TestServer, Path]]:
    """A MinIO of our own whose disk we may damage."""
    folder = tmp_path_factory.mktemp("minio")
    with own_minio(folder) as server:
        yield server, folder / "data"


def flip(path: Path, place: int) -> None:
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[place] ^= 0x5A
    path.write_bytes(data)


def test_damage_on_minios_disk_is_found_and_healed(minio_folder: tuple[S3TestServer, Path], tmp_path: Path) -> None:
    server, disk = minio_folder
    sections = s3_sections(server)
    mirror = {"kind": "directory", "path": tmp_path / "mirror"}
    with House(make_settings(tmp_path / "home", **sections, mirror=mirror)) as house:
        (record,) = keep_document(house, content=BIG)
        sign_days(house, CLERK, with_today=True)
        mirror_archive(house, CLERK)
        buckets = house.settings.store.s3
        (big,) = (disk / buckets.originals_bucket).rglob("part.1")
        flip(big, big.stat().st_size // 2)
        small = disk / buckets.archive_bucket / record.pdf.key / "xl.meta"  # small objects lie inside their metadata
        flip(small, small.stat().st_size - 3)
        found = audit(house, CLERK)
        told = {(one.kind, one.key) for one in found.findings}
        original = house.archive.originals.list(f"{record.scan_sha256[:2]}/")
        assert ("damaged", next(iter(original)).key) in told
        assert ("damaged", record.pdf.key) in told
        # MinIO takes no new version of a key whose own metadata are damaged: a person must take the folder off its disk.
        assert [one.key for one in found.unhealed] == [record.pdf.key]
        shutil.rmtree(small.parent)
        assert [(one.key, one.is_healed) for one in audit(house, CLERK).findings] == [(record.pdf.key, True)]
        house.archive.open_original(record.scan_sha256, tmp_path / "original")
        assert (tmp_path / "original").read_bytes() == BIG
        house.archive.read_pdf(record, tmp_path / "pdf")
        locks = list_lock_receipts(house, house.catalog.documents.get(record.document_id), CLERK)
        assert all(lock.retain_until is not None for lock in locks)
        assert audit(house, CLERK).findings == ()


@pytest.fixture
def folder_house(tmp_path: Path) -> Iterator[House]:
    mirror = {"kind": "directory", "path": tmp_path / "mirror"}
    with House(make_settings(tmp_path / "home", mirror=mirror)) as house:
        yield house


def bytes_of(house: House, bucket: str, key: str) -> Path:
    (path,) = (house.home / "objects" / bucket / ".versions" / key).glob("*.data")
    return path


def test_damage_and_loss_in_a_folder_are_found_and_healed(folder_house: House) -> None:
    house = folder_house
    (record,) = keep_document(house)
    place_hold(house, NUMBER, "Lệnh 12/TAND", OFFICER)
    mirror_archive(house, CLERK)
    flip(bytes_of(house, "archive", record.pdf.key), 2)
    for path in bytes_of(house, "archive", record.words.key).parent.iterdir():
        path.unlink()
    flip(bytes_of(house, "archive", record.metadata_key), 5)
    found = audit(house, CLERK)
    assert {(one.kind, one.key) for one in found.findings} == {
        ("damaged", record.pdf.key),
        ("missing", record.words.key),
        ("damaged", record.metadata_key),
    }
    assert found.unhealed == ()
    assert house.archive.is_document_intact(record)
    assert house.archive.find_document(NUMBER, record.document_id) == record
    assert {lock.is_held for lock in list_lock_receipts(house, house.catalog.documents.get(record.document_id), CLERK)} == {
        True
    }
    assert audit(house, CLERK).findings == ()


def test_what_cannot_be_healed_is_listed_again_and_again(folder_house: House, tmp_path: Path) -> None:
    house = folder_house
    (record,) = keep_document(house)
    mirror_archive(house, CLERK)
    (copy,) = (tmp_path / "mirror" / "archive" / ".versions" / record.pdf.key).glob("*.data")
    flip(copy, 1)
    flip(bytes_of(house, "archive", record.pdf.key), 1)
    for _ in range(2):
        (left,) = audit(house, CLERK).unhealed
        assert (left.key, left.not_healed_because) == (record.pdf.key, "the second copy does not have it either")
    with pytest.raises(IntegrityError):
        house.archive.read_pdf(record, tmp_path / "pdf")


def test_a_damaged_manifest_is_found_and_healed(folder_house: House) -> None:
    house = folder_house
    keep_document(house)
    sign_days(house, CLERK, with_today=True)
    mirror_archive(house, CLERK)
    (segment, *_) = [found.key for _, found in house.manifests.iter_segments()]
    flip(bytes_of(house, "archive", segment), 30)
    found = audit(house, CLERK)
    assert segment in {one.key for one in found.findings}
    assert [one.key for one in found.unhealed if one.key != segment] == []
    assert audit(house, CLERK).findings == ()


def test_a_head_that_only_the_second_copy_has_is_an_alarm(folder_house: House) -> None:
    """Whoever takes away the last heads takes away the proof."""
    house = folder_house
    keep_document(house)
    sign_days(house, CLERK, with_today=True)
    mirror_archive(house, CLERK)
    for ending in ("json", "p7s"):
        folder = bytes_of(house, "archive", f"_custody/manifest/heads/00000001.{ending}").parent
        for path in folder.iterdir():
            path.unlink()
    (found,) = audit(house, CLERK).findings
    assert (found.kind, found.key) == ("manifest", "heads")


def test_reading_is_slowed_to_the_rate() -> None:
    now, slept = [0.0], []

    def sleep(pause_s: float) -> None:
        slept.append(pause_s)
        now[0] += pause_s

    limit = RateLimit(1_000_000, lambda: now[0], sleep)
    for _ in range(50):
        limit.take(100_000)
    assert 3.8 <= now[0] <= 5.1  # five megabytes, the first second's at once
    fast = RateLimit(0, lambda: now[0], sleep)
    before = len(slept)
    fast.take(10**9)
    assert len(slept) == before


def test_what_a_deletion_hides_is_told_and_healed(s3_server: S3TestServer, tmp_path: Path) -> None:
    mirror = {"kind": "directory", "path": tmp_path / "mirror"}
    with House(make_settings(tmp_path / "home", **s3_sections(s3_server), mirror=mirror)) as house:
        (record,) = keep_document(house)
        mirror_archive(house, CLERK)
        with closing(S3Store(connect(s3_server), house.settings.store.s3.archive_bucket)) as root:
            root.client.remove_object(root.bucket, record.pdf.key)
        (found,) = audit(house, CLERK).findings
        assert (found.kind, found.key, found.is_healed) == ("missing", record.pdf.key, True)
        assert house.archive.is_document_intact(record)
        assert audit(house, CLERK).findings == ()


def destroy(house: House) -> None:
    list_id = propose_destruction(house, "x", CLERK).list_id
    approve_destruction(house, list_id, OFFICER)
    execute_destruction(house, list_id, OFFICER)


@pytest.fixture
def doomed_house(tmp_path: Path) -> Iterator[House]:
    """A house in a folder, with a second copy, whose only dossier need not be kept any more."""
    with House(make_settings(tmp_path / "home", **doomed_sections(tmp_path))) as house:
        keep_document(house)
        set_dossier(house, NUMBER, CLERK, procedure="1.000110", ended_on=date(2010, 1, 1))
        yield house


def doomed_sections(tmp_path: Path) -> dict[str, object]:
    return {
        "archive": {"retention_days": 0},
        "retention": {"procedures": {"1.000110": 1}},
        "mirror": {"kind": "directory", "path": tmp_path / "mirror"},
    }


def papers(*stores: ObjectStore) -> list[str]:
    listed = [found.key for store in stores for found in store.list()]
    return [key for key in listed if not key.startswith(("_custody/", "trail/"))]


def test_what_is_destroyed_while_an_audit_runs_is_no_alarm_and_comes_not_back(
    doomed_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was found damaged, and then destroyed, while the second copy was on a tape that came back."""
    house = doomed_house
    mirror_archive(house, CLERK)
    shutil.copytree(tmp_path / "mirror", tmp_path / "tape")
    (entry,) = house.catalog.documents.list_of_dossier(NUMBER)
    metadata = house.archive.find_document(NUMBER, entry.document_id)
    assert metadata is not None
    flip(bytes_of(house, "archive", metadata.pdf.key), 2)
    real = operations.auditing._read_new_segments

    def destroy_first(audited: House, ledger: AuditLedger) -> None:
        destroy(audited)
        shutil.copytree(tmp_path / "tape", tmp_path / "mirror", dirs_exist_ok=True)
        real(audited, ledger)

    monkeypatch.setattr(operations.auditing, "_read_new_segments", destroy_first)
    assert audit(house, CLERK).findings == ()
    assert papers(house.archive.originals, house.archive.documents) == []


def test_what_is_destroyed_while_it_is_copied_is_not_left_in_the_second_copy(
    doomed_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = doomed_house
    assert house.mirror is not None
    copies = house.mirror[1]
    real = DirectoryStore.put
    other = House(make_settings(tmp_path / "home", **doomed_sections(tmp_path)))
    destroying = Thread(target=destroy, args=(other,))

    def put_late(self: DirectoryStore, key: str, *args: Any, **more: Any) -> StoredObject:
        if self is copies and key.endswith(".pdf") and not destroying.ident:
            destroying.start()
            destroying.join(3.0)
        return real(self, key, *args, **more)

    monkeypatch.setattr(DirectoryStore, "put", put_late)
    done = mirror_archive(house, CLERK)
    destroying.join()
    other.close()
    assert done.failures == []
    assert papers(*house.mirror) == []
