"""Digits drawn as a pen draws them: skeletons in several habits of writing, made uneven, and given a pen's width.

The forms follow how Vietnamese offices write: 1 with a flag or a plain stroke, 7 with a bar or without, 4 open or closed,
9 with a straight or a curved tail, 5 whose top bar is a stroke of its own.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Stroke = tuple[tuple[float, float], ...]
TILE_PX = 68  # side of the square a digit is drawn on
BODY_PX = 40  # its usual height there
STEPS = 7  # points of the curve between two points of a skeleton

# Each form of a digit is one or more strokes (parted by |) of points "x,y" in hundredths of the height, y downwards.
FORMS_DRAWN = {
    "0": (
        "32,2 8,28 8,72 30,98 53,72 53,28 32,2",
        "40,4 14,20 6,66 26,97 50,74 54,30 36,3 22,10",
        "20,10 8,50 28,97 54,55 42,5 14,12",
        "46,12 30,2 10,30 10,76 32,98 52,70 50,25 42,8",
    ),
    "1": (
        "30,2 30,50 29,98",
        "14,26 34,3 33,50 32,98",
        "4,50 20,30 40,3 38,50 36,98",
        "2,62 22,34 44,2 42,50 40,98",
        "16,22 34,3 33,50 32,97 | 12,98 32,97 54,97",
        "40,2 32,50 22,98",
        "20,16 36,2 33,60 34,90 42,97",
    ),
    "2": (
        "10,24 28,3 50,20 36,58 6,95 30,94 58,95",
        "8,28 20,4 46,6 50,30 30,66 8,92 14,80 34,92 58,90",
        "10,20 30,2 50,22 30,70 10,96 4,84 20,80 40,97 60,84",
        "6,10 30,5 50,10 32,50 6,94 30,93 56,92",
        "6,30 16,6 40,3 50,24 36,56 14,84 4,96 26,86 60,96",
    ),
    "3": (
        "10,12 36,3 50,20 26,46 50,66 36,96 6,88",
        "6,20 24,2 48,14 42,38 22,46 46,54 54,76 30,98 4,84",
        "6,5 30,5 50,5 36,26 22,42 46,50 52,74 30,97 4,88",
        "10,8 40,2 44,26 20,42 20,46 50,58 48,88 20,98 4,90",
    ),
    "4": (
        "36,3 20,35 5,62 30,62 58,60 | 42,36 40,70 37,99",
        "12,4 8,30 6,52 30,54 56,52 | 46,4 44,50 42,99",
        "42,2 24,32 4,66 32,66 58,66 | 42,2 42,50 42,99",
        "24,2 14,30 8,50 30,50 52,44 | 48,10 40,60 32,100",
        "50,2 28,30 4,60 34,60 60,58 | 50,2 44,50 40,98",
        "16,6 10,38 12,50 34,50 46,30 48,10 44,60 42,99",
    ),
    "5": (
        "16,5 12,42 40,42 50,70 30,97 5,88 | 16,5 34,5 54,4",
        "18,8 12,40 36,38 50,64 32,95 4,92 | 20,7 40,10 60,2",
        "54,5 34,5 18,6 12,42 42,42 50,72 28,97 5,86",
        "50,4 22,8 16,30 30,46 48,62 42,90 20,98 4,86",
        "12,12 10,44 30,40 48,60 40,90 10,97 | 16,0 36,4 58,-2",
    ),
    "6": (
        "46,3 18,36 8,74 30,98 50,76 32,54 10,72",
        "34,2 14,40 10,80 30,98 50,80 42,58 20,60 12,76",
        "22,2 10,40 10,84 30,98 48,82 40,60 20,60 10,74",
        "48,10 36,3 14,30 6,70 26,98 50,84 44,56 18,60 10,80",
    ),
    "7": (
        "8,7 30,6 53,5 36,50 24,98",
        "8,7 30,6 53,5 36,50 24,98 | 18,50 36,48 54,46",
        "4,14 16,6 30,12 52,4 38,50 30,98 | 14,50 36,47 58,46",
        "6,18 8,6 30,5 52,5 32,48 22,98",
        "6,8 24,10 50,4 46,30 40,98 | 24,44 42,44 60,42",
        "4,20 14,4 30,10 50,6 40,40 28,98",
    ),
    "8": (
        "46,14 26,3 13,24 32,46 52,72 30,97 9,74 30,46 48,16",
        "30,46 12,26 30,3 50,24 30,46 6,74 30,98 54,74 32,46",
        "54,8 34,4 12,20 28,46 50,74 26,98 6,78 28,50 50,22 44,2",
        "30,4 12,22 30,44 48,22 32,4 | 30,45 6,72 30,98 54,72 30,45",
    ),
    "9": (
        "50,26 28,44 10,24 30,3 50,20 47,60 34,99",
        "48,20 28,3 8,22 20,44 42,36 49,14 48,50 46,98",
        "50,22 30,3 8,24 24,46 48,30 50,70 34,97 8,90",
        "52,10 30,3 8,26 24,48 46,34 52,8 50,60 40,100 14,106 6,92",
        "46,8 20,6 10,36 30,46 48,24 48,8 40,56 24,98",
    ),
}


def _parse_form(text: str) -> tuple[Stroke, ...]:
    """Return the strokes of a form; points as shares of the height."""
    strokes = []
    for part in text.split("|"):
        pairs = [point.split(",") for point in part.split()]
        strokes.append(tuple((int(x) / 100, int(y) / 100) for x, y in pairs))
    return tuple(strokes)


FORMS = {digit: tuple(_parse_form(form) for form in forms) for digit, forms in FORMS_DRAWN.items()}


def draw_digit(digit: str, form: int, rng: Generator, *, slant: float, width: float, pen_px: float) -> Pixels:
    """Draw one digit: TILE_PX x TILE_PX, 255 where there is ink.

    ``form`` counts the ways of writing it (taken modulo their number); ``slant`` is the shift to the right of the top, as a
    share of the height; ``width`` stretches; ``pen_px`` is the pen's width.
    """
    forms = FORMS[digit]
    tile = np.zeros((TILE_PX, TILE_PX), np.uint8)
    shake = rng.uniform(0.008, 0.04)
    lean = slant + rng.normal(0, 0.03)
    for stroke in forms[form % len(forms)]:
        points = np.array(stroke) + rng.normal(0, shake, (len(stroke), 2))
        path = _curve(points)
        x = (path[:, 0] - 0.3) * width + (0.5 - path[:, 1]) * lean
        y = path[:, 1] - 0.5
        at = np.stack([x, y], axis=1) * BODY_PX + TILE_PX / 2
        _trace(tile, at, pen_px, rng)
    return tile


def _curve(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a Catmull-Rom curve through ``points``."""
    ends = np.concatenate([points[:1], points, points[-1:]])
    t = np.linspace(0, 1, STEPS, endpoint=False)[:, None]
    pieces = []
    for p0, p1, p2, p3 in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        a, b, c = 2 * p1, p2 - p0, 2 * p0 - 5 * p1 + 4 * p2 - p3
        d = 3 * p1 - p0 - 3 * p2 + p3
        pieces.append(0.5 * (a + b * t + c * t**2 + d * t**3))
    return np.concatenate([*pieces, points[-1:]])


def _trace(tile: Pixels, path: NDArray[np.float64], pen_px: float, rng: Generator) -> None:
    """Pull the pen along ``path``; it presses harder here and there, and lifts at the ends."""
    along = np.linspace(0, 1, len(path))
    press = 1 + rng.uniform(0, 0.3) * np.sin(along * np.pi * rng.uniform(1, 3) + rng.uniform(0, 6.3))
    press *= 1 - rng.uniform(0, 0.5) * np.maximum(0, along - 0.8) * 5
    fixed = np.round(path * 16).astype(int)
    for start, end, share in zip(fixed, fixed[1:], press, strict=False):
        thickness = max(1, round(pen_px * float(share)))
        cv2.line(tile, start.tolist(), end.tolist(), 255, thickness, cv2.LINE_AA, 4)
