"""The words of the mark and the search for bare paper."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from dossiers.errors import ConfigurationError
from pdf.visible_mark import MarkText, fill_template, is_free_of_ink, place_mark

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
