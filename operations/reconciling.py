"""Prove that every file ever seen ended somewhere, and that the object store says the same.

Both sides are read in the order of the digests and merged, so that memory does not grow with the archive.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from dossiers.errors import IntegrityError, SohoaError
from dossiers.model import Actor
from dossiers.reconciliation import CatalogSide, Difference, Disagreement, Ending, StoreSide, compare, ending_of
from operations.locking import working
from operations.recording import RecordWriter
from runtime.wiring import House
from storage.metadata import DocumentMetadata

_log = logging.getLogger("sohoa.reconcile")
# While others work, a scan may settle between two looks; what does not agree is looked at again before it is told.
_SECOND_LOOKS = 3
_PIECE = 500


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Files by where they ended (the sum is every file seen), and what does not agree."""

    endings: dict[Ending, int]
    submissions: int
    sightings: int
    originals: int
    documents: int
    differences: tuple[Difference, ...]

    @property
    def total(self) -> int:
        return sum(self.endings.values())

    @property
    def agrees(self) -> bool:
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        return {
            "endings": {ending.value: count for ending, count in self.endings.items()},
            "total": self.total,
            "submissions": self.submissions,
            "sightings": self.sightings,
            "originals": self.originals,
            "documents": self.documents,
            "agrees": self.agrees,
            "differences": [{"kind": one.kind.value, "what": one.what, "detail": one.detail} for one in self.differences],
        }


def reconcile(
    house: House, actor: Actor, advance: Callable[[], None] = lambda: None, sleep: Callable[[float], None] = time.sleep
) -> Reconciliation:
    """Compare catalog and object store, scan by scan and document by document. ``advance`` is called once each.

    What the store is known to have missed is written first; so what is told then is no mere delay. Raises
    StorageUnavailableError and its kin when one of them cannot be read.
    """
    del actor
    _write_records(house)
    originals = 0
    suspects: list[str] = []
    for sha256, side, has_original in _merge(house):
        originals += has_original
        if _differences(house, sha256, side, has_original=has_original):
            suspects.append(sha256)
        advance()
    documents, of_documents = _compare_documents(house, advance)
    submissions, sightings = house.catalog.sides.count_submissions(), house.catalog.sides.count_sightings()
    endings: Counter[Ending] = Counter()
    for state, error_code, count in (*submissions, *sightings):
        endings[ending_of(state, error_code)] += count
    endings[Ending.DESTROYED] = sum(tombstone.files for tombstone in house.destructions.iter_tombstones())
    return Reconciliation(
        endings={ending: endings[ending] for ending in Ending},
        submissions=sum(count for _, _, count in submissions),
        sightings=sum(count for _, _, count in sightings),
        originals=originals,
        documents=documents,
        differences=(*_look_again(house, suspects, sleep), *of_documents),
    )


def _write_records(house: House) -> None:
    try:
        with working(house):
            RecordWriter(house).write()
    except SohoaError as error:  # to compare takes neither a lock nor the right to write
        _log.warning("the store is not told first what it missed: %s [%s]", error.message_en, error.code)


def _merge(house: House) -> Iterator[tuple[str, CatalogSide | None, bool]]:
    """Yield every digest that either knows, in order, with the catalog's side and whether its bytes are in the store."""
    kept, known = house.archive.list_originals(), _iter_sides(house)
    original, submission = next(kept, None), next(known, None)
    while original is not None or submission is not None:
        if submission is None or (original is not None and original < submission[0]):
            yield str(original), None, True
            original = next(kept, None)
        elif original is None or submission[0] < original:
            yield *submission, False
            submission = next(known, None)
        else:
            yield *submission, True
            original, submission = next(kept, None), next(known, None)


def _iter_sides(house: House) -> Iterator[tuple[str, CatalogSide]]:
    last = ""
    while piece := house.catalog.sides.list_after(last, _PIECE):
        yield from piece
        last = piece[-1][0]


def _differences(house: House, sha256: str, catalog: CatalogSide | None, *, has_original: bool) -> tuple[Difference, ...]:
    try:
        record = house.archive.find_submission(sha256) if catalog is not None else None
    except IntegrityError as error:
        return (Difference(Disagreement.DAMAGED_RECORD, sha256, error.message_en),)
    store = StoreSide(has_original, record.state if record else None, len(record.sightings) if record else 0)
    lost = [part.sha256 for part in record.parts if house.catalog.sides.find(part.sha256) is None] if record else []
    return (*compare(sha256, catalog, store), *(_lost_part(sha256, part) for part in lost))


def _lost_part(sha256: str, part: str) -> Difference:
    return Difference(Disagreement.NO_PART, sha256, f"no submission for its part {part}")


def _look_again(house: House, suspects: list[str], sleep: Callable[[float], None]) -> list[Difference]:
    """Return the differences that last: a scan that others settle meanwhile agrees a moment later."""
    found: list[Difference] = []
    for look in range(_SECOND_LOOKS):
        if not suspects:
            return []
        sleep(0.5 * look)
        fresh = {sha256: _compare_now(house, sha256) for sha256 in suspects}
        found = [difference for differences in fresh.values() for difference in differences]
        suspects = [sha256 for sha256, differences in fresh.items() if differences]
    return found


def _compare_now(house: House, sha256: str) -> tuple[Difference, ...]:
    catalog, has_original = house.catalog.sides.find(sha256), house.archive.holds_original(sha256)
    if catalog is None and not has_original:
        return ()
    return _differences(house, sha256, catalog, has_original=has_original)


def _compare_documents(house: House, advance: Callable[[], None]) -> tuple[int, list[Difference]]:
    """Return how many documents stand in the archive, and those that only one side knows, or whose record is damaged."""
    found: list[Difference] = []

    def tell_damage(error: IntegrityError) -> None:
        found.append(Difference(Disagreement.DAMAGED_RECORD, error.facts.get("what", ""), error.message_en))

    stored, known_count = 0, 0
    records = house.archive.iter_documents(tell_damage)
    while piece := list(islice(records, _PIECE)):
        known = house.catalog.sides.list_known_documents([record.document_id for record in piece])
        found += [_unknown(record) for record in piece if not _is_known(house, record, known)]
        stored, known_count = stored + len(piece), known_count + len(known)
        for _ in piece:
            advance()
    if known_count != house.catalog.documents.count():
        found += [
            Difference(Disagreement.LOST_DOCUMENT, entry.document_id, "in the catalog, not in the store")
            for entry in house.catalog.documents.list_documents()
            if house.archive.find_document(entry.dossier_number, entry.document_id) is None
        ]
    return stored, found


def _is_known(house: House, record: DocumentMetadata, known: set[str]) -> bool:
    """Say whether the catalog knows a document; a scan under way stores its documents before it tells the catalog."""
    if record.document_id in known:
        return True
    side = house.catalog.sides.find(record.scan_sha256)
    return side is not None and ending_of(side.state, side.error_code) is Ending.IN_PROGRESS


def _unknown(record: DocumentMetadata) -> Difference:
    return Difference(Disagreement.UNKNOWN_DOCUMENT, record.document_id, "in the store, not in the catalog")
