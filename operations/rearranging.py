"""Claim scans whose pages become other files: a long scan parted at its separator sheets, fronts and backs brought together.

The originals are kept as they came. Each part is a file of its own, claimed like any other under its own digest; the record of
each original, ``rearranged``, names the parts into which it went, so that every page can be followed both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from catalog import Submission
from catalog.submission_records import make_storable
from dossiers.arrangements import Part, tell_pages
from dossiers.errors import StorageUnavailableError
from dossiers.model import Actor, SubmissionState
from dossiers.stillness import Stamp
from dossiers.trail import TrailAction
from operations.claim_journal import ClaimNote, note_claim
from operations.claiming import Claim
from operations.locking import handling_scan, recording_scan
from operations.paths import FoundScan
from operations.receiving import SETTLED, copied_in, receive
from operations.recording import sightings_of, try_to_write_record
from operations.trail import record_event
from pdf.page_parts import part_ending, write_parts
from runtime.wiring import House
from storage.files import hash_file, os_errors_mapped
from storage.records import ActorRecord
from storage.submissions import PartOfScan, SubmissionRecord


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """A part, the path by which people know it, its dossier, and what became of it."""

    path: str
    dossier_number: str | None
    claim: Claim


@dataclass(frozen=True, slots=True)
class Rearranged:
    """The claims of the sources, in their order, and of the parts made of them."""

    sources: tuple[Claim, ...]
    parts: tuple[ClaimedPart, ...]


@dataclass(frozen=True, slots=True)
class _Source:
    scan: FoundScan
    copy: Path
    sha256: str


def claim_rearranged(
    house: House, scans: Sequence[tuple[FoundScan, Stamp]], parts: Sequence[Part], actor: Actor
) -> Rearranged | None:
    """Claim ``scans`` as the ``parts`` made of their pages; a page that is in no part stays in the original alone.

    Returns None, and nothing was claimed, when they cannot be rearranged (neither all PDF nor all TIFF, or signed) or were
    handed in before: then each is to be claimed as it is. Interrupted at any point, a second call finds what the first one
    made. Raises what ``receive`` raises.
    """
    now = datetime.now(UTC)
    with ExitStack() as copies:
        sources = []
        for scan, stamp in scans:
            copy, sha256 = copies.enter_context(copied_in(house, scan))
            note_claim(house, scan.path, ClaimNote(sha256, stamp))
            sources.append(_Source(scan, copy, sha256))
        ending = part_ending([source.copy for source in sources])
        known = [house.catalog.submissions.find(source.sha256) for source in sources]
        if ending is None or any(item is not None and item.state in SETTLED for item in known):
            return None
        for source in sources:
            house.archive.keep_original(source.copy, source.sha256, source.scan.name, now, actor)
        with house.temporary_folder() as folder:
            paths = _write_parts(sources, parts, folder, ending)
            claimed = tuple(_claim_part(house, sources, part, path, actor) for part, path in zip(parts, paths, strict=True))
        claims = tuple(_settle_source(house, source, claimed, now, actor) for source in sources)
    return Rearranged(claims, claimed)


def _write_parts(sources: Sequence[_Source], parts: Sequence[Part], folder: Path, ending: str) -> list[Path]:
    """Write all parts, before one of them is claimed: sources that cannot be parted are to be claimed as they are."""
    stem = _shorten(sources[0].scan.path.stem)
    paths = []
    with os_errors_mapped("part of a scan"):
        for number, part in enumerate(parts):
            place = folder / f"{number}"  # two parts may be called alike
            place.mkdir()
            paths.append(place / f"{stem} (trang {_shorten(tell_pages(part.pages))}){ending}")
        write_parts([source.copy for source in sources], [(part.pages, path) for part, path in zip(parts, paths, strict=True)])
    return paths


def _claim_part(house: House, sources: Sequence[_Source], part: Part, path: Path, actor: Actor) -> ClaimedPart:
    first = sources[0].scan
    pages = tell_pages(part.pages)
    shown = f"{first.told_path}#trang={pages}" if len(sources) == 1 else f"{first.told_path}#ghep"
    number = part.dossier_number or first.dossier_number
    with os_errors_mapped("part of a scan"):
        sha256 = hash_file(path)
    known = house.catalog.submissions.find(sha256)
    if known is not None and known.path == make_storable(shown) and known.state is not SubmissionState.FAILED:
        path.unlink()
        return ClaimedPart(shown, number, Claim(sha256, known.state, is_copy=False))
    received = receive(house, FoundScan(path, number, shown_path=shown), actor)
    path.unlink()
    if received.state is SubmissionState.FAILED:
        raise StorageUnavailableError(detail=f"a part of {first.name} could not be kept")
    for source in sources:
        house.catalog.submissions.add_event(sha256, "made_of", actor=actor, detail=f"{source.sha256} pages {pages}")
    is_copy = house.catalog.submissions.get(sha256).path != make_storable(shown)
    return ClaimedPart(shown, number, Claim(sha256, received.state, is_copy))


def _settle_source(house: House, source: _Source, parts: Sequence[ClaimedPart], now: datetime, actor: Actor) -> Claim:
    """Write down that a scan is kept and went into its parts, in the store first."""
    scan, sha256 = source.scan, source.sha256
    submissions = house.catalog.submissions
    size_bytes = source.copy.stat().st_size
    details = {"dossier_number": scan.dossier_number or "", "parts": [part.claim.sha256 for part in parts]}
    with handling_scan(house, sha256):
        record_event(house, actor, TrailAction.REARRANGE, sha256, details)
        with recording_scan(house, sha256):  # else who tells of a sighting just now may put a record without parts over it
            _record(house, source, size_bytes, parts, now, actor, submissions.find(sha256))
        receipt = submissions.receive(
            sha256,
            name=scan.name,
            path=scan.told_path,
            size_bytes=size_bytes,
            dossier_number=scan.dossier_number,
            actor=actor,
            at=now,
            state=SubmissionState.REARRANGED,
        )
        if receipt.submission.state is not SubmissionState.REARRANGED:
            submissions.mark(sha256, SubmissionState.REARRANGED, actor=actor, detail=f"{len(parts)} parts")
        try_to_write_record(house, sha256)  # of one that was known, the catalog may tell more than this file does
    return Claim(sha256, SubmissionState.REARRANGED, is_copy=receipt.is_duplicate)


def _record(
    house: House,
    source: _Source,
    size_bytes: int,
    parts: Sequence[ClaimedPart],
    now: datetime,
    actor: Actor,
    known: Submission | None,
) -> None:
    named = tuple(
        PartOfScan(sha256=part.claim.sha256, path=make_storable(part.path), dossier_number=part.dossier_number)
        for part in parts
    )
    house.archive.record_submission(
        SubmissionRecord(
            sha256=source.sha256,
            name=source.scan.name,
            path=make_storable(source.scan.told_path),
            size_bytes=size_bytes,
            dossier_number=source.scan.dossier_number,
            state=SubmissionState.REARRANGED,
            parts=named,
            sightings=sightings_of(house, source.sha256) if known is not None else (),
            received_at=now,
            updated_at=now,
            actor=ActorRecord.of(actor),
        )
    )


def _shorten(text: str) -> str:
    """A file's name has 255 bytes at the most."""
    return text if len(text.encode("utf-8", "replace")) <= 80 else text[:20]
