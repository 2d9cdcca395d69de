"""JBIG2 streams, decoded by poppler: every pixel comes back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from pdf.image_formats import recode_ccitt
from pdf.jbig2.region import encode_jbig2
from pdf.page_image import EncodedImage, make_image

Mask = npt.NDArray[np.uint8]


def _decode(data: bytes, size_px: tuple[int, int], folder: Path) -> Mask:
    """Return what poppler makes of a stream: 255 where it is black."""
    with pikepdf.new() as pdf:
        image = make_image(pdf, EncodedImage(data, Name.DeviceGray, 1, Name.JBIG2Decode, None), size_px)
        leaf = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 100, 100]))
        leaf.Resources = Dictionary(XObject=Dictionary(I=image))
        leaf.Contents = pdf.make_stream(b"100 0 0 100 0 0 cm /I Do")
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(leaf)))
        pdf.save(folder / "image.pdf")
    subprocess.run(["pdfimages", "-png", folder / "image.pdf", folder / "image"], check=True)
    with Image.open(folder / "image-000.png") as decoded:
        return np.asarray(255 - np.asarray(decoded.convert("L")), np.uint8)


def _draw_blots(width: int, height: int, smooth_px: float) -> Mask:
    noise = np.random.default_rng(width * height).random((height, width))
    soft = cv2.GaussianBlur(noise, (0, 0), smooth_px) if smooth_px else noise
    return np.asarray(np.where(soft > 0.5, 255, 0), np.uint8)


@pytest.mark.parametrize("size_px", [(1, 1), (7, 3), (8, 8), (9, 300), (63, 2), (64, 65), (533, 701)])
@pytest.mark.parametrize("smooth_px", [0, 3])
def test_every_pixel_comes_back(size_px: tuple[int, int], smooth_px: float, tmp_path: Path) -> None:
    mask = _draw_blots(*size_px, smooth_px)
    assert np.array_equal(_decode(encode_jbig2(mask), size_px, tmp_path), mask)


def test_a_mostly_white_page_comes_back_with_its_repeated_rows(tmp_path: Path) -> None:
    mask = np.zeros((900, 640), np.uint8)
    mask[100:300, 50:60] = mask[500, 3:637] = 255
    mask[700:720, 100:400] = _draw_blots(300, 20, 1.5)
    mask[:, -1] = 255
    assert np.array_equal(_decode(encode_jbig2(mask), (640, 900), tmp_path), mask)


@pytest.mark.parametrize("value", [0, 255])
def test_a_page_of_one_tone_takes_next_to_nothing(value: int, tmp_path: Path) -> None:
    mask = np.full((3508, 2480), value, np.uint8)
    data = encode_jbig2(mask)
    assert len(data) < 200
    assert np.array_equal(_decode(data, (2480, 3508), tmp_path), mask)


def test_print_takes_a_fifth_less_than_in_group_4() -> None:
    mask = np.zeros((1200, 1600), np.uint8)
    for row in range(1, 20):
        cv2.putText(mask, "Cong hoa xa hoi chu nghia Viet Nam", (20, row * 60), cv2.FONT_HERSHEY_COMPLEX, 1.5, 255, 3)
    group4 = recode_ccitt(Image.fromarray(mask).convert("1", dither=Image.Dither.NONE))
    assert len(encode_jbig2(mask)) < 0.8 * len(group4.data)


def test_the_same_mask_gives_the_same_bytes() -> None:
    mask = _draw_blots(533, 701, 3)
    assert encode_jbig2(mask) == encode_jbig2(mask)
