"""Run submissions again from their kept originals, here or by the dispatcher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from catalog import Submission
from dossiers.codes import DossierNumber
from dossiers.errors import InvalidCodeError, NotFoundError
from dossiers.model import Actor, SubmissionState
from operations.incoming import is_to_be_judged
from operations.ingesting import Digitize
from operations.locking import working
from operations.outcomes import file_result
from operations.results import FileResult
from operations.steps import has_finished_pages
from runtime.wiring import House

_UNFINISHED = (SubmissionState.FAILED, SubmissionState.RECEIVED)
_STORED = (SubmissionState.ARCHIVED, SubmissionState.NEEDS_REVIEW)


@dataclass(frozen=True, slots=True)
class ReplayChoice:
    """Which submissions to run again; whoever fits all that is said is chosen.

    ``names``: digest beginnings or dossier numbers. ``failed``: failed or interrupted. ``cause``: an error code. ``since``
    and ``until`` bound the last change. ``flow_version``: a part of the recipe (reader and pipeline) that a document was
    made with; ``outdated``: made with another recipe than the present one. Times alone choose what failed in them.
    """

    names: tuple[str, ...] = ()
    failed: bool = False
    cause: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    flow_version: str | None = None
    outdated: bool = False

    @property
    def is_empty(self) -> bool:
        return self == ReplayChoice()


class Foresight(StrEnum):
    """What a replay would do with a submission."""

    NOTHING = "nothing"
    REUSE_PAGES = "reuse_pages"
    READ_ANEW = "read_anew"


def plan_replay(house: House, choice: ReplayChoice) -> tuple[Submission, ...]:
    """Return the submissions to run again, newest change first. Raises NotFoundError for a name that fits none."""
    states = _UNFINISHED if choice.failed or _says_only_times(choice) else ()
    found = {
        item.scan_sha256: item
        for item in house.catalog.submissions.list_submissions(
            states, error_code=choice.cause, since=choice.since, until=choice.until, limit=None
        )
    }
    for wanted in (_named(house, choice.names), _made_by(house, choice)):
        if wanted is not None:
            found = {sha256: item for sha256, item in found.items() if sha256 in wanted}
    return tuple(found.values())


def foresee(house: House, submission: Submission) -> Foresight:
    """Say what a replay of a submission would do; nothing is changed.

    It is seen from the catalog and the work folder, and of a signed file that waits from its record.
    """
    entries = house.catalog.documents.list_of_scan(submission.scan_sha256)
    is_stored = submission.state in _STORED and bool(entries)
    if is_stored and all(entry.recipe == house.recipe and not is_to_be_judged(house, entry) for entry in entries):
        return Foresight.NOTHING
    return Foresight.REUSE_PAGES if has_finished_pages(house, submission.scan_sha256) else Foresight.READ_ANEW


def replay_submissions(house: House, planned: Sequence[Submission], actor: Actor, digitize: Digitize) -> Iterator[FileResult]:
    """Run the flow of each dossier again and yield where each submission ended.

    What was archived already with the present reader and pipeline is found again, not stored or counted twice.
    """
    dossiers: dict[str, list[Submission]] = {}
    for submission in planned:
        dossiers.setdefault(submission.dossier_number or submission.scan_sha256, []).append(submission)
    with working(house):
        for members in dossiers.values():
            label = members[0].dossier_number or members[0].name
            digitize(house, [(label, [member.scan_sha256 for member in members])], actor)
            for member in members:
                yield file_result(house, member.path, member.scan_sha256)


def queue_replay(house: House, planned: Sequence[Submission], actor: Actor) -> list[Submission]:
    """Let the dispatcher send submissions again, their tries counted anew; return them without those with nothing to do."""
    with working(house):
        chosen = [item for item in planned if foresee(house, item) is not Foresight.NOTHING]
        for item in chosen:
            house.catalog.submissions.requeue(item.scan_sha256, actor=actor)
            house.catalog.dispatches.start_anew([item.scan_sha256])
        return chosen


def find_named(house: House, names: Sequence[str]) -> dict[str, Submission]:
    """Return submissions by digest beginnings or dossier numbers. Raises NotFoundError for a name that fits none."""
    found: dict[str, Submission] = {}
    for name in names:
        matches = _find(house, name)
        if not matches:
            raise NotFoundError(what=f"submission {name}")
        found |= {item.scan_sha256: item for item in matches}
    return found


def _says_only_times(choice: ReplayChoice) -> bool:
    others = (choice.names, choice.cause, choice.flow_version, choice.outdated)
    return not any(others) and (choice.since is not None or choice.until is not None)


def _named(house: House, names: Sequence[str]) -> set[str] | None:
    return set(find_named(house, names)) if names else None


def _made_by(house: House, choice: ReplayChoice) -> set[str] | None:
    if choice.flow_version is None and not choice.outdated:
        return None
    other_than = house.recipe if choice.outdated else None
    return set(house.catalog.documents.list_scans_by_recipe(containing=choice.flow_version, other_than=other_than))


def _find(house: House, name: str) -> list[Submission]:
    try:
        number = str(DossierNumber.parse(name))
    except InvalidCodeError:
        return house.catalog.submissions.find_by_prefix(name)
    return house.catalog.submissions.list_submissions(dossier_number=number, limit=None)
