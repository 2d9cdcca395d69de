"""Files that cannot be processed: kept in a folder, with the reason beside them for people and for programs.

    <folder>/<yyyy-mm-dd>/<sha12>-<name>               the file, byte for byte
    <folder>/<yyyy-mm-dd>/<sha12>-<name>.reason.json   why, for programs
    <folder>/<yyyy-mm-dd>/<sha12>-<name>.ly-do.txt     why, in Vietnamese for the clerk

The day is that of receipt in Vietnam. The same file with the same name is quarantined once, however often it is tried.
"""

from __future__ import annotations

import json
import os
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from dossiers.errors import IntegrityError, SohoaError
from storage.files import (
    chunks_of,
    hash_file,
    make_folder,
    os_errors_mapped,
    part_path,
    replace_atomically,
    sync_folder,
    write_synced,
)

REASON_SUFFIX = ".reason.json"
NOTE_SUFFIX = ".ly-do.txt"

_VIETNAM = timezone(timedelta(hours=7))
_MAX_NAME_BYTES = 160  # leaves room for the digest and the suffixes within the 255 bytes of a file name
_MAX_ENDING_BYTES = 16
_MAX_TWINS = 1000


@dataclass(frozen=True, slots=True)
class _Subject:
    """The file to quarantine. ``sha256`` is None when it cannot be read; ``name`` can be shown and written as UTF-8."""

    path: Path
    name: str
    sha256: str | None
    size_bytes: int | None

    @property
    def stem(self) -> str:
        # An unreadable file has no digest of its content; that of its path keeps two of them apart.
        token = self.sha256[:12] if self.sha256 else "0" + sha256(os.fsencode(self.path)).hexdigest()[:11]
        return f"{token}-{make_safe_name(self.name)}"


def quarantine(path: Path, folder: Path, error: SohoaError, received_at: datetime, move: bool, name: str | None = None) -> Path:
    """Put a file into quarantine with the reason beside it, and return where it stands there.

    ``name`` is the file's own name when ``path`` is a copy that bears another.
    With ``move`` the file is taken away from where it was, after its copy was written to the disk and read back; else it stays.
    A file that cannot be read gets the notes alone, and the path returned is where it would stand. No other file is ever
    overwritten.

    Raises ``StorageFullError``, ``StorageDeniedError`` or ``StorageUnavailableError`` when the folder cannot take it; the file
    then is where it was.
    """
    subject = _examine(path, name)
    with os_errors_mapped(str(folder)):
        target = _find_earlier(folder, subject)
        if target is None:
            day = folder / received_at.astimezone(_VIETNAM).date().isoformat()
            make_folder(day)
            target = _place(subject, day)
        _write_notes(target, subject, error, received_at)
        if move and subject.sha256 is not None:
            _take_away(subject, target)
    return target


def discard(folder: Path, sha256: str) -> int:
    """Remove every copy of a file with its notes and return how many there were; the notes go last, so that a second call
    finds what an interruption left. Raises what ``quarantine`` raises when the folder refuses it.
    """
    found = 0
    with os_errors_mapped(str(folder)):
        for reason in sorted(folder.glob(f"*/*{sha256[:12]}-*{REASON_SUFFIX}")):
            target = reason.with_name(reason.name.removesuffix(REASON_SUFFIX))
            if _read_reason(reason).get("sha256") != sha256:
                continue
            for path in (target, target.with_name(target.name + NOTE_SUFFIX), reason):
                path.unlink(missing_ok=True)
            sync_folder(reason.parent)
            found += 1
    return found


def make_safe_name(name: str) -> str:
    """Return a name that every file system takes: NFC, no separators, no control or invisible letters, at most 160 bytes.

    A long name loses its middle and keeps its ending; letters are never split from their marks.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    kept = "".join("_" if _is_unsafe(letter) else letter for letter in name)
    kept = " ".join(kept.split()).strip(". ") or "khong-ten"
    if len(kept.encode()) <= _MAX_NAME_BYTES:
        return kept
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending.encode()) > _MAX_ENDING_BYTES:
        stem, dot, ending = kept, "", ""
    return _cut(stem, _MAX_NAME_BYTES - len((dot + ending).encode())) + dot + ending


def _is_unsafe(letter: str) -> bool:
    return letter in '/\\:*?"<>|' or unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _cut(text: str, size_bytes: int) -> str:
    while len(text.encode()) > size_bytes:
        text = text[:-1]
        while text and unicodedata.combining(text[-1]) and len(text.encode()) > size_bytes:
            text = text[:-1]
    return text.rstrip()


def _examine(path: Path, name: str | None) -> _Subject:
    name = os.fsencode(name or path.name).decode("utf-8", "backslashreplace")
    try:
        if path.is_file():  # to open a pipe would wait for ever
            return _Subject(path, name, hash_file(path), path.stat().st_size)
    except OSError:
        pass
    return _Subject(path, name, None, None)


def _find_earlier(folder: Path, subject: _Subject) -> Path | None:
    """Return where the same file with the same name already stands, whatever the day; its notes say so."""
    stem = subject.stem
    if not folder.is_dir():
        return None
    for day in sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink()):
        for number in range(1, _MAX_TWINS):
            target = _twin(day / stem, number)
            if not _notes_exist(target) and not target.exists():
                break
            if _is_same(target, subject):
                return target
    return None


def _is_same(target: Path, subject: _Subject) -> bool:
    if subject.sha256 is not None:
        return target.is_file() and not target.is_symlink() and hash_file(target) == subject.sha256
    return _read_reason(target.with_name(target.name + REASON_SUFFIX)).get("path") == _show(subject.path)


def _read_reason(path: Path) -> dict[str, Any]:
    """Return what a reason file says, nothing when it cannot be read."""
    try:
        return dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _place(subject: _Subject, day: Path) -> Path:
    """Copy the file beside nothing of the same name; a hard link gives it its name, which never overwrites."""
    targets = (_twin(day / subject.stem, number) for number in range(1, _MAX_TWINS))
    if subject.sha256 is None:
        return next(target for target in targets if not _notes_exist(target) and not target.exists())
    part = part_path(day)
    try:
        if write_synced(part, chunks_of(subject.path)) != subject.sha256 or hash_file(part) != subject.sha256:
            raise IntegrityError(what=subject.name, detail="it changed while it was quarantined")
        for target in targets:
            if _notes_exist(target):
                continue
            with suppress(FileExistsError):
                _name_without_overwriting(part, target)
                sync_folder(day)
                return target
    finally:
        part.unlink(missing_ok=True)
    raise IntegrityError(what=subject.name, detail="too many files of this name are in quarantine")


def _name_without_overwriting(part: Path, target: Path) -> None:
    try:
        target.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:  # file systems without hard links, such as exFAT: a reserved name is the next best
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        part.replace(target)


def _twin(target: Path, number: int) -> Path:
    """Return the path itself, or for another file of the same name one with a number before it."""
    return target if number == 1 else target.with_name(f"{number}-{target.name}")


def _notes_exist(target: Path) -> bool:
    return target.with_name(target.name + REASON_SUFFIX).exists()


def _take_away(subject: _Subject, target: Path) -> None:
    """Remove the file from where it was, if it still is the file that stands in quarantine."""
    if hash_file(target) != subject.sha256:
        raise IntegrityError(what=subject.name, detail="its copy in quarantine is not intact")
    with suppress(FileNotFoundError):
        if not subject.path.samefile(target) and hash_file(subject.path) == subject.sha256:
            subject.path.unlink()
            sync_folder(subject.path.parent)


def _write_notes(target: Path, subject: _Subject, error: SohoaError, received_at: datetime) -> None:
    reason = {
        "name": subject.name,
        "path": _show(subject.path),
        "sha256": subject.sha256,
        "size_bytes": subject.size_bytes,
        "received_at": received_at.astimezone(UTC).isoformat(),
        "code": error.code,
        "message_vi": error.message_vi,
        "message_en": error.message_en,
    }
    data = json.dumps(reason, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8", "backslashreplace") + b"\n"
    received = received_at.astimezone(_VIETNAM).strftime("%H:%M ngày %d/%m/%Y")
    note = (
        f"Tệp: {subject.name}\n"
        f"Nhận lúc: {received}\n"
        f"Lý do không xử lý được: {error.message_vi}\n"
        f"Mã lỗi: {error.code}\n\n"
        "Tệp gốc được giữ nguyên vẹn bên cạnh tệp này. Sau khi khắc phục, hãy nộp lại tệp đúng.\n"
    ).encode("utf-8", "backslashreplace")
    for path, content in (
        (target.with_name(target.name + REASON_SUFFIX), data),
        (target.with_name(target.name + NOTE_SUFFIX), note),
    ):
        if not _holds(path, content):
            replace_atomically(path, content)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _show(path: Path) -> str:
    return os.fsencode(path).decode("utf-8", "backslashreplace")
