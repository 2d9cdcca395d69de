"""Every kind of mark, with a QR code and without, as veraPDF, a scanner and a code reader see it."""

from __future__ import annotations

from pathlib import Path

import pdf2image
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from dossiers.model import ArchivalPdf, SignatureLevel
from pdf.archival import build_archival_pdf
from pdf.identity import SigningIdentity
from pdf.long_term import Assurance
from pdf.mark_text import MarkText, fill_link, load_mark_templates
from pdf.signing import sign_pdf
from pdf.timestamps import make_timestamper
from pdf.verification import verify_pdf
from pdf.visible_mark import is_free_of_ink
from tests.integration.pdf.time_authority import serve_time
from tests.support.drawn_pages import FACTS, LETTERS, ScanStyle, make_document, make_page
from tests.support.verapdf import validate_pdfa

URL = "https://tracuu.tinh.example/ho-so/{document_id}?d={digest}"
LINK = fill_link(URL, "p0001-0002-" + "5b" * 16, "cd" * 32)
AGENCY = "ỦY BAN NHÂN DÂN PHƯỜNG LONG XUYÊN, TỈNH AN GIANG"


def marks(link: str) -> list[MarkText]:
    templates = load_mark_templates().values()
    return [MarkText(item.form, AGENCY, "Nguyễn Thị Ánh Tuyết", item.text, link=link) for item in templates]


def read_codes(path: Path, dpi: int) -> list[str]:
    (page,) = pdf2image.convert_from_path(path, dpi=dpi, last_page=1, grayscale=True)
    return [code.text for code in zxingcpp.read_barcodes(page)]


def test_pdfa_stays_valid_with_every_mark(letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path) -> None:
    signed: list[Path] = []
    with serve_time() as authority:
        stamped = Assurance(SignatureLevel.B_T, make_timestamper(authority.url))
        for link in ("", LINK):
            for number, mark in enumerate(marks(link)):
                assurance = stamped if number == 0 else None  # B-T with and without a code, else B-B
                path = tmp_path / f"{number}{'-qr' if link else ''}.pdf"
                signed.append(sign_pdf(letter, path, identity, mark, assurance).path)
                assert verify_pdf(path, identity.trust_roots).is_sound
                assert read_codes(path, 200) == ([LINK] if link else [])
    verdicts = validate_pdfa(signed)
    assert {path.name: verdict.faults for path, verdict in verdicts.items() if not verdict.compliant} == {}


def test_the_code_is_vector_and_survives_a_print_that_is_scanned_and_compressed(
    letter: ArchivalPdf, identity: SigningIdentity, tmp_path: Path
) -> None:
    path = sign_pdf(letter, tmp_path / "signed.pdf", identity, marks(LINK)[0]).path
    with pikepdf.open(path) as document:
        appearance = document.pages[0].Annots[0].AP.N
        assert "/XObject" not in appearance.get("/Resources", {}) or not any(
            item.get("/Subtype") == "/Image" for item in appearance.Resources.XObject.values()
        )
    (page,) = pdf2image.convert_from_path(path, dpi=200, last_page=1, grayscale=True)
    scanned = page.rotate(0.7, resample=Image.Resampling.BICUBIC, fillcolor=250).point(
        [30 + level * 200 // 255 for level in range(256)]
    )
    scanned.save(tmp_path / "scan.jpg", quality=60)
    with Image.open(tmp_path / "scan.jpg") as again:
        assert [code.text for code in zxingcpp.read_barcodes(again)] == [LINK]


@pytest.mark.parametrize(("top_px", "grows"), [(40, True), (150, True), (500, False)])
def test_a_mark_with_a_code_never_covers_ink(identity: SigningIdentity, tmp_path: Path, top_px: int, grows: bool) -> None:
    """However low the first line stands, the mark's place is bare paper, or a new margin."""
    page = make_page(tmp_path, 1, ScanStyle("png", "L"), texts=["đầy trang " * 8, *LETTERS], top_px=top_px)
    archival = build_archival_pdf(make_document(page), tmp_path / "letter.pdf", FACTS)
    with pikepdf.open(archival.path) as document:
        before = [float(edge) for edge in document.pages[0].MediaBox]
    signed = sign_pdf(archival, tmp_path / "signed.pdf", identity, marks(LINK)[0])
    with pikepdf.open(signed.path) as document:
        left, bottom, right, top = (float(edge) for edge in document.pages[0].Annots[0].Rect)
        after = [float(edge) for edge in document.pages[0].MediaBox]
    assert before[:3] == after[:3]
    assert (after[3] > before[3]) is grows
    assert after[0] <= left < right <= after[2]
    assert top <= after[3]
    if grows:
        assert bottom > before[3]
    else:
        (unmarked,) = pdf2image.convert_from_path(archival.path, dpi=100, grayscale=True)
        scale = 100 / 72
        upper, lower = before[3] - top, before[3] - bottom
        assert is_free_of_ink(unmarked.crop((left * scale, upper * scale, right * scale, lower * scale)))
