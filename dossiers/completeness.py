"""What a document is in its dossier. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath

from dossiers.codes import DossierNumber
from dossiers.document_type import RoleHint
from dossiers.errors import InvalidCodeError
from dossiers.model import DocumentRole

_RESULT_HINT = re.compile(r"(?:ket qua|kq|results?)(?: (?:giai quyet|tra|tthc|so hoa))*(?: \d+)?")
_COMPONENT_HINT = re.compile(r"(?:thanh phan|tp|components?)(?: (?:ho so|tthc|so hoa))*(?: \d+)?")
_SEPARATORS = re.compile(r"[\W_]+")


def decide_role(
    *,
    relative_path: str,
    role_hint: RoleHint,
    dossier_number: str | None,
    issue_date: str,
    is_agency_paper: bool,
) -> DocumentRole:
    """Decide whether a document was handed in or is the result given back.

    A folder or file of the scan's path named for it decides (``ket-qua``, ``kết quả``, ``result``; ``thanh-phan``,
    ``component``), the innermost first; then what papers of its type are. A type that can be ``EITHER`` is a result when an
    agency issued the paper and its date (ISO 8601, or empty) is on or after the day on which the dossier was received.
    """
    named = find_role_in_path(relative_path)
    if named is not None:
        return named
    if role_hint is RoleHint.EITHER:
        issued, received = _read_date(issue_date), _find_received_date(dossier_number)
        is_result = is_agency_paper and issued is not None and received is not None and issued >= received
        return DocumentRole.RESULT if is_result else DocumentRole.COMPONENT
    return DocumentRole(role_hint.value)


def find_role_in_path(relative_path: str) -> DocumentRole | None:
    """Return the role that a path's folders or file name state, the innermost first, or None."""
    for index, part in enumerate(reversed(PurePosixPath(relative_path.replace("\\", "/")).parts)):
        name = _fold_name(PurePosixPath(part).stem if index == 0 else part)
        if _RESULT_HINT.fullmatch(name):
            return DocumentRole.RESULT
        if _COMPONENT_HINT.fullmatch(name):
            return DocumentRole.COMPONENT
    return None


def _fold_name(name: str) -> str:
    letters = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return _SEPARATORS.sub(" ", plain).strip()


def _read_date(iso_date: str) -> date | None:
    try:
        return date.fromisoformat(iso_date)
    except ValueError:
        return None


def _find_received_date(dossier_number: str | None) -> date | None:
    try:
        return DossierNumber.parse(dossier_number).received_on if dossier_number else None
    except InvalidCodeError:
        return None
