"""Mending can only help: for any words, numbers stand and a second mending finds nothing more."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.engine import Reading
from ocr.language.combine import align_readings
from ocr.language.letters import place_tone, split_tone
from ocr.language.mend import mend_lines
from ocr.language.syllables import is_syllable, list_syllables
from tests.support.readings import make_line

OFFICE = "các tô chúc đối sửa bố sung quyềt địmh Nguyên Hoà hòa Luạt UBND Số: tháng, năm; nhăn dân KẺ HOẠCH Vềviệc - (1)"
OFFICE_WORDS = OFFICE.split()
NUMBERS = st.from_regex(r"[0-9]{1,4}([./-][0-9A-ZĐa-z]{1,5}){0,2}", fullmatch=True)
WORDS = st.one_of(st.sampled_from(OFFICE_WORDS), NUMBERS, st.text("aăâđêôơưnhtcgợộảãÁÌ.,1:", min_size=1, max_size=6))
TEXTS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
READINGS = st.builds(lambda text, confidence: Reading(make_line(text, confidence)), TEXTS, st.floats(0, 1))
SYLLABLES = st.sampled_from(sorted(list_syllables()))


@settings(max_examples=60, deadline=None)
@given(st.lists(READINGS, min_size=1, max_size=3))
def test_numbers_stand_and_mending_twice_is_mending_once(readings: list[Reading]) -> None:
    mended = mend_lines(readings)
    before = [word.text for reading in readings for word in reading.first.words if any(map(str.isdigit, word.text))]
    after = [word.text for line in mended for word in line.words if any(map(str.isdigit, word.text))]
    assert after == before
    assert mend_lines([Reading(line) for line in mended]) == mended


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_no_reading_is_lost_in_the_alignment(first: str, second: str) -> None:
    slots = align_readings(make_line(first).words, make_line(second).words)
    assert " ".join(slot.first_text for slot in slots) == first
    assert " ".join(slot.second_text for slot in slots if slot.second) in {second, ""}


@given(SYLLABLES)
def test_a_syllable_is_spelt_and_taken_apart(syllable: tuple[str, int]) -> None:
    word = place_tone(*syllable)
    assert split_tone(word) == syllable
    assert is_syllable(word)
