"""A clean page as a scanner would see it.

Geometry is Pillow's and arithmetic is plain numpy, because both give the same pixels on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Mode = Literal["colour", "gray", "bitonal"]
Picture = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wear:
    """How bad a scan is.

    ``skew_deg`` bounds the skew; ``noise`` is the standard deviation in grey levels; ``blur_mm`` the radius of the blur;
    ``fall_off`` how much darker (0..1) the darkest corner is; ``ink`` how dark print is (1 as printed, 0 invisible);
    ``bleed`` how much of the verso shines through; ``edge`` whether the lid leaves dark edges.
    """

    skew_deg: float
    noise: float
    blur_mm: float
    fall_off: float
    ink: float
    bleed: float
    edge: bool
    jpeg_quality: int


PROFILES: dict[str, Wear] = {
    "clean": Wear(0.3, 1.5, 0.03, 0.02, 0.97, 0.0, False, 68),
    "moderate": Wear(1.6, 4.0, 0.06, 0.08, 0.9, 0.05, True, 62),
    "hard": Wear(3.0, 10.0, 0.17, 0.42, 0.5, 0.16, True, 40),
}


@dataclass(frozen=True, slots=True)
class Scan:
    """A page as scanned. ``image`` has mode RGB, L or 1; both angles say how to turn it back clockwise."""

    image: Image.Image
    rotation_deg: int
    skew_deg: float


def scan_page(
    page: Image.Image,
    rng: Random,
    wear: Wear,
    *,
    dpi: int,
    mode: Mode = "colour",
    rotation_deg: int = 0,
    verso: Image.Image | None = None,
) -> Scan:
    """Scan an upright ``page`` (RGB at ``dpi``); the result must be turned ``rotation_deg`` clockwise to stand upright."""
    skew_deg = round(rng.uniform(-wear.skew_deg, wear.skew_deg), 2)
    noise = np.random.default_rng(rng.getrandbits(32))
    image = page
    if verso is not None and wear.bleed:
        image = _shine_through(image, verso, wear.bleed)
    tint = (rng.randint(246, 252), rng.randint(245, 251), rng.randint(238, 248))
    # Pillow turns counter-clockwise for positive angles, so the turn back is clockwise.
    image = image.rotate(skew_deg, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
    if wear.blur_mm:
        image = image.filter(ImageFilter.GaussianBlur(wear.blur_mm * dpi / 25.4))
    page_levels: Picture = np.asarray(image, dtype=np.float32)
    paper = np.array(tint, dtype=np.float32) / np.float32(255)
    picture: Picture = (np.float32(255) - (np.float32(255) - page_levels) * np.float32(wear.ink)) * paper
    picture *= _draw_light(rng, picture.shape[0], picture.shape[1], wear.fall_off)[:, :, None]
    if wear.edge:
        _darken_edges(picture, rng, dpi)
    if wear.noise:
        grain = noise.standard_normal(picture.shape[:2], dtype=np.float32) * np.float32(wear.noise)
        picture += grain[:, :, None]
    image = Image.fromarray(np.clip(np.rint(picture), 0, 255).astype(np.uint8), "RGB")
    image = _reduce(image, mode)
    return Scan(image.rotate(rotation_deg, expand=True), rotation_deg, skew_deg)


def _shine_through(image: Image.Image, verso: Image.Image, share: float) -> Image.Image:
    mirrored = verso.transpose(Image.Transpose.FLIP_LEFT_RIGHT).convert("L").filter(ImageFilter.GaussianBlur(2.2))
    ghost: Picture = np.asarray(mirrored.resize(image.size), dtype=np.float32)
    veil = 1 - (255 - ghost) / 255 * np.float32(share)
    return Image.fromarray(np.rint(np.asarray(image, dtype=np.float32) * veil[:, :, None]).astype(np.uint8), "RGB")


def _draw_light(rng: Random, height: int, width: int, fall_off: float) -> Picture:
    """Return the share of light at each pixel: a gradient between four corners."""
    corners = [1.0, *(1 - fall_off * rng.uniform(0.2, 1.0) for _ in range(3))]
    rng.shuffle(corners)
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    top = corners[0] + (corners[1] - corners[0]) * across
    bottom = corners[2] + (corners[3] - corners[2]) * across
    light: Picture = (top + (bottom - top) * down).astype(np.float32)
    return light


def _darken_edges(picture: Picture, rng: Random, dpi: int) -> None:
    """Leave the shadow of the lid along two edges, in place."""
    for side in rng.sample(("left", "right", "top", "bottom"), 2):
        reach = round(rng.uniform(1.5, 4.5) * dpi / 25.4)
        ramp = np.linspace(rng.uniform(0.35, 0.6), 1, reach, dtype=np.float32)
        if side == "left":
            picture[:, :reach] *= ramp[None, :, None]
        elif side == "right":
            picture[:, -reach:] *= ramp[None, ::-1, None]
        elif side == "top":
            picture[:reach] *= ramp[:, None, None]
        else:
            picture[-reach:] *= ramp[::-1, None, None]


def _reduce(image: Image.Image, mode: Mode) -> Image.Image:
    if mode == "colour":
        return image
    gray = image.convert("L")
    return gray if mode == "gray" else gray.point(lambda level: 255 if level > 150 else 0, "1")
