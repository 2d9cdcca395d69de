"""Two readings of a line side by side."""

from __future__ import annotations

from ocr.language.combine import align_readings
from tests.support.readings import make_line


def pair(first: str, second: str) -> list[tuple[str, str]]:
    slots = align_readings(make_line(first).words, make_line(second).words if second else ())
    return [(slot.first_text, slot.second_text) for slot in slots]


def test_words_lie_beside_each_other() -> None:
    assert pair("tô chức và", "tổ chức vả") == [("tô", "tổ"), ("chức", "chức"), ("và", "vả")]


def test_other_splits_lie_in_one_slot() -> None:
    assert pair("Hà Nội, ngày 28", "Hà Nội,ngày 28") == [("Hà", "Hà"), ("Nội, ngày", "Nội,ngày"), ("28", "28")]


def test_a_word_that_one_reader_lacks_lies_with_its_neighbour() -> None:
    slots = pair("ngày tháng 4", "ngày 15 tháng 4")
    assert " ".join(first for first, _ in slots) == "ngày tháng 4"
    assert " ".join(second for _, second in slots) == "ngày 15 tháng 4"


def test_what_is_not_alike_lies_in_one_slot_and_without_a_second_reading_each_word_does() -> None:
    assert pair("Nơi nhận:", "qwe 123") == [("Nơi nhận:", "qwe 123")]
    assert pair("Nơi nhận:", "") == [("Nơi", ""), ("nhận:", "")]


def test_leader_dots_are_no_text() -> None:
    assert pair("An Giang.......", "An Giang...") == [("An", "An"), ("Giang", "Giang...")]
    assert pair("An Giang.......-....ecrre", "An Giang") == [("An", "An"), ("Giang", "Giang")]
    assert pair("Họ tên:.......Nguyễn", "") == [("Họ", ""), ("tên:.......Nguyễn", "")]
    assert pair("ngày ........ tháng", "") == [("ngày", ""), ("........", ""), ("tháng", "")]
