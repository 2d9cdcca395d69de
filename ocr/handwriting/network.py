"""The digit reader's network, computed with NumPy: no library, no thread of its own, the same figures on every run.

Trained by ``training/digits.py`` (see docs/handwriting.md). Convolutions over a strip of ink that end in one row of class
scores, a step of four pixels each, for CTC (Graves et al. 2006): class 0 is the blank, class d + 1 the digit d.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ocr.page_image import Pixels

WEIGHTS = Path(__file__).with_name("digits.npz")
CLASSES = 11
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """``pads`` are the rows and columns of zeros put on each side, ``pool`` the (rows, columns) of which the greatest stays."""

    name: str
    pads: tuple[int, int]
    pool: tuple[int, int]


LAYERS = (
    Layer("c1", (1, 1), (2, 2)),
    Layer("c2", (1, 1), (2, 1)),
    Layer("c3", (1, 1), (2, 1)),
    Layer("c4", (0, 1), (1, 1)),
    Layer("c5", (0, 2), (1, 1)),
    Layer("out", (0, 0), (1, 1)),
)


@cache
def load_weights() -> dict[str, Floats]:
    """Read the committed weights, once a process."""
    with np.load(WEIGHTS, allow_pickle=False) as archive:
        return {name: archive[name].astype(np.float32) for name in archive.files}


def score_strips(strips: Pixels) -> Floats:
    """Return log probabilities, count x steps x CLASSES, of strips (count x height x width, 255 = ink)."""
    weights = load_weights()
    x: Floats = strips.astype(np.float32) / np.float32(255)
    x = _fold_pixels(x)
    for layer in LAYERS:
        down, across = layer.pads
        x = np.pad(x, ((0, 0), (down, down), (across, across), (0, 0)))
        x = _convolve(x, weights[f"{layer.name}_kernel"]) + weights[f"{layer.name}_bias"]
        if layer.name == "out":
            break
        x = _pool(np.maximum(x, 0), *layer.pool)
    scores = x[:, 0]
    scores = scores - scores.max(axis=-1, keepdims=True)
    logs: Floats = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return logs


def _fold_pixels(strips: Floats) -> Floats:
    """Turn squares of 2 x 2 pixels into four channels."""
    count, height, width = strips.shape
    squares = strips.reshape(count, height // 2, 2, width // 2, 2).transpose(0, 1, 3, 2, 4)
    return squares.reshape(count, height // 2, width // 2, 4)


def _convolve(x: Floats, kernel: Floats) -> Floats:
    rows, columns, inputs, outputs = kernel.shape
    windows = sliding_window_view(x, (rows, columns), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    patches = windows.reshape(*windows.shape[:3], rows * columns * inputs)
    product: Floats = patches @ kernel.reshape(rows * columns * inputs, outputs)
    return product


def _pool(x: Floats, rows: int, columns: int) -> Floats:
    if (rows, columns) == (1, 1):
        return x
    count, height, width, channels = x.shape
    blocks = x[:, : height // rows * rows, : width // columns * columns]
    largest: Floats = blocks.reshape(count, height // rows, rows, width // columns, columns, channels).max(axis=(2, 4))
    return largest
