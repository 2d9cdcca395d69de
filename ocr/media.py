"""What a file really holds, judged by its first bytes and never by its name."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path, PurePath

from dossiers.errors import EmptyFileError, MismatchedNameError, TooLargeError, UnreadablePathError, WrongFormatError
from ocr.limits import ScanLimits

HEAD_BYTES = 4096
PDF_HEADER_WITHIN = 1024  # ISO 32000-1 implementation note 13: readers accept the header within the first 1024 bytes


class ScanMedia(StrEnum):
    """The kinds of file a scan comes in; the value is the IANA media type."""

    PDF = "application/pdf"
    TIFF = "image/tiff"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"


MEDIA_OF_ENDING: dict[str, ScanMedia] = {
    ".pdf": ScanMedia.PDF,
    ".tif": ScanMedia.TIFF,
    ".tiff": ScanMedia.TIFF,
    ".jpg": ScanMedia.JPEG,
    ".jpeg": ScanMedia.JPEG,
    ".jpe": ScanMedia.JPEG,
    ".jfif": ScanMedia.JPEG,
    ".png": ScanMedia.PNG,
    ".heic": ScanMedia.HEIC,
    ".heif": ScanMedia.HEIC,
}

# Endings that promise something that is no scan. Others ("CV so 5.2024") promise nothing, and the content decides.
OFFICE_ENDINGS = {".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".odt", ".ods", ".odp", ".rtf", ".eml", ".msg"}
TEXT_ENDINGS = {".txt", ".csv", ".htm", ".html", ".xml", ".json", ".svg"}
PACKED_ENDINGS = {".zip", ".rar", ".7z", ".gz", ".tar", ".exe", ".msi", ".p7m", ".p7s"}
PICTURE_ENDINGS = {".bmp", ".gif", ".webp", ".avif", ".jp2", ".mp3", ".mp4", ".mov", ".avi"}
OTHER_ENDINGS = frozenset(OFFICE_ENDINGS | TEXT_ENDINGS | PACKED_ENDINGS | PICTURE_ENDINGS)

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

# (offset, signature, name); the name is put into a Vietnamese and an English sentence, so it speaks both languages.
FOREIGN_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"Rar!\x1a\x07", "tệp nén RAR (RAR archive)"),
    (0, b"7z\xbc\xaf\x27\x1c", "tệp nén 7-Zip (7-Zip archive)"),
    (0, b"\x1f\x8b", "tệp nén gzip (gzip archive)"),
    (257, b"ustar", "tệp nén tar (tar archive)"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "tài liệu Office đời cũ (legacy Office document)"),
    (0, b"{\\rtf", "tài liệu RTF (RTF document)"),
    (0, b"GIF8", "ảnh GIF (GIF image)"),
    (0, b"BM", "ảnh BMP (BMP image)"),
    (0, b"\x00\x00\x00\x0cjP  ", "ảnh JPEG 2000 (JPEG 2000 image)"),
    (0, b"\xff\x4f\xff\x51", "ảnh JPEG 2000 (JPEG 2000 image)"),
    (8, b"WEBP", "ảnh WebP (WebP image)"),
    (0, b"%!PS", "PostScript"),
    (0, b"\x7fELF", "chương trình (executable)"),
    (0, b"MZ", "chương trình Windows (Windows executable)"),
    (4, b"ftyp", "phim hoặc ảnh ISO khác HEIC (ISO media other than HEIC)"),
)


def sniff_media(head: bytes) -> ScanMedia | None:
    """Return the kind of scan whose first bytes are ``head``, or None when it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return ScanMedia.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ScanMedia.PNG
    if head[:4] in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}:
        return ScanMedia.TIFF
    if head[4:8] == b"ftyp" and _names_heic(head):
        return ScanMedia.HEIC
    if b"%PDF-" in head[:PDF_HEADER_WITHIN]:
        return ScanMedia.PDF
    return None


def describe_foreign(head: bytes) -> str:
    """Name, in Vietnamese and English, what a file that is no scan seems to hold. ``head`` is its first bytes."""
    if head.startswith(b"PK\x03\x04"):
        is_office = b"[Content_Types].xml" in head or b"mimetypeapplication/vnd.oasis" in head
        return "tài liệu Office (Office document, a ZIP archive)" if is_office else "tệp nén ZIP (ZIP archive)"
    for offset, signature, name in FOREIGN_SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return name
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "trang web (HTML)"
    if start.startswith(b"<?xml"):
        return "XML"
    return "văn bản thuần (plain text)" if _is_text(head) else "dữ liệu không rõ loại (unknown binary data)"


def check_media(scan_path: Path, name: str, limits: ScanLimits) -> ScanMedia:
    """Return what the file holds, after checking its size and that its name does not say otherwise.

    A name without an ending, or with one that names no kind of file, is accepted by its content.

    Raises UnreadablePathError, EmptyFileError, TooLargeError, WrongFormatError when it is no scan, and
    MismatchedNameError when it is a scan of another kind than the name's ending says.
    """
    head, size_bytes = _read_head(scan_path, name)
    if size_bytes == 0:
        raise EmptyFileError(name=name)
    if size_bytes > limits.max_bytes:
        raise TooLargeError(name=name, detail=f"{size_bytes:,} byte > {limits.max_bytes:,} byte")
    media = sniff_media(head)
    if media is None:
        raise WrongFormatError(name=name, found=describe_foreign(head))
    ending = PurePath(name).suffix.lower()
    if ending in OTHER_ENDINGS or MEDIA_OF_ENDING.get(ending, media) is not media:
        raise MismatchedNameError(name=name, found=media.name)
    return media


def _read_head(scan_path: Path, name: str) -> tuple[bytes, int]:
    try:
        with scan_path.open("rb") as stream:
            return stream.read(HEAD_BYTES), scan_path.stat().st_size
    except OSError as error:
        raise UnreadablePathError(name=name, detail=error.strerror or type(error).__name__) from error


def _names_heic(head: bytes) -> bool:
    box_bytes = int.from_bytes(head[:4], "big")
    major, compatible = head[8:12], head[16 : min(box_bytes, 256)]
    brands = {major, *(compatible[i : i + 4] for i in range(0, len(compatible), 4))}
    return b"avif" not in {major} and bool(brands & HEIC_BRANDS)


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return head.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 or all(byte >= 0x20 or byte in b"\t\r\n\f" for byte in head)
    return all(byte >= 0x20 or byte in b"\t\r\n\f\x1b" for byte in head)
