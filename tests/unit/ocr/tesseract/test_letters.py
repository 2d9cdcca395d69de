"""What a line model's chances spell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ocr.tesseract.letters import average_looks, spell
from ocr.tesseract.network import Chances

LETTERS = (" ", "a", "b", "ê", "́", "")
BLANK = 5


def make_chances(steps: Sequence[dict[int, float]]) -> Chances:
    """Give each step its chances; what is left of 1 is the blank's."""
    chances = np.zeros((len(steps), len(LETTERS)), np.float32)
    for row, step in enumerate(steps):
        for output, chance in step.items():
            chances[row, output] = chance
        chances[row, BLANK] += 1 - sum(step.values())
    return chances


def test_repeats_are_one_letter_unless_a_blank_lies_between() -> None:
    words = spell(make_chances([{1: 1}, {1: 1}, {}, {1: 1}, {2: 1}, {}]), LETTERS, BLANK)
    assert [(word.text, word.start, word.end) for word in words] == [("aab", 0, 5)]


def test_words_end_at_spaces_and_are_composed() -> None:
    words = spell(make_chances([{}, {0: 1}, {1: 1}, {0: 1}, {0: 1}, {}, {3: 1}, {4: 1}, {0: 1}]), LETTERS, BLANK)
    assert [(word.text, word.start, word.end) for word in words] == [("a", 2, 3), ("ế", 6, 8)]


def test_what_agrees_with_a_word_does_not_make_it_doubtful() -> None:
    (sure,) = spell(make_chances([{1: 1}, {1: 0.4, 2: 0.3}, {2: 1}, {}]), LETTERS, BLANK)  # between a and b: a, b or none
    assert sure.confidence == pytest.approx(1.0)


def test_a_letter_that_may_be_another_or_lost_makes_a_word_doubtful() -> None:
    (mistaken,) = spell(make_chances([{1: 0.7, 3: 0.3}, {2: 1}]), LETTERS, BLANK)
    (lost,) = spell(make_chances([{1: 1}, {3: 0.4}, {2: 1}]), LETTERS, BLANK)
    assert (mistaken.text, lost.text) == ("ab", "ab")
    assert mistaken.confidence == pytest.approx(0.7)
    assert lost.confidence == pytest.approx(0.6)


def test_what_several_looks_show_counts_for_more_than_what_one_is_sure_of() -> None:
    looks = [make_chances([{1: 0.9, 2: 0.1}]), make_chances([{1: 0.1, 2: 0.9}]), make_chances([{1: 0.3, 2: 0.7}])]
    mean = average_looks(looks)
    assert mean.sum(axis=1) == pytest.approx(1)
    assert mean[0, 2] / mean[0, 1] == pytest.approx((0.1 * 0.9 * 0.7 / (0.9 * 0.1 * 0.3)) ** (1 / 3), rel=1e-3)


def test_one_look_cannot_rule_out_what_the_others_are_sure_of() -> None:
    mean = average_looks([make_chances([{1: 1}]), make_chances([{1: 1}]), make_chances([{2: 1}])])
    assert mean[0].argmax() == 1


@pytest.mark.parametrize("steps", [[], [{}], [{}, {0: 1}, {}]])
def test_a_line_without_letters_has_no_words(steps: list[dict[int, float]]) -> None:
    assert spell(make_chances(steps), LETTERS, BLANK) == []
