"""Scores of hand-made readings, counted by hand."""

from __future__ import annotations

import pytest

from benchmarks.scoring import Score, list_differences, normalize, score_page, total

PRINTED = ("ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: 12 /UBND", "Kính gửi: Các phòng, ban.")
LETTERS = 15 + 34 + 11 + 25


def test_a_perfect_reading_has_no_error() -> None:
    score = score_page(PRINTED, PRINTED)
    assert score.letters == LETTERS
    assert (score.edits, score.inserted, score.line_edits, score.line_inserted) == (0, 0, 0, 0)
    assert (score.word_f1, score.order_tau) == (1.0, 1.0)


def test_order_costs_no_characters_but_is_told() -> None:
    score = score_page(PRINTED, PRINTED[::-1])
    assert (score.error, score.insertions) == (0.0, 0.0)
    assert score.order_tau == -1.0


def test_wrong_letters_and_missing_lines_are_edits() -> None:
    score = score_page(PRINTED, ("ỦY BAN NHẤN DÂN", *PRINTED[1:3]))
    assert score.edits == 1 + 25
    assert score.inserted == 0
    assert score.error == pytest.approx(26 / LETTERS)


def test_what_matches_nothing_is_an_insertion() -> None:
    score = score_page(PRINTED, (*PRINTED, "xÀN 3À"))
    assert (score.edits, score.inserted) == (0, 6)
    assert score.insertions == pytest.approx(6 / LETTERS)
    assert list_differences(PRINTED, (*PRINTED, "xÀN 3À")) == ["     ! xÀN 3À"]


def test_a_header_read_across_two_columns_is_an_error_line_by_line_only() -> None:
    across = (f"{PRINTED[0]} {PRINTED[1]}", *PRINTED[2:])
    score = score_page(PRINTED, across)
    assert score.line_edits == 16 + 15
    assert (score.edits, score.inserted) == (0, 0)
    assert score.word_f1 == 1.0


def test_a_table_row_read_cell_by_cell_is_an_error_line_by_line_only() -> None:
    score = score_page(("1 Nguyễn Văn An 500.000 Hộ nghèo", *PRINTED), ("1", "Nguyễn Văn An", "500.000", "Hộ nghèo", *PRINTED))
    assert score.line_edits > 0
    assert (score.edits, score.inserted) == (0, 0)


def test_noise_is_not_joined_to_a_line() -> None:
    score = score_page(PRINTED, (*PRINTED, "Trung tâm lưu trữ lịch sử"))
    assert score.edits == 0
    assert score.inserted == len("Trung tâm lưu trữ lịch sử")


def test_a_line_is_cut_only_where_both_halves_are_printed() -> None:
    noisy = (f"{PRINTED[0]} zz qq ww ee rr tt", *PRINTED[1:])
    assert score_page(PRINTED, noisy).edits == len(" zz qq ww ee rr tt")


def test_spelling_of_blanks_marks_and_accents_does_not_count() -> None:
    assert normalize("Số:  575 / UBND – “KTTH”") == 'Số: 575/UBND - "KTTH"'
    assert score_page(("Uỷ ban",), ("Uy\u0309 ban",)).edits == 0


def test_leaders_read_as_dots_are_no_error_but_as_letters_they_are() -> None:
    printed = ("Họ tên: Lê An Ngày sinh: 04/08/2001",)
    assert score_page(printed, ("Họ tên: Lê An ........... Ngày sinh: 04/08/2001……..",)).edits == 0
    assert score_page(printed, ("Họ tên: Lê An Ngày sinh: 04/08/2001.....s+scs+",)).edits == len(" s+scs+")
    assert normalize("thi hành Quyết định này./.") == "thi hành Quyết định này./."


@pytest.mark.parametrize(("printed", "read"), [((), ()), (("abc",), ()), ((), ("abc",)), (("", " "), ("abc",))])
def test_empty_pages_are_scored(printed: tuple[str, ...], read: tuple[str, ...]) -> None:
    score = score_page(printed, read)
    assert score.edits == sum(len(line.strip()) for line in printed)
    assert score.inserted == sum(map(len, read))
    assert 0.0 <= score.word_f1 <= 1.0
    assert score.insertions == 0.0  # nothing printed: no share can be given


def test_words_are_a_bag() -> None:
    score = score_page(("một hai hai",), ("hai một ba hai",))
    assert (score.hits, score.expected_words, score.read_words) == (3, 3, 4)
    assert score.word_f1 == pytest.approx(6 / 7)


def test_scores_add_up() -> None:
    one, two = score_page(PRINTED, PRINTED[:2]), score_page(("abc",), ("abd",))
    both = total([one, two])
    assert both == one + two
    assert both.letters == LETTERS + 3
    assert total([]) == Score()
