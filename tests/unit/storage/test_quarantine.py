"""Quarantine: the bytes are safe, the reason is beside them, nothing piles up and nothing is overwritten."""

from __future__ import annotations

import json
import os
import unicodedata
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.errors import EmptyFileError, SohoaError, StorageDeniedError, StorageFullError, TruncatedFileError
from storage.quarantine import NOTE_SUFFIX, REASON_SUFFIX, discard, make_safe_name, quarantine

AT = datetime(2026, 10, 8, 18, 30, tzinfo=UTC)  # in Vietnam it is the next day
ERROR = TruncatedFileError(name="scan.pdf", detail="no end of file mark")


def reason_of(target: Path) -> dict[str, object]:
    found = json.loads(target.with_name(target.name + REASON_SUFFIX).read_bytes())
    assert isinstance(found, dict)
    return found


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("move", [True, False])
def test_a_file_is_kept_with_its_reason(tmp_path: Path, move: bool) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"half a scan")
    target = quarantine(path, tmp_path / "q", ERROR, AT, move)
    digest = sha256(b"half a scan").hexdigest()
    assert target == tmp_path / "q" / "2026-10-09" / f"{digest[:12]}-scan.pdf"
    assert target.read_bytes() == b"half a scan"
    assert path.exists() is not move
    reason = reason_of(target)
    assert (reason["code"], reason["sha256"], reason["name"], reason["size_bytes"]) == (
        "input.truncated",
        digest,
        "scan.pdf",
        11,
    )
    assert (reason["message_vi"], reason["message_en"]) == (ERROR.message_vi, ERROR.message_en)
    note = target.with_name(target.name + NOTE_SUFFIX).read_text(encoding="utf-8")
    assert ERROR.message_vi in note
    assert "01:30 ngày 09/10/2026" in note
    assert len(names_in(tmp_path / "q")) == 3


def test_a_retry_does_not_pile_up(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"half a scan")
    first = quarantine(path, tmp_path / "q", ERROR, AT, move=False)
    second = quarantine(path, tmp_path / "q", ERROR, AT + timedelta(days=3), move=True)
    assert first == second
    assert not path.exists()
    assert len(names_in(tmp_path / "q")) == 3
    path.write_bytes(b"half a scan")
    assert quarantine(path, tmp_path / "q", ERROR, AT, move=True) == first
    assert len(names_in(tmp_path / "q")) == 3


def test_the_same_bytes_under_two_names_are_two_files_to_look_for(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"")
        quarantine(tmp_path / name, tmp_path / "q", EmptyFileError(name=name), AT, move=True)
    assert len(names_in(tmp_path / "q")) == 6


def test_another_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"half a scan")
    taken = tmp_path / "q" / "2026-10-09" / f"{sha256(b'half a scan').hexdigest()[:12]}-scan.pdf"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"someone else's")
    target = quarantine(path, tmp_path / "q", ERROR, AT, move=True)
    assert taken.read_bytes() == b"someone else's"
    assert target.read_bytes() == b"half a scan"
    path.write_bytes(b"half a scan")
    assert quarantine(path, tmp_path / "q", ERROR, AT, move=True) == target
    assert not taken.with_name(taken.name + REASON_SUFFIX).exists()


def test_every_copy_of_a_file_is_discarded_and_no_other(tmp_path: Path) -> None:
    for name, content in (("a.pdf", b"doomed"), ("b.pdf", b"doomed"), ("c.pdf", b"another")):
        (tmp_path / name).write_bytes(content)
        quarantine(tmp_path / name, tmp_path / "q", ERROR, AT, move=True)
    quarantine(tmp_path / "lost.pdf", tmp_path / "q", ERROR, AT, move=True)
    digest = sha256(b"doomed").hexdigest()
    assert discard(tmp_path / "q", digest) == 2
    assert [name for name in names_in(tmp_path / "q") if digest[:12] in name] == []
    assert len(names_in(tmp_path / "q")) == 5
    assert discard(tmp_path / "q", digest) == 0


def test_a_copy_damaged_in_quarantine_does_not_cost_the_file(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"half a scan")
    first = quarantine(path, tmp_path / "q", ERROR, AT, move=False)
    first.write_bytes(b"damaged")
    second = quarantine(path, tmp_path / "q", ERROR, AT, move=True)
    assert second != first
    assert second.read_bytes() == b"half a scan"


def test_a_file_of_no_bytes(tmp_path: Path) -> None:
    path = tmp_path / "rỗng.pdf"
    path.write_bytes(b"")
    target = quarantine(path, tmp_path / "q", EmptyFileError(name=path.name), AT, move=True)
    assert target.read_bytes() == b""
    assert reason_of(target)["code"] == "input.empty"


@pytest.mark.parametrize(
    "name",
    [
        "hồ sơ.pdf",
        unicodedata.normalize("NFD", "hồ sơ đất.pdf"),
        "ế" * 80 + ".pdf",
        "x" * 250 + ".tif",
        "x" * 255,
        " .. ",
        "-rf *?<>|.pdf",
        "a\nb\t\u202efdp.exe",
        "...",
        "😀" * 60,
    ],
)
def test_names_of_any_form(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    target = quarantine(path, tmp_path / "q", ERROR, AT, move=True)
    assert target.read_bytes() == b"x"
    assert not path.exists()
    assert unicodedata.is_normalized("NFC", target.name)
    assert reason_of(target)["name"] == name
    assert quarantine(target, tmp_path / "other", ERROR, AT, move=False).exists()


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.pdf"))
    path.write_bytes(b"x")
    target = quarantine(path, tmp_path / "q", ERROR, AT, move=True)
    assert target.read_bytes() == b"x"
    assert reason_of(target)["name"] == "\\xff\\xfe.pdf"


@given(st.text(max_size=300))
def test_a_safe_name_is_safe(name: str) -> None:
    safe = make_safe_name(name)
    assert 0 < len(safe.encode()) <= 160
    assert safe == safe.strip()
    assert not set(safe) & set('/\\\0:*?"<>|')
    assert safe[0] != "."
    assert make_safe_name(safe) == safe


def test_what_cannot_be_read_gets_the_notes_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")  # reading it would wait for ever
    (tmp_path / "folder.pdf").mkdir()
    (tmp_path / "broken.pdf").symlink_to(tmp_path / "absent")
    for name in ("pipe.pdf", "folder.pdf", "broken.pdf"):
        targets = {quarantine(tmp_path / name, tmp_path / "q", ERROR, AT, move=True) for _ in range(2)}
        assert len(targets) == 1
        (target,) = targets
        assert not target.exists()
        assert reason_of(target)["sha256"] is None
        assert os.path.lexists(tmp_path / name)
    assert len(names_in(tmp_path / "q")) == 6


@pytest.mark.parametrize(("number", "kind"), [(28, StorageFullError), (13, StorageDeniedError)])
def test_a_quarantine_that_takes_nothing_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[SohoaError]
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    path = tmp_path / "scan.pdf"
    path.write_bytes(b"half a scan")
    (tmp_path / "q").mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(kind):
            quarantine(path, tmp_path / "q", ERROR, AT, move=True)
    assert path.read_bytes() == b"half a scan"
    assert names_in(tmp_path / "q") == []


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"half a scan")
    path.chmod(0o644)
    quarantine(path, tmp_path / "q", ERROR, AT, move=True)
    for found in [tmp_path / "q", *(tmp_path / "q").rglob("*")]:
        assert found.stat().st_mode & 0o077 == 0
