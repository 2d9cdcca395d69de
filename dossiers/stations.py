"""How scans lie in the inbox: stations, dossiers, flat folders, markers. Pure: names only, no file is touched.

    <station>/<dossier number>/…       a folder a dossier; everything below belongs to it
    <station>/<dossier number>.pdf     a flat folder, a file a dossier
    <station>/<any name>.pdf           a file without a number: a dossier of its own
    <dossier number>/…                 the same without a station, whose name is then empty

Names are compared in NFC, so that any Unicode form of a name works; the names themselves stay as they are on the disk.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from dossiers.codes import find_dossier_number

UNFINISHED_ENDINGS = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp", ".lock", "~")
"""How the names of files end that a program is still writing."""

UNFINISHED_STARTS = (".", "~$")
SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", "$recycle.bin", "system volume information"})
FOLDER_MARKERS = frozenset({"_complete", "_xong", ".xong", "xong.txt", "_complete.txt", "_xong.txt"})
"""Names, in small letters, of the file that says that the dossier in this folder is complete."""

FILE_MARKER_ENDING = ".xong"
"""``scan.pdf.xong`` says that ``scan.pdf`` is complete."""

RESULT_ENDING = ".ket-qua.txt"
"""``scan.pdf.ket-qua.txt`` is what Sohoa says of ``scan.pdf``; it is never taken for a scan."""

MAX_MARKER_BYTES = 400
_COUNT = re.compile(r"(?<!\d)([1-9]\d{0,4})(?!\d)")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a file of the inbox belongs.

    ``unit`` are the parts of the path, as they are on the disk, of what is complete or not as one: the dossier's folder, or
    the file itself.
    """

    station: str
    dossier_number: str | None
    unit: tuple[str, ...]


def place_file(parts: Sequence[str]) -> Placement:
    """Return where a file belongs, from the parts of its path below the inbox, the last of them its name.

    The number in the file's own name goes before that of the nearest folder. Raises ValueError for an empty path or
    one that leads out of the inbox.
    """
    if not parts or any(part in {"", ".", ".."} or "/" in part or "\0" in part for part in parts):
        raise ValueError("not a path below the inbox")
    folders = parts[:-1]
    numbers = [_number_in(folder) for folder in folders]
    station = compose(folders[0]) if folders and numbers[0] is None else ""
    deepest = max((index for index, number in enumerate(numbers) if number is not None), default=None)
    own = _number_in(PurePath(parts[-1]).stem)
    if deepest is None:
        return Placement(station, own, tuple(parts))
    return Placement(station, own or numbers[deepest], tuple(parts[: deepest + 1]))


def is_passed_over(name: str) -> bool:
    """Say whether a file or folder is none of ours to take: hidden, being written, a note of the system or of Sohoa."""
    plain = compose(name).lower()
    return (
        plain.startswith(UNFINISHED_STARTS)
        or plain.endswith((*UNFINISHED_ENDINGS, RESULT_ENDING))
        or plain in SYSTEM_NAMES
        or is_marker(name)
    )


def is_marker(name: str) -> bool:
    """Say whether a file tells that a dossier or another file is complete."""
    plain = compose(name).lower()
    return plain in FOLDER_MARKERS or plain.endswith(FILE_MARKER_ENDING)


def is_result_note(name: str) -> bool:
    """Say whether a file bears the name of what Sohoa says of a scan."""
    return compose(name).lower().endswith(RESULT_ENDING)


def marked_unit(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the unit, its parts in NFC, that a marker at this path declares complete: a file or the marker's folder."""
    composed = tuple(compose(part) for part in parts)
    if composed[-1].lower() in FOLDER_MARKERS:
        return composed[:-1]
    return (*composed[:-1], composed[-1][: -len(FILE_MARKER_ENDING)])


def read_page_count(content: str) -> int | None:
    """Return how many pages a marker promises: the first whole number in it; None when it says nothing."""
    found = _COUNT.search(content[:MAX_MARKER_BYTES])
    return int(found[1]) if found else None


def compose(name: str) -> str:
    """Return a name in NFC, for comparing."""
    return unicodedata.normalize("NFC", name)


def _number_in(name: str) -> str | None:
    number = find_dossier_number(compose(name))
    return str(number) if number is not None else None
