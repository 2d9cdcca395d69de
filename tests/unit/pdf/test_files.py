"""What a failing disk is called."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from dossiers.errors import StorageFullError, StorageUnavailableError
from pdf.archival import build_archival_pdf
from pdf.files import hash_file, name_disk_fault, replace_atomically
from tests.support.drawn_pages import FACTS, ScanStyle, make_document, make_page


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_called_full(number: int) -> None:
    assert isinstance(name_disk_fault(OSError(number, "no room"), Path("archive")), StorageFullError)


def test_another_fault_is_retryable_and_names_the_place(tmp_path: Path) -> None:
    page = make_page(tmp_path, 1, ScanStyle("png", "1"))
    with pytest.raises(StorageUnavailableError, match="missing") as caught:
        build_archival_pdf(make_document(page), tmp_path / "missing" / "out.pdf", FACTS)
    assert caught.value.retryable
    assert not isinstance(caught.value, StorageFullError)


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "target").write_bytes(b"old")
    replace_atomically(tmp_path / "new", tmp_path / "target")
    assert hash_file(tmp_path / "target") == "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"
    assert not (tmp_path / "new").exists()
