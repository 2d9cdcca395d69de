"""Where the pages of a PDF come from; never a guess."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from dossiers.model import Provenance
from ocr.limits import ScanLimits
from ocr.provenance import find_provenance
from tests.support.born_digital import write_result
from tests.unit.ocr.drawing import draw_page, encode, jpeg_keys, make_pdf

SCAN = draw_page(size=(827, 1170))
FULL = b"q 595 0 0 842 0 0 cm /Im0 Do Q"


def find(path: Path) -> Provenance | None:
    return find_provenance(path, path.name, ScanLimits())


def scan(folder: Path, content: bytes = FULL) -> Path:
    path = folder / "scan.pdf"
    make_pdf(encode(SCAN, "JPEG"), content=content, image_keys=jpeg_keys(SCAN)).save(path)
    return path


def join(folder: Path, *parts: Path) -> Path:
    path = folder / "joined.pdf"
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(part) as opened:
                whole.pages.extend(opened.pages)
        whole.save(path)
    return path


def test_text_is_born_digital_and_a_scan_is_digitized(tmp_path: Path) -> None:
    written = write_result(tmp_path / "written.pdf")
    assert find(written) is Provenance.BORN_DIGITAL
    assert find(scan(tmp_path)) is Provenance.DIGITIZED
    assert find(join(tmp_path, written, scan(tmp_path))) is Provenance.MIXED


@pytest.mark.parametrize(
    "content",
    [
        b"q 400 0 0 600 50 50 cm /Im0 Do Q",  # a picture, and no text
        b"q 400 0 0 600 50 50 cm /Im0 Do Q BT 1 0 0 1 50 50 Tm (a) Tj ET",  # a picture that could be a scan, and a stamp
        b"0 0 100 100 re f",  # neither
        b"q 300 0 0 842 0 0 cm /Im0 Do Q BT 3 Tr (a) Tj ET",  # half a page, with text that nobody sees
    ],
)
def test_what_leaves_it_open_is_not_known(tmp_path: Path, content: bytes) -> None:
    path = scan(tmp_path, content)
    assert find(path) is None
    assert find(join(tmp_path, scan(tmp_path, content), write_result(tmp_path / "written.pdf"))) is None


def test_a_coat_of_arms_makes_no_scan(tmp_path: Path) -> None:
    content = b"q 80 0 0 80 50 700 cm /Im0 Do Q BT 1 0 0 1 50 50 Tm (a) Tj ET"
    assert find(scan(tmp_path, content)) is Provenance.BORN_DIGITAL
