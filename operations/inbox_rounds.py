"""One look through the inbox: check what is new, claim what is complete, and leave it tidy. No file stops the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from dossiers.arrangements import Part
from dossiers.errors import InputError, SohoaError, UnreadablePathError
from dossiers.model import Actor
from dossiers.scan_verdict import ScanVerdict, VerdictStatus, judge_count, write_note
from dossiers.stations import compose, place_file
from dossiers.stillness import Batch, CompletenessRule, Parts, SeenFile, StillnessLedger
from operations.arranging import group_sides, plan_parts
from operations.claim_journal import forget_claim
from operations.claimed_file import STATES_VI, ClaimedFile, HandOn, Tell
from operations.claiming import Claim, claim_file
from operations.locking import working
from operations.paths import FoundScan
from operations.prechecking import ScanChecks
from operations.rearranging import Rearranged, claim_rearranged
from operations.results import ErrorFacts
from operations.settling import UnexpectedError, quarantine_refused
from operations.station_board import StationBoards
from operations.tidying import InboxTidier
from runtime.wiring import House
from storage.files import os_errors_mapped
from storage.inbox import InboxListing, Marker, is_being_written, list_inbox, put_note, remove_inside

_log = logging.getLogger("sohoa.watch")


@dataclass(slots=True)
class InboxRounds:
    """A watched inbox: where, for whom, and what was seen so far. With ``once`` what failed is not tried again."""

    house: House
    actor: Actor
    root: Path
    tell: Tell
    hand_on: HandOn
    checks: ScanChecks | None
    boards: StationBoards
    once: bool = False
    ledger: StillnessLedger = field(default_factory=StillnessLedger)
    told: set[Parts] = field(default_factory=set)
    broken_promises: dict[Parts, ScanVerdict] = field(default_factory=dict)
    _tidier: InboxTidier | None = None

    def go_through(self, closed: Iterable[Path]) -> bool:
        """Look through the inbox once, and say whether something there waits for nothing but time.

        ``closed`` are files of which a writer was just seen to be done. Raises UnreadablePathError when the inbox itself
        cannot be read.
        """
        listing = list_inbox(self.root)
        self.ledger.observe(listing.files, time.monotonic())
        awaits_check = self.checks.offer(listing.files, closed, time.monotonic()) if self.checks else False
        self._tell_refusals(listing)
        batches = self._find_complete(listing)
        if self.once:
            batches = tuple(fresh for batch in batches if (fresh := self._leave_out_failed(batch)).files)
        for batch in batches:
            self._take_batch(batch)
        if batches:
            self._clear_markers(batches)
        self._tidy().go_through(listing, time.monotonic())
        return bool(batches) or awaits_check or self.ledger.is_waiting

    def _tidy(self) -> InboxTidier:
        if self._tidier is None:
            keep_s = self.house.settings.watch.note_keep_s
            is_busy = self.checks.is_busy if self.checks else (lambda _folder: False)
            self._tidier = InboxTidier(self.root, keep_s, is_busy)
        return self._tidier

    def _find_complete(self, listing: InboxListing) -> tuple[Batch, ...]:
        settings = self.house.settings.watch
        rules = {
            name: CompletenessRule(station.settle_s or settings.settle_s, station.complete == "marker")
            for name, station in settings.stations.items()
        }
        marked = {marker.unit for marker in listing.markers if self._keeps_promise(marker, listing)}
        default = CompletenessRule(settings.settle_s)
        return self.ledger.find_complete(listing.files, marked, rules, default, time.monotonic())

    def _leave_out_failed(self, batch: Batch) -> Batch:
        return replace(batch, files=tuple(file for file in batch.files if not self.ledger.has_failed(file.parts)))

    def _keeps_promise(self, marker: Marker, listing: InboxListing) -> bool:
        """Say whether as many pages lie there as a marker promises; a note beside it tells when not. Without a count it does.

        Not yet, while it is being written or pages are still being looked at; a file that cannot be looked at is not held
        against the promise.
        """
        if is_being_written(self.root, marker.parts):
            return False
        if marker.promised_pages is None or self.checks is None:
            return True
        files = [file for file in listing.files if marker.unit in set(_folders_of(file))]
        found = [self.checks.find_pages(file) for file in files]
        if any(pages is None for pages in found):
            return False
        if not files or not all(found):
            return True
        verdict = judge_count([page for pages in found for page in pages or ()], marker.promised_pages)
        if verdict.status is not VerdictStatus.RESCAN:
            return True
        if self.broken_promises.get(marker.parts) != verdict:
            self.broken_promises[marker.parts] = verdict
            put_note(self.root, marker.parts, write_note(verdict, compose(marker.parts[-1]), datetime.now(UTC)))
        return False

    def _take_batch(self, batch: Batch) -> None:
        """Claim the files of one dossier and hand on what waits for being digitized."""
        waiting: dict[str, list[str]] = {}
        station = self.house.settings.watch.stations.get(batch.placement.station)
        planned = []
        for group in group_sides(batch.files, station):
            parts = plan_parts(group, station, self.checks.find_pages) if self.checks else ()
            if parts is None:
                return  # pages are still being looked at; the batch is met again in the next round
            planned.append((group, parts))
        with working(self.house):
            for group, parts in planned:
                rearranged = self._rearrange(group, parts) if parts else None
                for part in rearranged.parts if rearranged else ():
                    if part.claim.awaits_digitizing:
                        waiting.setdefault(part.dossier_number or Path(part.path).name, []).append(part.claim.sha256)
                for file in group if rearranged is None else ():
                    claim = self._take_file(file)
                    if claim is not None and claim.awaits_digitizing:
                        waiting.setdefault(batch.label, []).append(claim.sha256)
        for label, digests in waiting.items():
            self.hand_on((label, list(dict.fromkeys(digests))))

    def _rearrange(self, group: Sequence[SeenFile], parts: Sequence[Part]) -> Rearranged | None:
        """Claim files as the parts made of their pages; None when they are to be claimed as they are."""
        if any(is_being_written(self.root, file.parts) for file in group):
            return None
        scans = [
            (FoundScan(self.root.joinpath(*file.parts), file.placement.dossier_number, inbox=self.root), file.stamp)
            for file in group
        ]
        try:
            rearranged = claim_rearranged(self.house, scans, parts, self.actor)
            if rearranged is None:
                return None
            left = [self._let_leave(file) for file in group]
        except InputError as error:
            _log.warning("%s is taken as it is: %s", group[0].parts[-1], error.message_en)
            return None
        except Exception as fault:  # no single file may stop the watch
            for file in group:
                self._tell_failure(file, self.root.joinpath(*file.parts), fault)
            return Rearranged((), ())
        for file, claim, is_gone in zip(group, rearranged.sources, left, strict=True):
            if not is_gone:
                self._put_off(file)
            self._show(file, claim.state.value, STATES_VI[claim.state])
            self.tell(ClaimedFile(str(self.root.joinpath(*file.parts)), file.placement, claim))
        for part in rearranged.parts:
            placement = replace(group[0].placement, dossier_number=part.dossier_number)
            self.tell(ClaimedFile(part.path, placement, part.claim, _error_of(self.house, part.claim)))
        return rearranged

    def _take_file(self, file: SeenFile) -> Claim | None:
        """Claim one file and let it leave the inbox; what goes wrong is told and concerns this file alone."""
        path = self.root.joinpath(*file.parts)
        if is_being_written(self.root, file.parts):
            self.ledger.restart(file.parts, time.monotonic())
            return None
        scan = FoundScan(path, file.placement.dossier_number, inbox=self.root)
        try:
            claim = claim_file(self.house, scan, file.stamp, self.actor)
            error = _error_of(self.house, claim)
            left = claim.may_leave and self._let_leave(file)
        except Exception as fault:  # no single file may stop the watch
            self._tell_failure(file, path, fault)
            return None
        if not left:
            self._put_off(file)
        self._show(file, claim.state.value, STATES_VI.get(claim.state, claim.state.value))
        self.tell(ClaimedFile(str(path), file.placement, claim, error))
        return claim

    def _let_leave(self, file: SeenFile) -> bool:
        with os_errors_mapped("/".join(file.parts)):
            is_gone = remove_inside(self.root, file.parts, file.stamp)
        if not is_gone:
            _log.warning("%s changed while it was claimed; it is taken again", "/".join(file.parts))
            return False
        forget_claim(self.house, self.root.joinpath(*file.parts))
        self._tidy().has_left(file)
        return True

    def _tell_failure(self, file: SeenFile, path: Path, error: Exception) -> None:
        """Tell why a file could not be claimed. One at fault itself goes into the quarantine; any other is tried again."""
        if not isinstance(error, SohoaError):
            _log.error("unexpected error on %s", path, exc_info=error)
            error = UnexpectedError(detail=type(error).__name__)
        elif quarantine_refused(self.house, path, error):
            try:
                self._let_leave(file)
            except SohoaError as refusal:  # a read-only share: it stays, and is put aside only once
                _log.error("%s is put aside and cannot be removed: %s", path, refusal.message_en)
        self._put_off(file)
        self._show(file, error.code, error.message_vi)
        self.tell(ClaimedFile(str(path), file.placement, None, ErrorFacts.of(error)))

    def _put_off(self, file: SeenFile) -> None:
        self.ledger.put_off(file.parts, time.monotonic(), self.house.settings.watch.settle_s)

    def _show(self, file: SeenFile, outcome: str, outcome_vi: str) -> None:
        path = compose("/".join(file.parts))
        try:
            self.boards.show_outcome(file.placement.station, path, file.placement.dossier_number, outcome, outcome_vi)
        except SohoaError as error:
            _log.warning("the station's board is not up to date: %s", error.message_en)

    def _tell_refusals(self, listing: InboxListing) -> None:
        """Tell once of each path that cannot be taken, such as a symbolic link; it stays where it is."""
        for refused in listing.refused:
            if refused.parts not in self.told:
                path = str(self.root.joinpath(*refused.parts))
                self.tell(ClaimedFile(path, None, None, ErrorFacts.of(refused.error)))
        self.told = {refused.parts for refused in listing.refused}

    def _clear_markers(self, batches: Sequence[Batch]) -> None:
        """Remove a marker once all that it declared complete was taken, so that it does not speak for the next dossier."""
        listing = list_inbox(self.root)
        left = {folder for file in listing.files for folder in _folders_of(file)}
        taken = {folder for batch in batches for file in batch.files for folder in _folders_of(file)}
        for marker in listing.markers:
            if marker.unit in taken - left:
                with os_errors_mapped("/".join(marker.parts)):
                    remove_inside(self.root, marker.parts, None)
                self._tidy().leave_no(marker.parts[:-1], keep=1 if place_file(marker.parts).station else 0)


def open_inbox(folder: Path) -> Path:
    """Make the inbox when it is missing and return it. Raises UnreadablePathError when it cannot be made or read."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UnreadablePathError(name=str(folder), detail=error.strerror) from error
    list_inbox(folder)
    return folder


def _folders_of(file: SeenFile) -> Iterator[Parts]:
    """Yield what a marker could name to mean this file: itself, its folder and those above, in NFC."""
    composed = tuple(compose(part) for part in file.parts)
    return (composed[:length] for length in range(len(composed), 0, -1))


def _error_of(house: House, claim: Claim) -> ErrorFacts | None:
    submission = house.catalog.submissions.find(claim.sha256)
    if submission is None or submission.error_code is None:
        return None
    return ErrorFacts(submission.error_code, submission.error_vi or "", submission.error_en or "")
