"""The archival PDF as other programs see it: poppler reads it, veraPDF validates it."""

from __future__ import annotations

import dataclasses
import html
import re
import subprocess
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pdf2image
import pikepdf
import pytest
from PIL import Image

from dossiers.errors import TruncatedFileError
from dossiers.model import ArchivalPdf
from dossiers.page import BoxPx, RecognizedLine, RecognizedPage, RecognizedWord
from pdf.archival import ArchivalFacts, build_archival_pdf, make_title
from pdf.conformance import PdfaScope, PdfaVerdict, check_pdfa
from pdf.page_image import draw_upright
from tests.integration.pdf.conftest import STYLES
from tests.support.drawn_pages import DPI, FACTS, LETTERS, ScanStyle, make_document, make_page
from tests.support.verapdf import validate_pdfa


def _extract(path: Path, *options: str) -> list[list[str]]:
    run = subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, encoding="utf-8", check=True)
    return [[line.rstrip() for line in page.splitlines() if line.strip()] for page in run.stdout.split("\f")[:-1]]


def _find_words(path: Path, page: int) -> list[tuple[str, BoxPx]]:
    """Return the words of a page with their boxes in pixels, as poppler finds them."""
    command = ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(path), "-"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    pattern = r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    return [
        (html.unescape(text), BoxPx(*(round(float(edge) * DPI / 72) for edge in edges)))
        for *edges, text in re.findall(pattern, run.stdout)
    ]


@pytest.mark.parametrize("options", [(), ("-raw",), ("-layout",)])
def test_the_text_comes_back_line_by_line(archival: ArchivalPdf, options: tuple[str, ...]) -> None:
    expected = [[line.strip() for line in LETTERS]] * len(STYLES)
    assert [[line.strip() for line in page] for page in _extract(archival.path, *options)] == expected


@pytest.mark.parametrize("number", range(1, len(STYLES) + 1))
def test_every_word_stands_on_its_ink(archival: ArchivalPdf, pages: list[RecognizedPage], number: int) -> None:
    (picture,) = pdf2image.convert_from_path(archival.path, dpi=DPI, first_page=number, last_page=number, grayscale=True)
    dark = np.asarray(picture) < 128
    page = pages[number - 1]
    expected = [word for line in page.lines for word in line.words]
    found = _find_words(archival.path, number)
    assert [text.strip() for text, _ in found] == [word.text for word in expected]
    for (_, box), word in zip(found, expected, strict=True):
        true = word.bbox_px
        assert abs(box.left - true.left) <= 2
        assert abs(box.right - true.right) <= 8  # a word gives a little of its end to the space after it
        assert dark[true.top - 2 : true.bottom + 2, true.left - 2 : true.right + 2].any()
    inked = np.zeros_like(dark)
    for word in expected:
        true = word.bbox_px
        inked[true.top - 4 : true.bottom + 4, true.left - 4 : true.right + 4] = True
    assert (dark & ~inked).sum() < 0.002 * dark.sum() + 5  # nothing dark anywhere else: no borders, level lines


def test_the_reference_validator_says_pdfa(archival: ArchivalPdf, letter: ArchivalPdf) -> None:
    for path, verdict in validate_pdfa([archival.path, letter.path]).items():
        assert verdict.compliant, (path, verdict)


def test_our_own_check_agrees(archival: ArchivalPdf) -> None:
    report = check_pdfa(archival.path)
    assert (report.claim, report.verdict, report.scope, report.findings) == ("2B", PdfaVerdict.PASSED, PdfaScope.WHOLE_FILE, ())


def test_what_is_no_pdfa_is_called_so(letter: ArchivalPdf, tmp_path: Path) -> None:
    claims = tmp_path / "claims.pdf"
    with pikepdf.open(letter.path) as pdf:
        del pdf.Root.OutputIntents
        pdf.save(claims)
    plain = tmp_path / "plain.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(plain)
    assert check_pdfa(claims).claim == "2B"
    assert check_pdfa(claims).verdict is PdfaVerdict.FAILED
    assert check_pdfa(plain).claim == ""
    assert not any(verdict.compliant for verdict in validate_pdfa([claims, plain]).values())


def test_the_scanner_s_own_bytes_are_inside(archival: ArchivalPdf, pages: list[RecognizedPage]) -> None:
    with pikepdf.open(archival.path) as pdf:
        raw = [page.Resources.XObject.SohoaScan.read_raw_bytes() for page in pdf.pages]
    for number, style in enumerate(STYLES):
        scan = pages[number].source.path.read_bytes()
        if (style.ending, style.mode) in {("jpg", "L"), ("jpg", "RGB")}:
            assert raw[number] == scan
        if style.ending == "tif":
            assert raw[number] in scan


def test_the_pixels_are_the_scan_s(pages: list[RecognizedPage], archival: ArchivalPdf) -> None:
    with pikepdf.open(archival.path) as pdf, Image.open(pages[4].source.path) as scan:
        image = pikepdf.PdfImage(cast("pikepdf.Stream", pdf.pages[4].Resources.XObject.SohoaScan)).as_pil_image()
        assert image.tobytes() == scan.tobytes()


def test_the_same_facts_give_the_same_bytes(letter: ArchivalPdf, tmp_path: Path) -> None:
    page = make_page(tmp_path, 1, ScanStyle("png", "1"))
    again = build_archival_pdf(make_document(page), tmp_path / "again.pdf", FACTS)
    assert again.sha256 == letter.sha256


def test_title_and_dates_are_in_xmp_and_info(letter: ArchivalPdf) -> None:
    with pikepdf.open(letter.path) as pdf:
        xmp = pdf.open_metadata()
        assert xmp["dc:title"] == str(pdf.docinfo["/Title"]) == "Công văn số 574/UBND-KTTH: Về việc kiểm tra"
        assert xmp["dc:source"] == "sha256:" + "ab" * 32
        assert xmp["xmp:CreatorTool"] == str(pdf.docinfo["/Creator"]) == "Sohoa test"
        assert str(pdf.docinfo["/CreationDate"]) == "D:20261124000000+00'00"
        assert str(pdf.Root.Lang) == "vi-VN"


def test_titles_are_short_and_on_one_line() -> None:
    document = make_document()
    long_field = dataclasses.replace(document.fields["abstract"], value="rất\ndài " * 200)
    title = make_title(dataclasses.replace(document, fields={"abstract": long_field}))
    assert title.startswith("Công văn: rất dài")
    assert len(title) <= 500


def test_hostile_titles_stay_text(tmp_path: Path) -> None:
    page = make_page(tmp_path, 1, ScanStyle("png", "1"))
    facts = ArchivalFacts(FACTS.created_at, "tool", author="A)>> <x>&", title="</rdf:li> & ] ) \\ \x01\x00 tên")
    made = build_archival_pdf(make_document(page), tmp_path / "out.pdf", facts)
    assert check_pdfa(made.path).is_pdfa_2b


def test_a_damaged_page_leaves_nothing_behind(tmp_path: Path) -> None:
    page = make_page(tmp_path, 1, ScanStyle("png", "L"))
    page.source.path.write_bytes(page.source.path.read_bytes()[:2000])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(TruncatedFileError):
        build_archival_pdf(make_document(page), tmp_path / "out.pdf", FACTS)
    assert sorted(tmp_path.iterdir()) == before


def test_many_pages_are_built_in_batches(tmp_path: Path) -> None:
    page = make_page(tmp_path, 1, ScanStyle("tif", "1"))
    made = build_archival_pdf(make_document(*[page] * 60), tmp_path / "out.pdf", FACTS)
    assert made.page_count == 60
    assert len(_extract(made.path)) == 60


def test_lines_side_by_side_stay_apart_and_whole(tmp_path: Path) -> None:
    """The head of a letter (agency left, national title right) and a row of a table with wide gaps inside one line."""
    left = ["ỦY BAN NHÂN DÂN", "XÃ HÒA LẠC", "Số: 574/UBND"]
    right = ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Hòa Lạc, ngày 04 tháng 02 năm 2025"]
    page = make_page(tmp_path, 1, ScanStyle("png", "1"), texts=["Kính gửi:"], top_px=800)
    lines = [_lay_out(text, 150, 300 + 60 * row) for row, text in enumerate(left)]
    lines += [_lay_out(text, 800, 300 + 60 * row) for row, text in enumerate(right)]
    lines += [*page.lines, _lay_out("STT Họ và tên Ghi chú", 150, 1000, gap_px=160)]
    made = build_archival_pdf(make_document(dataclasses.replace(page, lines=tuple(lines))), tmp_path / "out.pdf", FACTS)
    (plain,) = _extract(made.path)
    assert sorted(plain) == sorted(line.text for line in lines)


def _lay_out(text: str, left_px: int, top_px: int, gap_px: int = 12) -> RecognizedLine:
    words: list[RecognizedWord] = []
    for word in text.split():
        box = BoxPx(left_px, top_px, left_px + 20 * len(word), top_px + 40)
        words.append(RecognizedWord(word, box, 0.9))
        left_px = box.right + gap_px
    return RecognizedLine(text, words[0].bbox_px.union(words[-1].bbox_px), 0.9, tuple(words))


def test_a_page_drawn_from_its_scan_looks_as_poppler_draws_it(archival: ArchivalPdf, pages: list[RecognizedPage]) -> None:
    shown = pdf2image.convert_from_path(archival.path, dpi=100, grayscale=True)
    for page, picture in zip(pages, shown, strict=True):
        drawn = draw_upright(page, 100)
        assert drawn is not None
        assert drawn.size == pytest.approx(picture.size, abs=1)
        width, height = (min(sides) for sides in zip(drawn.size, picture.size, strict=True))
        ours, theirs = (cv2.blur(np.asarray(one)[:height, :width], (9, 9)).astype(int) for one in (drawn, picture))
        assert np.abs(ours - theirs).max() < 60, page.source.path.name
        assert np.abs(ours - theirs).mean() < 1.5, page.source.path.name
