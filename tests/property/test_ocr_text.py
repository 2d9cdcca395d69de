"""Text normalisation and boxes hold for any input."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.image_header import read_header_size
from ocr.lines import join_words, scale_box
from ocr.media import describe_foreign, sniff_media
from ocr.reading_order import arrange_lines
from ocr.text import normalize_text

VIETNAMESE = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯ\u0300\u0301\u0303\u0309\u0323 .,-/:", max_size=60)
NUMBERS = st.integers(-50, 3000)
BOXES = st.builds(BoxPx, NUMBERS, NUMBERS, NUMBERS, NUMBERS)


def upright(left: int, top: int, width: int, height: int) -> BoxPx:
    return BoxPx(left, top, left + width, top + height)


PLACED = st.builds(upright, st.integers(0, 1500), st.integers(0, 2000), st.integers(1, 300), st.integers(5, 60))
WORDS = st.builds(RecognizedWord, st.sampled_from(["Căn", "cứ", "Luật", "12", "/"]), PLACED, st.floats(0, 1))
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(join_words), max_size=12)


@given(st.one_of(st.text(max_size=80), VIETNAMESE))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalize_text(text)
    assert normalize_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert "  " not in once
    assert "\n" not in once


@given(VIETNAMESE)
def test_letters_and_tones_stay_as_printed(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert normalize_text(text) == " ".join(composed.split())


def test_old_and_new_tone_placement_both_stay() -> None:
    assert normalize_text("hoà hòa thuý thúy") == "hoà hòa thuý thúy"
    assert normalize_text("Ðộc lập – Tự do — “Hạnh phúc”…") == "Độc lập - Tự do - “Hạnh phúc”..."


@given(BOXES, st.floats(0.1, 5), st.integers(1, 3000), st.integers(1, 3000))
def test_a_scaled_box_is_never_empty_and_lies_within_the_page(box: BoxPx, scale: float, width: int, height: int) -> None:
    left, top, right, bottom = scale_box(box, scale, width, height)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


@given(LINES)
def test_arranging_loses_and_invents_no_word(lines: list[RecognizedLine]) -> None:
    before = sorted(word.text for line in lines for word in line.words)
    after = sorted(word.text for line in arrange_lines(lines) for word in line.words)
    assert after == before


@given(st.binary(max_size=300))
def test_any_bytes_are_named(head: bytes) -> None:
    assert sniff_media(head) is not None or describe_foreign(head)
    size = read_header_size(head)
    assert size is None or all(isinstance(side, int) for side in size)
