"""The invisible text: what is written where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dossiers.page import BoxPx, PageSource, RecognizedLine, RecognizedPage, RecognizedWord
from pdf.glyphless_font import CharacterCodes
from pdf.text_layer import build_text_layer
from tests.support.drawn_pages import QUALITY

_ROUGH_PT = 0.5  # a sixth of a millimetre


def _page(*lines: RecognizedLine) -> RecognizedPage:
    source = PageSource(1, Path("scan.png"), "0" * 64, "image/png", 1000, 1000, 72, lossless=True)
    return RecognizedPage(source, 1000, 1000, 0, 0.0, QUALITY, lines, {})


def _line(*words: tuple[str, int, int], top: int = 100, bottom: int = 120) -> RecognizedLine:
    found = tuple(RecognizedWord(text, BoxPx(left, top, right, bottom), 0.9) for text, left, right in words)
    text = " ".join(word.text for word in found)
    return RecognizedLine(text, BoxPx(found[0].bbox_px.left, top, found[-1].bbox_px.right, bottom), 0.9, found)


def _read(page: RecognizedPage) -> list[tuple[str, float, float, float]]:
    """Return (text, left, right, font size) of each run that the layer draws."""
    codes = CharacterCodes()
    content = build_text_layer(page, codes, 1.0).decode("ascii")
    units = {code: unit for unit, code in codes.units.items()}
    runs, size, cursor = [], 0.0, 0.0
    pattern = r"/\w+ ([\d.]+) Tf|([\d.]+) Tz(?: 1 0 0 1 ([\d.]+) [\d.]+ Tm)? <([0-9A-F]+)> Tj"
    for found_size, stretch, left, codes_hex in re.findall(pattern, content):
        if found_size:
            size = float(found_size)
            continue
        texts = [units[int(codes_hex[at : at + 4], 16)] for at in range(0, len(codes_hex), 4)]
        start = float(left) if left else cursor
        cursor = start + len(texts) * 0.5 * size * float(stretch) / 100
        runs.append(("".join(texts), start, cursor, size))
    return runs


def test_words_are_stretched_to_their_boxes_and_spaces_to_their_gaps() -> None:
    runs = _read(_page(_line(("Hòa", 100, 140), ("Lạc", 148, 190))))
    assert [run[0] for run in runs] == ["Hòa", " ", "Lạc"]
    assert [place for _, *places, _ in runs for place in places] == pytest.approx([100, 140, 140, 148, 148, 190], abs=_ROUGH_PT)


def test_a_long_line_of_words_ends_where_it_is_printed() -> None:
    words = tuple((f"chữ{number}", number * 53, number * 53 + 47) for number in range(40))
    runs = _read(_page(_line(*words)))
    found = [place for text, left, right, _ in runs if text != " " for place in (left, right)]
    assert found == pytest.approx([place for _, left, right in words for place in (left, right)], abs=_ROUGH_PT)


def test_the_font_size_is_the_height_of_the_line() -> None:
    assert _read(_page(_line(("Một", 0, 50), top=200, bottom=230)))[0][3] == pytest.approx(30)


def test_a_gap_too_narrow_for_a_space_is_widened() -> None:
    runs = _read(_page(_line(("năm", 100, 140), ("2025", 141, 190))))
    assert runs[1][0] == " "
    assert runs[1][2] - runs[1][1] >= 0.24 * 20


def test_a_gap_as_wide_as_a_column_is_bridged_by_the_word_before_it() -> None:
    runs = _read(_page(_line(("Số:", 100, 140), ("574", 300, 340))))
    assert [run[0] for run in runs] == ["Số: ", "574"]
    assert runs[0][2] == pytest.approx(300, abs=_ROUGH_PT)


def test_overlapping_words_still_have_width() -> None:
    runs = _read(_page(_line(("a", 100, 140), ("b", 90, 95))))
    assert all(right > left for _, left, right, _ in runs)


def test_a_hyphen_at_the_end_of_a_line_is_guarded() -> None:
    assert _read(_page(_line(("nối-", 100, 140))))[0][0] == "nối- "


def test_text_is_composed_and_cleaned() -> None:
    decomposed = "Ho\N{COMBINING GRAVE ACCENT}a"
    runs = _read(_page(_line((decomposed, 0, 40)), _line(("a\x00b\nc", 0, 40)), _line(("x\ud800", 0, 40))))
    assert [run[0] for run in runs] == ["Hòa", "a b c", "x\N{REPLACEMENT CHARACTER}"]


def test_characters_beyond_the_basic_plane_are_kept() -> None:
    assert _read(_page(_line(("𠮷", 0, 20))))[0][0] == "𠮷"


def test_a_line_without_words_uses_its_own_box() -> None:
    line = RecognizedLine("Một dòng", BoxPx(10, 10, 110, 30), 0.5, ())
    ((text, left, right, size),) = _read(_page(line))
    assert (text, left, round(right), size) == ("Một dòng", 10.0, 110, 20.0)


def test_a_page_without_words_has_no_text_layer() -> None:
    assert build_text_layer(_page(), CharacterCodes(), 1.0) == b""


def test_codes_run_out_gracefully() -> None:
    codes = CharacterCodes()
    codes.encode([str(number) for number in range(0x10000)])
    assert codes.encode(["fresh"]) == codes.encode(["\N{REPLACEMENT CHARACTER}"])
    assert max(codes.units.values()) <= 0xFFFF
