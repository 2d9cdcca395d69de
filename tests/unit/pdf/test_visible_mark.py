"""The words of the mark and the search for bare paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from dossiers.errors import ConfigurationError
from pdf.mark_drawing import balance
from pdf.mark_text import LONGEST_LINK, MarkText, check_link_template, fill_link, fill_template, load_mark_templates
from pdf.visible_mark import is_free_of_ink, place_mark

NOON = datetime(2026, 11, 24, 5, 0, 0, 123456, tzinfo=UTC)
MARK = MarkText("SAO Y", "ỦY BAN NHÂN DÂN XÃ HÒA LẠC", "Nguyễn Văn Ẫ")


def test_the_time_is_iso_8601_in_vietnam() -> None:
    assert fill_template(MARK, NOON) == ["SAO Y", "ỦY BAN NHÂN DÂN XÃ HÒA LẠC", "Nguyễn Văn Ẫ", "2026-11-24T12:00:00+07:00"]


def test_empty_lines_are_left_out_and_values_stay_on_one_line() -> None:
    mark = MarkText("", "Xã\nHòa  Lạc", "{time}", template="{form}\n{agency}: {person}")
    assert fill_template(mark, NOON) == ["Xã Hòa Lạc: {time}"]


@pytest.mark.parametrize("template", ["{seal}", "{form.__class__}", "{form!r}", "{form:>40}", "{", "{}"])
def test_a_template_with_anything_else_is_refused(template: str) -> None:
    with pytest.raises(ConfigurationError):
        fill_template(MarkText("a", "b", "c", template=template), NOON)


def test_the_kinds_of_copy_that_sohoa_brings() -> None:
    templates = load_mark_templates()
    assert {name: item.form for name, item in templates.items()} == {
        "conversion": "BẢN SỐ HÓA TỪ BẢN GIẤY",
        "sao_y": "SAO Y",
        "sao_luc": "SAO LỤC",
        "trich_sao": "TRÍCH SAO",
    }
    for item in templates.values():
        lines = fill_template(MarkText(item.form, "UBND", "Nguyễn Văn Ẫ", item.text), NOON)
        assert (lines[0], lines[1], lines[-1]) == (item.form, "UBND", "2026-11-24T12:00:00+07:00")
    own = MarkText("SAO Y", "UBND", "", "{form}; {agency}; {date}")
    assert fill_template(own, NOON) == ["SAO Y; UBND; 24/11/2026"]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("https://tinh.example/{document_id}/{person}", "may use"),
        ("https://tinh.example/", "document_id"),
        ("ftp://tinh.example/{document_id}", "http"),
        ("tinh.example/{document_id}", "http"),
        ("https://tỉnh.example/{document_id}", "ASCII"),
        ("https://tinh.example/" + "x" * 200 + "{document_id}", "shorter"),
        ("https://[tinh/{document_id}", "http"),
    ],
)
def test_an_address_that_opens_nothing_is_refused_with_words(template: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        check_link_template(template)


def test_an_address_names_the_document_and_the_file_handed_in() -> None:
    template = "https://tinh.example/{document_id}?d={digest}"
    check_link_template(template)
    link = fill_link(template, "p0001-0002-" + "ab" * 16, "cd" * 32)
    assert link == f"https://tinh.example/p0001-0002-{'ab' * 16}?d={'cd' * 8}"
    assert len(link) <= LONGEST_LINK


def test_lines_break_evenly_and_an_endless_word_breaks_within() -> None:
    agency = "ỦY BAN NHÂN DÂN PHƯỜNG LONG XUYÊN, TỈNH AN GIANG"
    assert balance(agency, 40, len) == ["ỦY BAN NHÂN DÂN PHƯỜNG", "LONG XUYÊN, TỈNH AN GIANG"]
    assert balance("ngắn", 40, len) == ["ngắn"]
    parts = balance("x" * 95 + " y", 40, len)
    assert "".join(parts).replace(" ", "") == "x" * 95 + "y"
    assert max(map(len, parts)) <= 40
    assert balance("", 40, len) == []


def test_a_missing_font_is_a_configuration_error(tmp_path: Path) -> None:
    mark = MarkText("a", "b", "c", font_path=tmp_path / "none.ttf")
    with pytest.raises(ConfigurationError, match="fonts-liberation2"):
        place_mark(mark, NOON, lambda _: None, (0, 0, 595, 842))


def test_a_character_that_the_font_lacks_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="漢"):
        place_mark(MarkText("漢", "b", "c"), NOON, lambda _: None, (0, 0, 595, 842))


def _paper(level: int = 240) -> Image.Image:
    return Image.new("L", (300, 100), level)


def test_bare_paper_is_free() -> None:
    assert is_free_of_ink(_paper())


def test_specks_count_as_paper() -> None:
    paper = _paper()
    for x in range(0, 300, 15):
        paper.putpixel((x, x % 100), 0)
    assert is_free_of_ink(paper)


def test_a_line_of_ink_is_not_free() -> None:
    paper = _paper()
    ImageDraw.Draw(paper).rectangle((10, 50, 60, 54), fill=60)
    assert not is_free_of_ink(paper)


def test_dark_paper_is_not_free() -> None:
    assert not is_free_of_ink(_paper(90))
