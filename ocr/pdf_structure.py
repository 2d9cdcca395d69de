"""Opening an untrusted PDF: password, damage, bombs in its structure, signatures, page boxes."""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pikepdf

from dossiers.errors import (
    PageSizeError,
    PasswordProtectedError,
    SohoaError,
    TooLargeError,
    TruncatedFileError,
    WrongFormatError,
)
from ocr.limits import ScanLimits
from ocr.page_file import check_page_count
from ocr.pdf_content import Rectangle, inflated_size

END_MARK_WITHIN = 2048  # readers look for %%EOF in the last 1024 bytes; scanners append a little more
STREAM_START = re.compile(rb"stream\r?\n")
STRUCTURE_TYPE = re.compile(rb"/Type\s*/(?:ObjStm|XRef)\b")
DICTIONARY_BYTES = 4096
POINTS_PER_INCH = 72.0
MAX_FORM_FIELDS = 10_000
# What qpdf and our own reading of its objects raise where a file lacks or bends what the standard asks for.
HOSTILE_STRUCTURE = (
    pikepdf.PdfError,
    pikepdf.DataDecodingError,
    zlib.error,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


@contextmanager
def open_pdf(scan_path: Path, name: str, limits: ScanLimits) -> Iterator[pikepdf.Pdf]:
    """Open a PDF that has at least one page and no more than allowed.

    A PDF protected by an owner password alone opens. Raises PasswordProtectedError, TruncatedFileError when its end is
    missing or its structure is beyond repair, TooLargeError, WrongFormatError for a PDF without a page.
    """
    _check_ends(scan_path, name, limits)
    with reading_pdf(name), pikepdf.open(scan_path) as pdf:
        pages = len(pdf.pages)
        if pages == 0:
            raise WrongFormatError(name=name, found="PDF không có trang nào (a PDF without pages)")
        check_page_count(pages, name, limits)
        yield pdf


@contextmanager
def reading_pdf(name: str) -> Iterator[None]:
    """Turn what qpdf raises into errors of the domain."""
    try:
        yield
    except SohoaError:
        raise
    except pikepdf.PasswordError as error:
        raise PasswordProtectedError(name=name) from error
    except HOSTILE_STRUCTURE as error:
        raise TruncatedFileError(name=name, detail=f"{type(error).__name__}: {error}") from error


def carries_signature(pdf: pikepdf.Pdf, scan_path: Path) -> bool:
    """Say whether the PDF is digitally signed: a signature field with a value, or a byte range that something signs."""
    try:
        if any(_is_signed_field(node) for node in _form_fields(pdf)):
            return True
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError):
        pass  # a broken form does not make the file unreadable; the bytes still tell
    with scan_path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
        return view.find(b"/ByteRange") >= 0


def visible_box(page: pikepdf.Page, number: int, name: str) -> Rectangle:
    """Return the part of the page that is shown, in default user space units: the crop box within the media box.

    Raises PageSizeError when there is none.
    """
    try:
        media, crop = (_normalise(box) for box in (page.mediabox, page.cropbox))
    except (AttributeError, KeyError, ValueError, TypeError) as error:
        raise PageSizeError(name=name, page=number, detail="MediaBox") from error
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if box[0] >= box[2] or box[1] >= box[3]:
        box = media
    width, height = box[2] - box[0], box[3] - box[1]
    if width <= 0 or height <= 0:
        raise PageSizeError(name=name, page=number, detail=f"{width:g} x {height:g} pt")
    return box


def page_rotation_deg(page: pikepdf.Page) -> int:
    """Return the clockwise turn at which a viewer shows the page: 0, 90, 180 or 270."""
    try:
        return round(float(_inherited(page.obj, "/Rotate") or 0) / 90) * 90 % 360
    except (TypeError, ValueError):
        return 0


def user_unit(page: pikepdf.Page) -> float:
    """Return how many points one unit of the page is (ISO 32000-1, 7.7.3.3)."""
    try:
        unit = float(page.obj.get("/UserUnit", 1))
    except (TypeError, ValueError):
        return 1.0
    return unit if 0 < unit < 1e5 else 1.0


def has_visible_annotation(page: pikepdf.Page) -> bool:
    """Say whether annotations other than signature widgets are drawn over the page (filled fields, stamps, notes)."""
    annotations = page.obj.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return False
    return any(isinstance(item, pikepdf.Dictionary) and _is_drawn(item) for item in annotations)


def is_hidden(annotation: pikepdf.Object) -> bool:
    """Say whether viewers show nothing of an annotation: what pops up only, is hidden, or is not to be viewed."""
    return str(annotation.get("/Subtype", "")) == "/Popup" or bool(int(annotation.get("/F", 0)) & 0b100010)


def _is_drawn(annotation: pikepdf.Dictionary) -> bool:
    kind = str(annotation.get("/Subtype", ""))
    if kind == "/Link" or "/AP" not in annotation or is_hidden(annotation):
        return False
    return not (kind == "/Widget" and str(_inherited(annotation, "/FT")) in {"/Sig", "/Btn", "None"})


def _inherited(node: Any, key: str) -> Any:
    for _ in range(32):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None


def _form_fields(pdf: pikepdf.Pdf) -> Iterator[Any]:
    pending = list(pdf.Root.get("/AcroForm", pikepdf.Dictionary()).get("/Fields", pikepdf.Array()))
    for _ in range(MAX_FORM_FIELDS):
        if not pending:
            return
        node = pending.pop()
        if isinstance(node, pikepdf.Dictionary):
            yield node
            kids = node.get("/Kids")
            pending.extend(kids if isinstance(kids, pikepdf.Array) else [])


def _is_signed_field(field: Any) -> bool:
    return str(_inherited(field, "/FT")) == "/Sig" and _inherited(field, "/V") is not None


def _normalise(box: Any) -> Rectangle:
    left, bottom, right, top = (float(value) for value in box)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


def _check_ends(scan_path: Path, name: str, limits: ScanLimits) -> None:
    """Refuse a file whose tail is missing (qpdf would repair it silently, with pages lost), and structure bombs.

    qpdf unfolds object and cross-reference streams in memory, so their size is measured first.
    """
    with scan_path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
        tail = view[-END_MARK_WITHIN * 8 :].rstrip(b"\x00\t\r\n\x0c \x1a")[-END_MARK_WITHIN:]
        if b"%%EOF" not in tail:
            raise TruncatedFileError(name=name, detail="no %%EOF at the end")
        total = 0
        for found in STREAM_START.finditer(view):
            header = view[max(0, found.start() - DICTIONARY_BYTES) : found.start()]
            if not STRUCTURE_TYPE.search(header[max(0, header.rfind(b" obj")) :]):
                continue
            stop = view.find(b"endstream", found.end())
            try:
                total += inflated_size(view[found.end() : stop if stop > 0 else len(view)], limits.max_structure_bytes)
            except zlib.error:
                continue
            if total > limits.max_structure_bytes:
                raise TooLargeError(name=name, detail=f"cấu trúc PDF (PDF structure) > {limits.max_structure_bytes:,} byte")
