"""The verdict on a scan: what is wrong is said, and what is right is left alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from dossiers.page import QualityFault
from ocr.page_image import Pixels, as_pixels
from ocr.quality import assess_quality
from tests.unit.ocr.drawing import PARAGRAPH, Text, as_bgr, draw_page

RNG = np.random.default_rng(3)


def scanned(image: Image.Image) -> Pixels:
    """Return pixels as a colour scanner gives them: warm paper, a little noise."""
    pixels = as_bgr(image).astype(np.int16) * 0.9 + np.array([14, 18, 20])
    return as_pixels(np.clip(pixels + RNG.normal(0, 2.5, pixels.shape), 0, 255))


GOOD = scanned(draw_page())


def faults(pixels: Pixels, dpi: int = 200) -> set[QualityFault]:
    return set(assess_quality(pixels, dpi).verdict.faults)


def test_a_good_colour_scan_has_no_fault() -> None:
    verdict = assess_quality(GOOD, 200).verdict
    assert verdict.faults == ()
    assert verdict.is_colour
    assert not verdict.is_blank
    assert 0 < verdict.contrast <= 1


@pytest.mark.parametrize("dpi", [200, 300])
def test_a_bitonal_office_scan_is_only_not_colour(dpi: int) -> None:
    page = np.asarray(draw_page(scale=dpi / 200).convert("1").convert("L"), dtype=np.uint8)
    assert faults(page, dpi) == {QualityFault.NOT_COLOUR}


def test_a_gray_scan_stored_as_rgb_is_not_colour() -> None:
    gray = cv2.cvtColor(GOOD, cv2.COLOR_BGR2GRAY)
    assert not assess_quality(as_pixels(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)), 200).verdict.is_colour


def test_fewer_dots_per_inch_than_the_law_asks() -> None:
    small = as_pixels(cv2.resize(GOOD, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA))
    assert QualityFault.LOW_DPI in faults(small, 150)


def test_a_photo_that_states_too_many_dots_is_found_out_by_its_letters() -> None:
    small = as_pixels(cv2.resize(GOOD, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA))
    assert QualityFault.LOW_DPI in faults(small, 200)


@pytest.mark.parametrize("dpi", [200, 300])
def test_blur(dpi: int) -> None:
    page = as_bgr(draw_page(scale=dpi / 200))
    assert QualityFault.BLURRED not in faults(page, dpi)
    assert QualityFault.BLURRED in faults(as_pixels(cv2.GaussianBlur(page, (0, 0), 5 * dpi / 300)), dpi)


def test_low_contrast() -> None:
    pale = as_pixels(255 - (255 - as_bgr(draw_page()).astype(np.int16)) * 0.36 - 30)
    assert QualityFault.LOW_CONTRAST in faults(pale)


def test_text_that_runs_into_the_edge() -> None:
    assert QualityFault.CUT_EDGE in faults(np.ascontiguousarray(GOOD[:, 300:]))
    assert QualityFault.CUT_EDGE in faults(np.ascontiguousarray(GOOD[:, :900]))
    assert QualityFault.CUT_EDGE in faults(np.ascontiguousarray(GOOD[255:]))


def test_dark_rims_and_frames_are_not_cut_text() -> None:
    page = GOOD.copy()
    page[:, :25] = 20
    page[:12] = 20
    assert QualityFault.CUT_EDGE not in faults(page)


def paper(*, shade: int = 250) -> Image.Image:
    return Image.new("RGB", (1654, 2339), (shade, shade, shade))


def test_blank_pages() -> None:
    assert assess_quality(as_bgr(paper()), 200).verdict.is_blank
    assert assess_quality(scanned(paper()), 200).verdict.is_blank
    specks = paper()
    for _ in range(60):
        x, y = RNG.integers(0, 1600), RNG.integers(0, 2300)
        specks.paste((30, 30, 30), (int(x), int(y), int(x) + 3, int(y) + 3))
    assert assess_quality(as_bgr(specks), 200).verdict.is_blank


def test_a_red_stamp_alone_leaves_the_page_blank() -> None:
    page = paper()
    draw = ImageDraw.Draw(page)
    for radius in (150, 120, 70):
        draw.arc((400 - radius, 1700 - radius, 400 + radius, 1700 + radius), 40, 300, fill=(225, 60, 70), width=7)
    assert assess_quality(scanned(page), 200).verdict.is_blank


def test_what_shines_through_from_the_other_side_is_blank() -> None:
    through = 255 - (255 - as_bgr(draw_page())[:, ::-1].astype(np.int16)) * 0.13
    assert assess_quality(as_pixels(through), 200).verdict.is_blank


def test_a_single_line_is_not_blank() -> None:
    verdict = assess_quality(scanned(draw_page((Text(PARAGRAPH[0], 300, 1000),))), 200)
    assert not verdict.verdict.is_blank
    assert verdict.is_sparse
