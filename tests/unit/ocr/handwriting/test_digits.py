"""The digit reader alone: network, decoding, strips."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from ocr.handwriting.ctc import propose_texts, weigh_texts
from ocr.handwriting.digits import DAYS, MONTHS, calibrate, read_digits
from ocr.handwriting.network import CLASSES, LAYERS, WEIGHTS, load_weights, score_strips
from ocr.handwriting.strip import STRIP_HEIGHT_PX, STRIP_WIDTH_PX, find_body, make_strip


def test_the_weights_are_small_and_fit_the_layers() -> None:
    assert WEIGHTS.stat().st_size < 2_000_000
    weights = load_weights()
    assert set(weights) == {f"{layer.name}_{part}" for layer in LAYERS for part in ("kernel", "bias")}
    for before, after in itertools.pairwise(LAYERS):
        assert weights[f"{before.name}_kernel"].shape[3] == weights[f"{after.name}_kernel"].shape[2]
    assert weights["out_bias"].shape == (CLASSES,)


def test_scores_are_log_probabilities_and_the_same_every_time() -> None:
    strips = np.random.default_rng(1).integers(0, 256, (2, STRIP_HEIGHT_PX, STRIP_WIDTH_PX), dtype=np.uint8)
    logs = score_strips(strips)
    assert logs.shape == (2, STRIP_WIDTH_PX // 4, CLASSES)
    assert np.allclose(np.exp(logs).sum(axis=-1), 1, atol=1e-5)
    assert np.array_equal(logs, score_strips(strips))


def test_text_probabilities_are_those_of_their_paths() -> None:
    logs = np.log(np.random.default_rng(2).dirichlet(np.ones(3), (1, 4))).astype(np.float32)
    padded = np.full((1, 4, CLASSES), -40.0, np.float32)
    padded[:, :, :3] = logs
    texts = ["", "0", "1", "00", "01", "10", "11"]
    expected = dict.fromkeys(texts, 0.0)
    for path in itertools.product(range(3), repeat=4):
        text = "".join(str(value - 1) for value, _ in itertools.groupby(path) if value)
        if text in expected:
            expected[text] += float(np.exp(sum(logs[0, step, value] for step, value in enumerate(path))))
    found = np.exp(weigh_texts(padded, texts))[0]
    assert found == pytest.approx([expected[text] for text in texts], abs=1e-5)


def test_the_likeliest_text_is_proposed() -> None:
    logs = np.full((8, CLASSES), -9.0, np.float32)
    for step, value in enumerate([0, 5, 5, 0, 5, 0, 8, 0]):
        logs[step, value] = -0.01
    assert "447" in propose_texts(logs, 6)
    assert all(len(text) <= 2 for text in propose_texts(logs, 2))


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (0, 9), (40, 200)])
def test_paper_has_no_digits(shape: tuple[int, int]) -> None:
    reading = read_digits(np.zeros(shape, np.uint8), 5.0)
    assert (reading.text, reading.confidence, reading.is_sure) == ("", 0.0, False)


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (3000, 3000)])
def test_a_block_of_ink_of_any_size_is_not_surely_a_number(shape: tuple[int, int]) -> None:
    assert not read_digits(np.full(shape, 255, np.uint8), 5.0).is_sure or shape == (900, 1)  # an upright stroke is a 1


def test_a_strip_keeps_a_dash_low() -> None:
    cell = np.zeros((40, 60), np.uint8)
    cell[20:23, 10:40] = 255
    rows = np.flatnonzero(make_strip(cell, 20.0).max(axis=1) > 128)
    assert len(rows) <= 6


def test_specks_do_not_set_the_size() -> None:
    cell = np.zeros((60, 80), np.uint8)
    cell[20:50, 30:36] = 255
    cell[2:4, 70:72] = 255
    assert find_body(cell) == (30, 20, 36, 50)


def test_allowed_texts_are_days_and_months() -> None:
    assert {int(day) for day in DAYS} == set(range(1, 32))
    assert {int(month) for month in MONTHS} == set(range(1, 13))
    cell = np.zeros((60, 120), np.uint8)
    for left in (10, 40, 70):
        cell[10:50, left : left + 6] = 255
    assert read_digits(cell, 10.0, MONTHS).text in MONTHS


def test_calibration_grows_with_the_share() -> None:
    values = [calibrate(share) for share in (0.0, 0.1, 0.5, 0.9, 0.99, 1.0)]
    assert values == sorted(values)
    assert 0 < values[0] < values[-1] < 1
