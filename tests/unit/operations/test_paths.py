"""From paths to scans."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dossiers.errors import UnreadablePathError
from operations.paths import find_scans, source_errors_mapped

NUMBER = "H01.31.12-261008-0003"


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Give up the superuser's rights for a while, if this is the superuser."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_files_come_in_name_order_without_hidden_and_unfinished_ones(tmp_path: Path) -> None:
    for name in ("b.pdf", "a.pdf", ".hidden.pdf", "c.pdf.part", "d.tmp", "sub/e.png"):
        touch(tmp_path / name)
    assert [scan.path.name for scan in find_scans([tmp_path])] == ["a.pdf", "b.pdf", "e.png"]


def test_the_dossier_number_comes_from_the_file_or_the_nearest_folder(tmp_path: Path) -> None:
    touch(tmp_path / NUMBER / "ket-qua" / "a.pdf")
    touch(tmp_path / f"{NUMBER}.pdf")
    touch(tmp_path / "loose.pdf")
    found = {scan.path.name: scan.dossier_number for scan in find_scans([tmp_path])}
    assert found == {"a.pdf": NUMBER, f"{NUMBER}.pdf": NUMBER, "loose.pdf": None}


def test_an_explicit_number_holds_for_all(tmp_path: Path) -> None:
    touch(tmp_path / NUMBER / "a.pdf")
    (scan,) = find_scans([tmp_path], "H01.31.12-261009-0004")
    assert scan.dossier_number == "H01.31.12-261009-0004"


def test_what_cannot_be_taken_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    good = touch(tmp_path / "inbox" / "good.pdf")
    (tmp_path / "inbox" / "link.pdf").symlink_to(touch(tmp_path / "outside.pdf"))
    os.mkfifo(tmp_path / "inbox" / "pipe.pdf")
    found = list(find_scans([tmp_path / "absent", tmp_path / "inbox"]))
    refused = {scan.path.name for scan in found if isinstance(scan.error, UnreadablePathError)}
    assert refused == {"absent", "link.pdf", "pipe.pdf"}
    assert [scan.path for scan in found if scan.error is None] == [good]


def test_a_folder_and_a_file_that_may_not_be_read_are_told_and_the_others_go_on() -> None:
    """Permissions do not bind the superuser, so it steps down for the time of the look."""
    with tempfile.TemporaryDirectory() as name:
        inbox = Path(name)
        touch(inbox / "a" / "good.pdf")
        touch(inbox / "b-closed" / "hidden.pdf").parent.chmod(0)
        touch(inbox / "c-closed.pdf").chmod(0)
        inbox.chmod(0o755)
        with as_ordinary_user():
            found = list(find_scans([inbox]))
            with pytest.raises(UnreadablePathError), source_errors_mapped(inbox / "c-closed.pdf"):
                (inbox / "c-closed.pdf").read_bytes()
        (inbox / "b-closed").chmod(0o700)
    assert [(scan.path.name, scan.error.code if scan.error else None) for scan in found] == [
        ("good.pdf", None),
        ("b-closed", "input.unreadable"),
        ("c-closed.pdf", None),  # its bytes are asked for only when it is taken in
    ]
    assert "Permission denied" in str(found[1].error)


def test_names_are_told_in_nfc(tmp_path: Path) -> None:
    touch(tmp_path / "gia\u0302\u0301y.pdf")
    (scan,) = find_scans([tmp_path])
    assert scan.name == "giấy.pdf"
