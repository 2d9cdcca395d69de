"""Pages that are not flat: curled at the spine, or photographed aslant on a table.

Geometry is Pillow's. Each warp tells where a point of the flat page comes to lie, so that the boxes of the ground truth
can follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from dossiers.page import BoxPx

Point = tuple[float, float]
Move = Callable[[float, float], Point]
_STRIPS = 48


@dataclass(frozen=True, slots=True)
class Warped:
    """A warped picture, and where each point of the flat page lies in it (pixels)."""

    image: Image.Image
    move: Move

    def move_box(self, box: BoxPx) -> BoxPx:
        """Return the upright box around a warped box, within the picture."""
        xs = (box.left, (box.left + box.right) / 2, box.right)
        corners = [self.move(x, y) for x in xs for y in (box.top, box.bottom)]
        width, height = self.image.size
        return BoxPx(
            max(0, math.floor(min(x for x, _ in corners))),
            max(0, math.floor(min(y for _, y in corners))),
            min(width, math.ceil(max(x for x, _ in corners))),
            min(height, math.ceil(max(y for _, y in corners))),
        )


def place(page: Image.Image, size_px: tuple[int, int]) -> Warped:
    """Lay the page in the middle of a larger white picture, so that it can be turned without losing its corners."""
    left, top = (size_px[0] - page.width) // 2, (size_px[1] - page.height) // 2
    image = Image.new("RGB", size_px, (255, 255, 255))
    image.paste(page, (left, top))
    return Warped(image, lambda x, y: (x + left, y + top))


def curl(page: Image.Image, rng: Random, dpi: int) -> Warped:
    """Curl the page toward a book's spine at its left or right edge: lines rise there, and light falls off.

    The rise at the spine is 4 to 9 mm and fades over some 35 to 60 mm.
    """
    width, height = page.size
    rise = rng.uniform(4, 9) * dpi / 25.4 * rng.choice((-1, 1))
    reach = rng.uniform(35, 60) * dpi / 25.4
    at_left = rng.random() < 0.6

    def lift(x: float) -> float:
        return rise * math.exp(-(x if at_left else width - x) / reach)

    edges = [width * k / _STRIPS for k in range(_STRIPS + 1)]
    mesh = []
    for left, right in pairwise(edges):
        quad = (left, -lift(left), left, height - lift(left), right, height - lift(right), right, -lift(right))
        mesh.append(((round(left), 0, round(right), height), quad))
    flat = Image.new("RGB", (width, height), (255, 255, 255))
    flat.paste(page.transform(page.size, Image.Transform.MESH, mesh, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255)))
    across = np.arange(width, dtype=np.float32)
    distance = across if at_left else width - across
    light = 1 - rng.uniform(0.35, 0.6) * np.exp(-distance / (reach * 0.45))
    return Warped(_shade(flat, np.broadcast_to(light[None, :], (height, width))), lambda x, y: (x, y + lift(x)))


def photograph(page: Image.Image, rng: Random, dpi: int) -> Warped:
    """Photograph the page as it lies on a table: aslant, with a margin of wood around it and a lamp at one side."""
    width, height = page.size
    margin = round(rng.uniform(0.05, 0.1) * width)
    size = (width + 2 * margin, height + 2 * margin)
    lean = width * 0.035
    corners = [
        (margin + x + rng.uniform(-lean, lean), margin + y + rng.uniform(-lean, lean))
        for x, y in ((0, 0), (width, 0), (width, height), (0, height))
    ]
    flat: list[Point] = [(0, 0), (width, 0), (width, height), (0, height)]
    back = _solve_perspective(corners, flat)
    there = _solve_perspective(flat, corners)
    sheet = page.transform(size, Image.Transform.PERSPECTIVE, back, Image.Resampling.BICUBIC)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    table = _draw_table(rng, size)
    shadow = mask.filter(ImageFilter.GaussianBlur(dpi / 18)).point(lambda level: 255 - level // 3)
    table = Image.composite(table, Image.new("RGB", size, (0, 0, 0)), shadow)
    table.paste(sheet, (0, 0), mask.filter(ImageFilter.GaussianBlur(0.7)))
    lit = _shade(table, _draw_lamp(rng, size))
    tint = Image.new("RGB", size, rng.choice(((255, 244, 226), (242, 246, 255), (252, 250, 236))))
    warm = np.asarray(lit, dtype=np.float32) * np.asarray(tint, dtype=np.float32) / 255
    return Warped(Image.fromarray(np.rint(warm).astype(np.uint8), "RGB"), lambda x, y: _apply(there, x, y))


def _draw_table(rng: Random, size: tuple[int, int]) -> Image.Image:
    """Draw a table of wood: a brown ground with blurred streaks."""
    noise = np.random.default_rng(rng.getrandbits(32))
    streaks = noise.normal(0, 14, (size[1], 1)).astype(np.float32) + noise.normal(0, 3, (size[1], size[0])).astype(np.float32)
    ground = np.array(rng.choice(((104, 72, 48), (138, 104, 72), (70, 62, 58), (150, 146, 140))), dtype=np.float32)
    wood = np.clip(ground[None, None, :] + streaks[:, :, None], 0, 255).astype(np.uint8)
    return Image.fromarray(wood, "RGB").filter(ImageFilter.GaussianBlur(1.5))


def _draw_lamp(rng: Random, size: tuple[int, int]) -> NDArray[np.float32]:
    """Return the light of a lamp at one side: brightest there, about half as bright in the far corner."""
    x0, y0 = rng.uniform(-0.2, 1.2) * size[0], rng.uniform(-0.2, 0.4) * size[1]
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    far = np.hypot((xs - x0) / size[0], (ys - y0) / size[1])
    light: NDArray[np.float32] = (1 - rng.uniform(0.3, 0.5) * np.clip(far / 1.4, 0, 1)).astype(np.float32)
    return light


def _shade(image: Image.Image, light: NDArray[np.float32]) -> Image.Image:
    levels = np.asarray(image, dtype=np.float32) * light[:, :, None]
    return Image.fromarray(np.clip(np.rint(levels), 0, 255).astype(np.uint8), "RGB")


def _solve_perspective(source: list[Point], target: list[Point]) -> tuple[float, ...]:
    """Return the eight numbers that take ``source`` to ``target``, as ``Image.transform`` wants them."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        values += [u, v]
    return tuple(float(value) for value in np.linalg.solve(np.array(rows, dtype=float), np.array(values, dtype=float)))


def _apply(numbers: tuple[float, ...], x: float, y: float) -> Point:
    a, b, c, d, e, f, g, h = numbers
    scale = g * x + h * y + 1
    return (a * x + b * y + c) / scale, (d * x + e * y + f) / scale
