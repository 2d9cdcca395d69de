"""Words as letters, hats and tones."""

from __future__ import annotations

import pytest

from ocr.language.letters import fold_letters, is_modern_placed, place_tone, spell_key, split_key, split_tone, strip_marks
from ocr.language.syllables import is_syllable, list_syllables
from samples.generator.fonts import list_vietnamese_letters

WELL_PLACED = """
    tổ chức của mía giữa già giếng quá quý nghiêng nguyễn hoàn thuyền ủy hòa khỏe thủy được tiếng luật yếu ngoài mười
    khuỷu nước xoáy
"""
SYLLABLES = "nghiêng Nguyễn gì giếng quốc Khuya trưởng Ất Tỵ ễnh ương xoong huỳnh"


@pytest.mark.parametrize(
    ("word", "key"),
    [("Tổ", "tô3"), ("hoà", "hoa1"), ("hòa", "hoa1"), ("CÔNG", "công"), ("Đắk", "đăk2"), ("ươ", "ươ"), ("", "")],
)
def test_a_key_has_hats_and_the_tone_behind(word: str, key: str) -> None:
    assert spell_key(word) == key


def test_two_tones_are_no_tone() -> None:
    assert split_tone("hoàá") == ("hoàá", 0)


@pytest.mark.parametrize(
    "word",
    WELL_PLACED.split(),
)
def test_a_tone_is_written_back_where_it_was(word: str) -> None:
    assert place_tone(*split_tone(word)) == word


@pytest.mark.parametrize(("old", "modern"), [("hòa", "hoà"), ("khỏe", "khoẻ"), ("thủy", "thuỷ"), ("ủy", "uỷ")])
def test_the_modern_school_puts_it_behind(old: str, modern: str) -> None:
    assert place_tone(*split_tone(old), is_modern=True) == modern
    assert (is_modern_placed(old), is_modern_placed(modern), is_modern_placed("quý")) == (False, True, None)


def test_skeletons_have_no_marks_and_keep_their_length() -> None:
    assert strip_marks("Đường") == "duong"
    letters = list_vietnamese_letters()
    assert len(fold_letters(letters)) == len(letters)
    assert set(fold_letters(letters)) <= set("abcdefghijklmnopqrstuvxy")


def test_keys_come_apart_again() -> None:
    assert split_key("tô3") == ("tô", 3)
    assert split_key("công") == ("công", 0)


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_syllables_are_known(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["ngieng", "tôc", "cê", "UBND", "Krông", "việcc", "", "12", "Vềviệc", "kanh"])
def test_what_is_no_syllable_is_known(word: str) -> None:
    assert not is_syllable(word)


def test_there_are_as_many_syllables_as_grammars_say() -> None:
    assert 15_000 < len(set(list_syllables())) < 21_000
