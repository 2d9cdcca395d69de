"""Run submissions again from their kept originals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog import Submission
from dossiers.codes import DossierNumber
from dossiers.errors import InvalidCodeError, NotFoundError
from dossiers.model import Actor, SubmissionState
from operations.ingesting import Digitize
from operations.locking import working
from operations.outcomes import file_result
from operations.results import FileResult
from runtime.wiring import House

_UNFINISHED = (SubmissionState.FAILED, SubmissionState.RECEIVED)


def plan_replay(
    house: House, names: Sequence[str], *, failed: bool = False, cause: str | None = None
) -> tuple[Submission, ...]:
    """Return the submissions to run again: those named (digest beginnings or dossier numbers), all unfinished ones when
    ``failed``, those whose error code is ``cause``.

    Raises NotFoundError for a name that fits none.
    """
    table = house.catalog.submissions
    found: dict[str, Submission] = {}
    for name in names:
        matches = _find(house, name)
        if not matches:
            raise NotFoundError(what=f"submission {name}")
        found |= {item.scan_sha256: item for item in matches}
    if failed:
        found |= {item.scan_sha256: item for item in table.list_submissions(_UNFINISHED, limit=None)}
    if cause:
        found |= {item.scan_sha256: item for item in table.list_submissions(error_code=cause, limit=None)}
    return tuple(found.values())


def replay_submissions(house: House, planned: Sequence[Submission], actor: Actor, digitize: Digitize) -> Iterator[FileResult]:
    """Run the flow of each dossier again and yield where each submission ended.

    What was archived already with the present reader and pipeline is found again, not stored or counted twice.
    """
    dossiers: dict[str, list[Submission]] = {}
    for submission in planned:
        dossiers.setdefault(submission.dossier_number or submission.name, []).append(submission)
    with working(house):
        for label, members in dossiers.items():
            digitize(house, [(label, [member.scan_sha256 for member in members])], actor)
            for member in members:
                yield file_result(house, member.path, member.scan_sha256)


def _find(house: House, name: str) -> list[Submission]:
    try:
        number = str(DossierNumber.parse(name))
    except InvalidCodeError:
        return house.catalog.submissions.find_by_prefix(name)
    return [item for item in house.catalog.submissions.list_submissions(limit=None) if item.dossier_number == number]
