"""Digests at receipt, in a manifest that several may write and that is signed by the day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

import storage.manifests
from dossiers.manifest import Digested, EntryKind, parse_segment
from operations.manifesting import ManifestFault, iter_segments_found, sign_days, verify_heads
from operations.statements import judge_statement
from runtime.wiring import House
from samples.generator.dice import Dice
from storage.manifests import ManifestWriter
from tests.integration.custody.conftest import OpenHouse
from tests.support.kept_documents import CLERK, keep_document


def verify(house: House) -> list[ManifestFault]:
    faults: list[ManifestFault] = []
    digests = {found.key: found.sha256 for found in iter_segments_found(house, faults)}
    return [*faults, *verify_heads(house, digests.get)[1]]


def lines(house: House) -> list[tuple[EntryKind, Digested]]:
    return [
        (entry.kind, entry.what)
        for _, found in house.manifests.iter_segments()
        for entry in parse_segment(house.manifests.read(found.key))[0]
    ]


def test_what_comes_in_is_written_down_with_its_version(open_house: OpenHouse) -> None:
    house = open_house()
    (record,) = keep_document(house)
    written = {what.key: what for _, what in lines(house)}
    assert {record.pdf.key, record.words.key, record.metadata_key} < set(written)
    assert written[record.pdf.key].sha256 == record.pdf.sha256
    stored = house.archive.documents.stat(record.metadata_key)
    assert stored is not None
    assert (written[record.metadata_key].version_id, written[record.metadata_key].sha256) == (stored.version_id, stored.sha256)
    assert record.scan_sha256 in {what.sha256 for what in written.values()}
    (segment, *_) = [found for _, found in house.manifests.iter_segments()]
    lock = house.archive.documents.read_lock(segment.key)
    assert lock is not None
    assert lock.is_locked(datetime.now(UTC) + timedelta(days=365 * 19))


def test_days_are_signed_once_and_late_lines_get_a_head_of_their_own(open_house: OpenHouse) -> None:
    house = open_house()
    keep_document(house)
    assert sign_days(house, CLERK) == ()  # today is not over
    (head,) = sign_days(house, CLERK, with_today=True)
    assert sign_days(house, CLERK, with_today=True) == ()
    keep_document(house, content=b"later")
    (late,) = sign_days(house, CLERK, with_today=True)
    assert (head.index, late.index, late.day) == (1, 2, head.day)
    assert {segment.key for segment in head.segments} < {segment.key for segment in late.segments}
    assert verify(house) == []
    key = house.manifests.list_heads()[0]
    assert judge_statement(house, house.manifests.read(key), house.manifests.read_signature(key)).is_genuine


def test_yesterday_is_signed_by_itself(open_house: OpenHouse) -> None:
    house = open_house()
    writer = ManifestWriter(house.archive.documents, lambda: datetime.now(UTC) - timedelta(days=1))
    writer.add(EntryKind.STORED, Digested("archive", "a", "1", "0" * 64, 1))
    assert [head.index for head in sign_days(house, CLERK)] == [1]


def test_many_writers_add_at_the_same_time(open_house: OpenHouse) -> None:
    house = open_house()
    writers = [ManifestWriter(house.archive.documents) for _ in range(3)]

    def add(number: int) -> None:
        writers[number % 3].add(EntryKind.STORED, Digested("archive", f"k{number}", "1", "0" * 64, number))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(24)))
    assert sorted(what.size_bytes for _, what in lines(house)) == list(range(24))
    assert verify(house) == []
    assert [len(head.segments) for head in sign_days(house, CLERK, with_today=True)] == [24]


def test_each_flipped_byte_of_a_signed_day_shows(open_house: OpenHouse) -> None:
    """Segment, head and signature together: 200 random bytes of what a day left."""
    house = open_house()
    keep_document(house)
    sign_days(house, CLERK, with_today=True)
    head_key = house.manifests.list_heads()[0]
    statement, signature = house.manifests.read(head_key), house.manifests.read_signature(head_key)
    parts = {found.key: house.manifests.read(found.key) for _, found in house.manifests.iter_segments()}
    whole = [(key, place) for key, data in parts.items() for place in range(len(data))]
    whole += [("head", place) for place in range(len(statement))] + [("signature", place) for place in range(len(signature))]
    chance = Dice(30)
    for key, place in chance.sample(whole, 200):
        flip = chance.randrange(1, 256)

        def changed(name: str, data: bytes, at: str = key, place: int = place, flip: int = flip) -> bytes:
            return data[:place] + bytes([data[place] ^ flip]) + data[place + 1 :] if name == at else data

        if key in parts:
            with pytest.raises(ValueError, match=r"line|form"):
                parse_segment(changed(key, parts[key]))
        else:
            verdict = judge_statement(house, changed("head", statement), changed("signature", signature))
            assert not verdict.is_genuine, (key, place, flip)


def test_segments_and_heads_that_are_gone_or_others_are_told(open_house: OpenHouse) -> None:
    house = open_house(store={"kind": "directory"})
    for content in (b"one", b"two"):
        keep_document(house, content=content)
        sign_days(house, CLERK, with_today=True)
    root = house.home / "objects" / "archive"
    (first, second, *_) = [found.key for _, found in house.manifests.iter_segments()]

    def lose(key: str) -> None:
        for path in (root / ".versions" / key).iterdir():
            path.rename(path.with_name("lost-" + path.name))

    lose(first)
    told = {fault.key: fault.detail for fault in verify(house)}
    assert "missing" in told[first]
    assert "missing before" in told[second]
    lose(house.manifests.list_heads()[0])
    assert "heads" in {fault.key for fault in verify(house)}


def test_a_store_that_fails_after_the_bytes_are_kept_leaves_a_file_that_is_taken_again(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line may be lost with the process; the audit writes it then."""
    house = open_house()
    monkeypatch.setattr(storage.manifests.ManifestWriter, "add", lambda *_: None)
    (record,) = keep_document(house)
    assert lines(house) == []
    assert house.archive.is_document_intact(record)
