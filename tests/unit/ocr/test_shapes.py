"""Connected shapes, on pages of few and of very many."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr.page_image import find_below, measure_quantile
from ocr.shapes import find_shapes, label_shapes, pick_shapes


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize(("share", "side_px", "is_many"), [(0.001, 300, False), (0.1, 2000, True)])
def test_shapes_are_the_same_whether_few_or_more_than_two_bytes_can_count(
    connectivity: int, share: float, side_px: int, is_many: bool
) -> None:
    mask = (np.random.default_rng(3).random((side_px, side_px)) < share) * np.uint8(255)
    labels, stats, centres = label_shapes(mask, connectivity)
    count, want_labels, want_stats, want_centres = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    assert (count > 65_535) is is_many
    assert (labels.itemsize == 4) is is_many
    assert np.array_equal(labels, want_labels)
    assert np.array_equal(stats, want_stats)
    assert np.array_equal(centres, want_centres)


def test_only_the_shapes_that_are_picked_stay() -> None:
    mask = np.zeros((20, 30), np.uint8)
    mask[2:6, 3:9] = mask[10:12, 20:22] = 255
    shapes = find_shapes(mask)
    kept = pick_shapes(shapes.labels, shapes.stats[:, cv2.CC_STAT_WIDTH] == 6)
    assert np.array_equal(np.argwhere(kept == 255), np.argwhere(mask[:8] > 0))
    assert set(np.unique(kept).tolist()) == {0, 255}


def test_levels_are_counted() -> None:
    gray = np.repeat(np.arange(100, dtype=np.uint8), 3).reshape(20, 15)
    assert np.count_nonzero(find_below(gray, 40)) == 3 * 40
    assert measure_quantile(gray, 0.5) == pytest.approx(np.quantile(gray, 0.5), abs=1)
    assert measure_quantile(gray, 0.5, find_below(gray, 40)) == pytest.approx(20, abs=1)


def test_shapes_are_picked_the_same_from_labels_of_two_and_of_four_bytes() -> None:
    chance = np.random.default_rng(5)
    labels = chance.integers(0, 900, (200, 300))
    is_picked = chance.random(900) < 0.4
    for picked in (pick_shapes(labels.astype(np.uint16), is_picked), pick_shapes(labels.astype(np.int32), is_picked)):
        assert np.array_equal(picked, is_picked[labels] * np.uint8(255))
