"""What spoils a page before or while it is scanned: shadows, copies, an empty cartridge, a hard black and white."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Levels = NDArray[np.float32]


def cast_shadow(page: Image.Image, rng: Random, dpi: int) -> Image.Image:
    """Cast one or two soft shadows over a page: of a hand, of a fold, of the lid that stood open."""
    width, height = page.size
    shade = Image.new("L", page.size, 255)
    pen = ImageDraw.Draw(shade)
    for _ in range(rng.randint(1, 2)):
        dark = rng.randint(95, 150)
        x, y = rng.uniform(0, width), rng.uniform(0.1, 0.9) * height
        lean = rng.uniform(-0.5, 0.5) * height
        reach = rng.uniform(0.15, 0.4) * height
        pen.polygon([(0, y - reach), (width, y - reach + lean), (width, y + reach + lean), (x * 0.2, y + reach)], fill=dark)
    shade = shade.filter(ImageFilter.GaussianBlur(rng.uniform(3, 9) * dpi / 25.4))
    return _to_image(np.asarray(page, dtype=np.float32) * np.asarray(shade, dtype=np.float32)[:, :, None] / np.float32(255))


def copy_again(page: Image.Image, rng: Random, dpi: int) -> Image.Image:
    """Photocopy a photocopy: strokes break and close up, dust stays, the drum leaves a streak. Black and white remain."""
    noise = np.random.default_rng(rng.getrandbits(32))
    gray = page.convert("L")
    for generation in range(2):
        soft = gray.filter(ImageFilter.GaussianBlur(0.075 * dpi / 25.4))
        levels = np.asarray(soft, dtype=np.float32)
        levels = 255 - (255 - levels) * (0.86 + 0.1 * _blotches(noise, levels.shape, 18))
        levels += noise.normal(0, 20, levels.shape).astype(np.float32)
        cut = rng.uniform(122, 140) if generation else rng.uniform(132, 150)
        gray = Image.fromarray(np.where(levels > cut, 255, 0).astype(np.uint8), "L")
        gray = gray.filter(ImageFilter.GaussianBlur(0.03 * dpi / 25.4))
    _drop_dust(gray, rng, dpi)
    return gray.convert("RGB")


def cut_to_black(page: Image.Image, rng: Random, dpi: int) -> Image.Image:
    """Scan in black and white with a threshold that does not fit the page, as copiers and fax machines do.

    Set too low it loses the thin strokes of letters and the small marks over vowels; too high, marks and letters run together.
    """
    noise = np.random.default_rng(rng.getrandbits(32))
    soft = page.convert("L").filter(ImageFilter.GaussianBlur(rng.uniform(0.07, 0.11) * dpi / 25.4))
    levels = np.asarray(soft, dtype=np.float32)
    levels += noise.normal(0, rng.uniform(6, 16), levels.shape).astype(np.float32)
    cut = rng.uniform(112, 138) if rng.random() < 0.7 else rng.uniform(185, 205)
    return Image.fromarray(np.where(levels > cut, 255, 0).astype(np.uint8), "L").convert("RGB")


def run_out_of_toner(page: Image.Image, rng: Random, dpi: int) -> Image.Image:
    """Print with a cartridge nearly empty: pale all over, paler in vertical stripes and blotches."""
    noise = np.random.default_rng(rng.getrandbits(32))
    levels: Levels = np.asarray(page, dtype=np.float32)
    height, width = levels.shape[:2]
    stripes = Image.fromarray(noise.integers(150, 256, (1, max(3, width * 25 // (dpi * 9))), dtype=np.uint8))
    across = np.asarray(stripes.resize((width, 1), Image.Resampling.BICUBIC), dtype=np.float32) / 255
    grain = 1 - 0.35 * (noise.random((height, width), dtype=np.float32) < 0.35)
    ink = rng.uniform(0.5, 0.62) * across * (0.75 + 0.25 * _blotches(noise, (height, width), 9)) * grain
    return _to_image(255 - (255 - levels) * ink[:, :, None])


def lower_resolution(page: Image.Image, factor: int) -> Image.Image:
    """Make the page ``factor`` times coarser, as a scanner set to fewer dots an inch would."""
    size = (round(page.width / factor), round(page.height / factor))
    return page.resize(size, Image.Resampling.BOX)


def _blotches(noise: np.random.Generator, shape: tuple[int, ...], cells: int) -> Levels:
    """Return a slow variation from 0 to 1 over a page."""
    coarse = Image.fromarray(noise.integers(0, 256, (cells, cells), dtype=np.uint8))
    fine = coarse.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(fine, dtype=np.float32) / np.float32(255)


def _drop_dust(gray: Image.Image, rng: Random, dpi: int) -> None:
    pen = ImageDraw.Draw(gray)
    for _ in range(rng.randint(60, 160)):
        x, y, size = rng.uniform(0, gray.width), rng.uniform(0, gray.height), rng.uniform(0.05, 0.25) * dpi / 25.4
        pen.ellipse((x, y, x + size, y + size), fill=0)
    x = rng.uniform(0.02, 0.98) * gray.width
    pen.line((x, 0, x + rng.uniform(-3, 3), gray.height), fill=90, width=1)


def _to_image(levels: Levels) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8), "RGB")


DAMAGES: dict[str, Callable[[Image.Image, Random, int], Image.Image]] = {
    "shadow": cast_shadow,
    "copy": copy_again,
    "toner": run_out_of_toner,
    "black": cut_to_black,
}
"""What spoils a whole page, by the name that levels use."""
