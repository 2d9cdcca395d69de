"""The fit of confidences, and what the readers' reliability makes of it."""

from __future__ import annotations

import pytest

from ocr.language.confidence import FEATURES, Rating, load_rating
from training.confidence import RatedWord, fit


def make_words(chance: float, feature: float, count: int) -> list[RatedWord]:
    features = (1.0, feature, *[0.0] * (len(FEATURES) - 2))
    return [RatedWord(features, False, number < chance * count) for number in range(count)]


def test_a_fit_states_how_often_words_are_right() -> None:
    rating = Rating(fit([*make_words(0.9, 2.0, 4000), *make_words(0.4, -1.0, 4000)]), ())
    assert rating.rate((1.0, 2.0, *[0.0] * 8), is_twice=False) == pytest.approx(0.9, abs=0.02)
    assert rating.rate((1.0, -1.0, *[0.0] * 8), is_twice=False) == pytest.approx(0.4, abs=0.02)


def test_the_committed_rating_trusts_agreement_and_words() -> None:
    rating = load_rating()
    weights = dict(zip(FEATURES, rating.twice, strict=True))
    assert len(rating.once) == len(FEATURES)
    assert min(weights["both agree"], weights["is a syllable or known"], weights["odds of the first reader"]) > 0
