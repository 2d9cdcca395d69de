"""Watch the inbox of the scanning stations: claim every dossier that is complete, and hand it on.

A file leaves the inbox once its bytes stand in the originals bucket and its submission is written down; digitizing comes
after and can be anybody's. What cannot be claimed now stays and is tried again, less and less often. No file stops
the others. See ``dossiers.stations`` for how scans lie in the inbox and ``dossiers.stillness`` for what is complete.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dossiers.errors import SohoaError, UnreadablePathError
from dossiers.model import Actor
from dossiers.stations import Placement, compose, place_file
from dossiers.stillness import Batch, CompletenessRule, Parts, SeenFile, StillnessLedger
from operations.claim_journal import forget_claim
from operations.claiming import Claim, claim_file
from operations.ingesting import DossierScans
from operations.locking import working
from operations.outcomes import refused_result
from operations.paths import FoundScan
from operations.results import ErrorFacts
from operations.settling import UnexpectedError, quarantine_refused
from runtime.wiring import House
from storage.files import make_folder
from storage.inbox import (
    InboxEvents,
    InboxListing,
    is_being_written,
    list_inbox,
    remove_empty_folders,
    remove_inside,
)

_log = logging.getLogger("sohoa.watch")
_TICK_S = 0.3  # how soon to look again while something in the inbox does not stand still yet

AfterClaim = Callable[[House, Sequence[DossierScans], Actor], None]
"""Called with the label of a dossier and the digests of the scans in it that wait for being digitized."""


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """What became of one file of the inbox: claimed, or why not."""

    path: str
    placement: Placement | None
    claim: Claim | None
    error: ErrorFacts | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form in which ``sohoa watch --claim-only --json`` tells it."""
        return {
            "path": self.path,
            "station": self.placement.station if self.placement else None,
            "dossier_number": self.placement.dossier_number if self.placement else None,
            "sha256": self.claim.sha256 if self.claim else None,
            "state": self.claim.state.value if self.claim else None,
            "is_copy": self.claim.is_copy if self.claim else False,
            "error": self.error.to_json() if self.error else None,
        }


Tell = Callable[[ClaimedFile], None]


@dataclass(slots=True)
class _Watch:
    """A running watch: where, for whom, and what was seen so far."""

    house: House
    actor: Actor
    root: Path
    tell: Tell
    ledger: StillnessLedger = field(default_factory=StillnessLedger)
    told: set[Parts] = field(default_factory=set)


def watch_stations(
    house: House,
    actor: Actor,
    after_claim: AfterClaim,
    tell: Tell,
    *,
    between: Callable[[], None] = lambda: None,
    once: bool = False,
) -> None:
    """Watch the inbox until interrupted; with ``once`` until each file in it was tried once.

    ``between`` is called after each look through the inbox. Raises UnreadablePathError when the inbox itself cannot be read.
    """
    watch = _Watch(house, actor, _open_inbox(house.settings.inbox), tell)
    settings = house.settings.watch
    with InboxEvents(watch.root, is_native=settings.events == "native") as events:
        while True:
            listing = list_inbox(watch.root)
            watch.ledger.observe(listing.files, time.monotonic())
            _tell_refusals(watch, listing)
            batches = _find_complete(watch, listing)
            for batch in batches:
                _take_batch(watch, batch, after_claim)
            if batches:
                _clear_markers(watch, batches)
            elif once and not watch.ledger.is_waiting:
                return
            _call(between)
            events.wait(min(settings.poll_s, _TICK_S) if watch.ledger.is_waiting else settings.poll_s)


def _call(between: Callable[[], None]) -> None:
    try:
        between()
    except SohoaError as error:
        _log.error("%s [%s]", error.message_en, error.code)


def _find_complete(watch: _Watch, listing: InboxListing) -> tuple[Batch, ...]:
    settings = watch.house.settings.watch
    rules = {
        name: CompletenessRule(station.settle_s or settings.settle_s, station.complete == "marker")
        for name, station in settings.stations.items()
    }
    default = CompletenessRule(settings.settle_s)
    marked = {marker.unit for marker in listing.markers}
    return watch.ledger.find_complete(listing.files, marked, rules, default, time.monotonic())


def _take_batch(watch: _Watch, batch: Batch, after_claim: AfterClaim) -> None:
    """Claim the files of one dossier and hand on those that wait for being digitized."""
    waiting: list[str] = []
    with working(watch.house):
        for file in batch.files:
            claim = _take_file(watch, file)
            if claim is not None and claim.awaits_digitizing and claim.sha256 not in waiting:
                waiting.append(claim.sha256)
        if waiting:
            try:
                after_claim(watch.house, [(batch.label, waiting)], watch.actor)
            except SohoaError as error:  # the claims stand; a replay or the dispatcher takes them up
                _log.error("%s is claimed but not digitized: %s", batch.label, error.message_en)


def _take_file(watch: _Watch, file: SeenFile) -> Claim | None:
    """Claim one file and let it leave the inbox; what goes wrong is told and concerns this file alone."""
    path = watch.root.joinpath(*file.parts)
    if is_being_written(watch.root, file.parts):
        watch.ledger.restart(file.parts, time.monotonic())
        return None
    scan = FoundScan(path, file.placement.dossier_number, inbox=watch.root)
    try:
        claim = claim_file(watch.house, scan, file.stamp, watch.actor)
        left = claim.may_leave and _let_leave(watch, file)
    except Exception as error:  # no single file may stop the watch
        _tell_failure(watch, file, path, error)
        return None
    if not left:
        _put_off(watch, file)
    watch.tell(ClaimedFile(str(path), file.placement, claim, _error_of(watch.house, claim)))
    return claim


def _let_leave(watch: _Watch, file: SeenFile) -> bool:
    if not remove_inside(watch.root, file.parts, file.stamp):
        _log.warning("%s changed while it was claimed; it is taken again", "/".join(file.parts))
        return False
    forget_claim(watch.house, watch.root.joinpath(*file.parts))
    remove_empty_folders(watch.root, file.parts[:-1], keep=1 if file.placement.station else 0)
    return True


def _tell_failure(watch: _Watch, file: SeenFile, path: Path, error: Exception) -> None:
    """Tell why a file could not be claimed. One at fault itself goes into the quarantine; any other is tried again."""
    if not isinstance(error, SohoaError):
        _log.error("unexpected error on %s", path, exc_info=error)
        error = UnexpectedError(detail=type(error).__name__)
    elif quarantine_refused(watch.house, path, error):
        _let_leave(watch, file)
    _put_off(watch, file)
    watch.tell(ClaimedFile(str(path), file.placement, None, ErrorFacts.of(error)))


def _put_off(watch: _Watch, file: SeenFile) -> None:
    watch.ledger.put_off(file.parts, time.monotonic(), watch.house.settings.watch.settle_s)


def _error_of(house: House, claim: Claim) -> ErrorFacts | None:
    submission = house.catalog.submissions.find(claim.sha256)
    if submission is None or submission.error_code is None:
        return None
    return ErrorFacts(submission.error_code, submission.error_vi or "", submission.error_en or "")


def _tell_refusals(watch: _Watch, listing: InboxListing) -> None:
    """Tell once of each path that cannot be taken, such as a symbolic link; it stays where it is."""
    present = {refused.parts for refused in listing.refused}
    for refused in listing.refused:
        if refused.parts not in watch.told:
            path = str(watch.root.joinpath(*refused.parts))
            watch.tell(ClaimedFile(path, None, None, refused_result(path, refused.error).error))
    watch.told = present


def _clear_markers(watch: _Watch, batches: Sequence[Batch]) -> None:
    """Remove a marker once all that it declared complete was taken, so that it does not speak for the next dossier."""
    listing = list_inbox(watch.root)
    left = {folder for file in listing.files for folder in _folders_of(file)}
    taken = {folder for batch in batches for file in batch.files for folder in _folders_of(file)}
    for marker in listing.markers:
        if marker.unit in taken - left:
            remove_inside(watch.root, marker.parts, None)
            station = place_file(marker.parts).station
            remove_empty_folders(watch.root, marker.parts[:-1], keep=1 if station else 0)


def _folders_of(file: SeenFile) -> Iterator[Parts]:
    """Yield what a marker could name to mean this file: itself, its folder and those above, in NFC."""
    composed = tuple(compose(part) for part in file.parts)
    return (composed[:length] for length in range(len(composed), 0, -1))


def _open_inbox(folder: Path) -> Path:
    try:
        make_folder(folder)
    except OSError as error:
        raise UnreadablePathError(name=str(folder), detail=error.strerror) from error
    list_inbox(folder)
    return folder
