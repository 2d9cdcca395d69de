"""What a file holds, and what its name says."""

from __future__ import annotations

from pathlib import Path

import pytest

from dossiers.errors import EmptyFileError, MismatchedNameError, TooLargeError, UnreadablePathError, WrongFormatError
from ocr.limits import ScanLimits
from ocr.media import ScanMedia, check_media, describe_foreign, sniff_media

HEADS = {
    ScanMedia.PDF: b"%PDF-1.4\n",
    ScanMedia.JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF",
    ScanMedia.PNG: b"\x89PNG\r\n\x1a\n\x00\x00",
    ScanMedia.TIFF: b"II*\x00\x08\x00\x00\x00",
    ScanMedia.HEIC: b"\x00\x00\x00\x1cftypheic\x00\x00\x00\x00mif1heic",
}


def write(folder: Path, data: bytes) -> Path:
    path = folder / "scan"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("media", "head"), HEADS.items())
def test_sniffs_each_kind_of_scan(media: ScanMedia, head: bytes) -> None:
    assert sniff_media(head) is media


def test_sniffs_a_pdf_with_bytes_before_its_header() -> None:
    assert sniff_media(b"\r\n\x00junk" + HEADS[ScanMedia.PDF]) is ScanMedia.PDF


def test_avif_is_no_heic() -> None:
    assert sniff_media(b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avif") is None


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"PK\x03\x04\x14\x00", "ZIP archive"),
        (b"PK\x03\x04" + b"\x00" * 26 + b"[Content_Types].xml", "Office document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "legacy Office"),
        (b"GIF89a", "GIF"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"<!DOCTYPE html><p>", "HTML"),
        ("Kính gửi: Ủy ban nhân dân".encode(), "plain text"),
        (b"\x01\x02\x03\x00\xff", "unknown binary"),
        (b"MZ\x90\x00", "Windows executable"),
    ],
)
def test_names_what_is_no_scan(head: bytes, word: str) -> None:
    assert sniff_media(head) is None
    assert word in describe_foreign(head)


@pytest.mark.parametrize("name", ["a.pdf", "A.PDF", "không có đuôi", "Tờ trình số 5.2024"])
def test_accepts_a_name_that_does_not_contradict(tmp_path: Path, name: str) -> None:
    assert check_media(write(tmp_path, HEADS[ScanMedia.PDF]), name, ScanLimits()) is ScanMedia.PDF


@pytest.mark.parametrize("name", ["a.pdf", "a.tif", "a.docx"])
def test_refuses_a_name_that_says_otherwise(tmp_path: Path, name: str) -> None:
    with pytest.raises(MismatchedNameError) as caught:
        check_media(write(tmp_path, HEADS[ScanMedia.PNG]), name, ScanLimits())
    assert caught.value.facts == {"name": name, "found": "PNG"}


def test_says_in_words_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(WrongFormatError, match="plain text"):
        check_media(write(tmp_path, b"only words"), "a.pdf", ScanLimits())


def test_refuses_an_empty_file(tmp_path: Path) -> None:
    with pytest.raises(EmptyFileError):
        check_media(write(tmp_path, b""), "a.pdf", ScanLimits())


def test_refuses_too_many_bytes(tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        check_media(write(tmp_path, HEADS[ScanMedia.PDF] * 9), "a.pdf", ScanLimits(max_bytes=20))


def test_a_missing_file_and_a_folder_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(UnreadablePathError):
            check_media(path, "a.pdf", ScanLimits())
