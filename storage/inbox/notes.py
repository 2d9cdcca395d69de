"""The note that lies beside a scan and tells the clerk what is wrong with it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from dossiers.errors import UnreadablePathError
from dossiers.scan_verdict import HEADING
from dossiers.stations import RESULT_ENDING
from dossiers.stillness import Parts
from storage.files import PART_PREFIX
from storage.inbox.files import folder_of, open_inside, remove_inside

MAX_NAME_BYTES = 255
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MARK = "\ufeff"  # older Notepads take a file without it for another encoding


def note_parts(parts: Parts) -> Parts:
    """Return where the note on a file lies."""
    return (*parts[:-1], parts[-1] + RESULT_ENDING)


def noted_parts(parts: Parts) -> Parts:
    """Return the file that the note at a path is about."""
    return (*parts[:-1], parts[-1][: -len(RESULT_ENDING)])


def put_note(root: Path, parts: Parts, text: str) -> bool:
    """Lay a note beside a file of the inbox, in place of an earlier one, and say whether that could be done.

    It appears whole or not at all, and is no claim: what cannot be written (a read-only share, a full disk, a name that
    is too long) is left.
    """
    name = note_parts(parts)[-1]
    if len(os.fsencode(name)) > MAX_NAME_BYTES:
        return False
    data = (_MARK + text).replace("\n", "\r\n").encode("utf-8", "replace")
    part = f"{PART_PREFIX}{os.getpid()}-{os.urandom(6).hex()}"
    try:
        with folder_of(root, parts) as folder:
            descriptor = os.open(part, _NEW, 0o644, dir_fd=folder)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(data)
                os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(part, dir_fd=folder)
                raise
    except OSError:
        return False
    return True


def remove_note(root: Path, parts: Parts) -> bool:
    """Remove a note, given by its own path, if it is one of ours; say whether it is gone."""
    try:
        with open_inside(root, parts) as stream:
            if not stream.read(200).decode("utf-8", "replace").startswith(_MARK + HEADING):
                return False
        return remove_inside(root, parts, None)
    except (UnreadablePathError, OSError):
        return False
