"""Pixels decoded, scaled and straightened sooner are the same pixels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFilter

from dossiers.errors import TruncatedFileError
from dossiers.page import PageSource
from ocr.page_image import LEVELLED_PX, WHITE, Pixels, as_pixels, average_whole, decode_page, resize, straighten
from tests.unit.ocr.drawing import encode

NOISE = np.random.default_rng(7).integers(0, 256, (907, 641, 3)).astype(np.uint8)
PICTURE = Image.fromarray(NOISE).filter(ImageFilter.GaussianBlur(2))


def save(data: bytes, folder: Path) -> PageSource:
    path = folder / "page.jpg"
    path.write_bytes(data)
    return PageSource(1, path, "0" * 64, "image/jpeg", *PICTURE.size, 200, lossless=True)


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "quality": 40}])
def test_a_jpeg_has_the_pixels_that_pillow_gives(tmp_path: Path, mode: str, options: dict[str, object]) -> None:
    source = save(encode(PICTURE.convert(mode), "JPEG", **options), tmp_path)
    with Image.open(source.path) as image:
        expected = np.asarray(image)
    decoded = decode_page(source).pixels
    assert np.array_equal(decoded, expected if mode == "L" else expected[:, :, ::-1])


def test_a_jpeg_is_not_turned_by_its_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    page = decode_page(save(encode(PICTURE, "JPEG", exif=exif), tmp_path))
    assert (page.pixels.shape[:2], page.hint_deg) == ((907, 641), 90)


@pytest.mark.parametrize("share", [0.3, 0.99])
def test_a_jpeg_cut_short_is_not_filled_in(tmp_path: Path, share: float) -> None:
    data = encode(PICTURE, "JPEG", quality=95)
    with pytest.raises(TruncatedFileError):
        decode_page(save(data[: int(len(data) * share)], tmp_path))


@pytest.mark.parametrize("size", [(900, 600), (901, 602), (902, 601)])
def test_two_thirds_of_a_page_are_means_of_areas(size: tuple[int, int]) -> None:
    gray = as_pixels(cv2.GaussianBlur(NOISE[: size[0], : size[1], 0], (0, 0), 1.0))
    small = resize(gray, 2 / 3)
    assert small.shape == (round(size[0] * 2 / 3), round(size[1] * 2 / 3))
    whole = np.ascontiguousarray(gray[:900, :600])
    expected = cv2.resize(whole, (400, 600), interpolation=cv2.INTER_AREA)
    assert np.abs(small[:600, :400].astype(int) - expected).max() <= 1


def test_whole_pixels_are_averaged_from_the_top_left() -> None:
    small = average_whole(NOISE, 3)
    assert small.shape == (302, 213, 3)
    assert np.abs(small[10, 20] - NOISE[30:33, 60:63].reshape(9, 3).mean(axis=0)).max() <= 0.51


@pytest.mark.parametrize("skew_deg", [-14.0, -0.3, 1.3])
def test_a_page_is_straightened_in_strips_as_it_is_in_one_go(skew_deg: float) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (3 * LEVELLED_PX + 17, 301, 3), dtype=np.uint8)
    page = as_pixels(cv2.GaussianBlur(noise, (0, 0), 2))
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -skew_deg, 1.0)
    whole = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(WHITE, WHITE, WHITE))
    assert cv2.absdiff(straighten(page, skew_deg), as_pixels(whole)).max() <= 1


def test_a_colour_page_is_straightened_as_each_of_its_channels() -> None:
    level = straighten(NOISE, 1.3)
    channels: list[Pixels] = [straighten(np.ascontiguousarray(NOISE[:, :, channel]), 1.3) for channel in range(3)]
    assert np.array_equal(level, np.dstack(channels))
    assert (level[0, 0] == WHITE).all()
