"""Pages at named levels of hardship: repeatable, different by seed, and with a truth that still holds on the spoilt page."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samples.generator.dice import Dice
from samples.generator.fiction import WARD
from samples.generator.levels import GROUPS, HARD, LEVELS
from samples.generator.overlays import OVERLAYS
from samples.generator.sheet import Sheet, Style
from samples.generator.single_pages import DrawnPage, draw_level, draw_page
from samples.generator.warps import curl, photograph, place

SHAPES = {"curl": curl, "photo": photograph}


def count_ink(page: DrawnPage) -> tuple[float, float]:
    """Return how dark the boxes of the lines are, and how dark the page is between two of them, 0 to 1 of the range."""
    scan = page.scan.image.rotate(-page.scan.rotation_deg, expand=True).convert("L")
    level = scan.rotate(-page.scan.skew_deg, Image.Resampling.BICUBIC, fillcolor=255)
    dark = 255 - np.asarray(level, dtype=np.float32)
    inside = np.zeros(dark.shape, dtype=bool)
    for line in page.lines:
        inside[line.bbox_px.top : line.bbox_px.bottom, line.bbox_px.left : line.bbox_px.right] = True
    near = np.zeros(dark.shape, dtype=bool)
    for line in page.lines:
        near[
            max(0, line.bbox_px.top - line.bbox_px.height) : line.bbox_px.bottom + line.bbox_px.height,
            line.bbox_px.left : line.bbox_px.right,
        ] = True
    return float(dark[inside].mean()), float(dark[near & ~inside].mean())


def test_the_same_seed_draws_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    digests = []
    for folder, seed in (("first", 5), ("second", 5), ("third", 6)):
        draw_level("hard-toner", seed, 1, tmp_path / folder)
        (scan,) = (tmp_path / folder / "dossiers").iterdir()
        digests.append(hashlib.sha256(scan.read_bytes()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("name", [*(name for name in GROUPS["hard"] if LEVELS[name].dpi == 200), "turned"])
def test_the_truth_lies_on_the_ink_of_the_spoilt_page(name: str) -> None:
    page = draw_page(name, 2, 1)
    assert len(page.lines) >= 15
    for line in page.lines:
        assert line.text == " ".join(unicodedata.normalize("NFC", line.text).split())
        assert 0 <= line.bbox_px.left < line.bbox_px.right <= page.upright.width
        assert 0 <= line.bbox_px.top < line.bbox_px.bottom <= page.upright.height
    inside, between = count_ink(page)
    assert inside > 1.25 * between


def test_a_turned_page_keeps_its_corners() -> None:
    page = draw_page("turned", 4, 1)
    assert page.scan.rotation_deg == 90
    gray = np.asarray(page.scan.image.convert("L"))
    rim = np.concatenate((gray[:8].ravel(), gray[-8:].ravel(), gray[:, :8].ravel(), gray[:, -8:].ravel()))
    assert np.percentile(rim, 1) > 180  # nothing printed reaches the rim


@pytest.mark.parametrize("shape", SHAPES)
def test_a_warp_says_where_its_points_went(shape: str) -> None:
    page = Image.new("RGB", (420, 594), (255, 255, 255))
    page.paste((0, 0, 0), (200, 290, 220, 310))
    warped = SHAPES[shape](page, Dice(3), 50)
    x, y = warped.move(210, 300)
    gray = np.asarray(warped.image.convert("L"), dtype=np.float32)
    window = gray[round(y) - 25 : round(y) + 25, round(x) - 25 : round(x) + 25]
    ys, xs = np.nonzero(window < 40)
    assert abs(xs.mean() - 24.5) < 2
    assert abs(ys.mean() - 24.5) < 2


def test_a_page_is_placed_in_the_middle() -> None:
    placed = place(Image.new("RGB", (10, 20), (0, 0, 0)), (30, 40))
    assert placed.move(0, 0) == (10, 10)
    assert placed.image.getpixel((10, 10)) == (0, 0, 0)
    assert placed.image.getpixel((9, 10)) == (255, 255, 255)


def test_a_page_in_hard_black_and_white_has_lost_or_gained_ink() -> None:
    shares = []
    for index in range(6):
        page = draw_page("hard-black", 3, index)
        assert page.scan.image.mode == "1"
        scan = np.asarray(page.scan.image.rotate(-page.scan.skew_deg, fillcolor=1), dtype=bool)
        flat = np.asarray(draw_page("moderate-200", 3, index).upright.convert("L")) < 128
        shares.append(float((~scan).mean() / flat.mean()))
    assert min(shares) < 0.95 or max(shares) > 1.1
    assert all(0.4 < share < 2.5 for share in shares)


def test_a_stamped_name_lies_on_two_lines_and_is_no_print() -> None:
    case = draw_page("hard-stamped", 4, 1)
    assert not any("Luyến" in line.text or "Khuyên" in line.text for line in case.lines)
    sheet = Sheet(100)
    for row in range(2):
        sheet.put(30, 60 + 6 * row, "hướng dẫn quản lý và sử dụng", Style())
    before = np.asarray(sheet.image.convert("L"), dtype=np.int16)
    OVERLAYS["stamped"](sheet, Dice(5), WARD)
    gained = before - np.asarray(sheet.image.convert("L"), dtype=np.int16) > 30
    for line in sheet.lines:
        assert gained[line.bbox_px.top : line.bbox_px.bottom].any()


def test_every_level_names_overlays_that_exist_and_belongs_to_a_group() -> None:
    assert set(HARD) <= set(GROUPS["hard"]) <= set(LEVELS)
    for level in LEVELS.values():
        assert {name for name, _ in level.overlays} <= set(OVERLAYS)
        assert level.draw_dpi % level.coarser == 0
    assert (LEVELS["hard-100dpi"].dpi, LEVELS["large-600"].dpi) == (100, 600)
    assert not set(GROUPS["large"]) & set(GROUPS["all"])
