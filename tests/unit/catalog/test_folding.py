"""Folding Vietnamese."""

from __future__ import annotations

import pytest

from catalog.folding import find_words, fold, fold_word


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường Điện Biên", "duong dien bien"),
        ("ĐẶNG THỊ ƯỚC", "dang thi uoc"),
        ("Ðà Nẵng", "da nang"),  # the Icelandic letter that old fonts use
        ("hoà hòa", "hoa hoa"),
        ("47/QĐ-UBND", "47/qd-ubnd"),
        ("ﬁle №5", "file no5"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(("old", "new"), [("hòa", "hoà"), ("khỏe", "khoẻ"), ("Thúy", "THUÝ"), ("ủy", "uỷ"), ("lóa", "loá")])
def test_the_place_of_the_tone_mark_does_not_make_another_word(old: str, new: str) -> None:
    assert fold_word(old) == fold_word(new)


@pytest.mark.parametrize(
    ("one", "other"), [("ma", "má"), ("má", "mà"), ("tô", "to"), ("tơ", "tô"), ("đa", "da"), ("dấu", "đầu")]
)
def test_every_diacritic_makes_another_toned_word(one: str, other: str) -> None:
    assert fold_word(one)[0] == fold_word(other)[0].replace("đ", "d")
    assert fold_word(one)[1] != fold_word(other)[1]


def test_words_are_parted_by_all_but_letters_and_digits() -> None:
    assert [word.folded for word in find_words("Số: 47/QĐ-UBND_a, (05)")] == ["so", "47", "qd", "ubnd", "a", "5"]


def test_only_a_two_digit_number_loses_its_zero() -> None:
    assert [fold_word(text) for text in ("05", "005", "00", "0")] == [("5", "05"), ("005", "005"), ("0", "00"), ("0", "0")]
