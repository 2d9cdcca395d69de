"""Strings of digits as they stand in a scanned cell: written, disturbed by what is printed around, scanned badly."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ocr.handwriting.strip import STRIP_HEIGHT_PX, STRIP_WIDTH_PX, make_strip
from training.digit_sources import Hand
from training.digit_strokes import BODY_PX, TILE_PX

Pixels = NDArray[np.uint8]
MOST_DIGITS = 6
LENGTHS = (0.06, 0.40, 0.28, 0.18, 0.06, 0.02)  # of 1 to 6 digits
EMPTY_SHARE = 0.02
CANVAS_MARGIN_PX = 28


@dataclass(frozen=True)
class Pool:
    """Hands to choose from, kind by kind, and how often each kind is chosen."""

    hands: dict[str, list[Hand]]
    shares: dict[str, float]


def make_batch(count: int, pool: Pool, rng: Generator) -> tuple[Pixels, list[str]]:
    """Return strips, count x STRIP_HEIGHT_PX x STRIP_WIDTH_PX, and what is written on them."""
    strips = np.zeros((count, STRIP_HEIGHT_PX, STRIP_WIDTH_PX), np.uint8)
    texts = []
    for index in range(count):
        text = invent_text(rng)
        strips[index] = make_strip(write_cell(text, pool, rng), 6.0)
        texts.append(text)
    return strips, texts


def invent_text(rng: Generator) -> str:
    """Return a string of digits; now and then none, a day or a month."""
    if rng.random() < EMPTY_SHARE:
        return ""
    if rng.random() < 0.2:
        day = int(rng.integers(1, 32))
        return f"{day:02d}" if rng.random() < 0.7 else str(day)
    length = int(rng.choice(MOST_DIGITS, p=LENGTHS)) + 1
    text = "".join(str(digit) for digit in rng.integers(0, 10, length))
    if length > 1 and rng.random() < 0.15:
        at = int(rng.integers(length - 1))
        text = text[:at] + text[at] * 2 + text[at + 2 :]
    return text


def write_cell(text: str, pool: Pool, rng: Generator) -> Pixels:
    """Return the darkness (255 = ink) of a cell on which ``text`` is written, at the resolution of some scanner."""
    kinds = list(pool.shares)
    kind = str(rng.choice(kinds, p=[pool.shares[name] for name in kinds]))
    hand = pool.hands[kind][int(rng.integers(len(pool.hands[kind])))]
    canvas = _write(text, hand, rng)
    canvas = _change_pen(canvas, kind, rng)
    canvas = _warp(canvas, rng)
    _disturb(canvas, rng)
    return _scan(canvas, rng)


def _write(text: str, hand: Hand, rng: Generator) -> Pixels:
    canvas = np.zeros((TILE_PX + 2 * CANVAS_MARGIN_PX, TILE_PX * max(1, len(text)) + 2 * CANVAS_MARGIN_PX), np.uint8)
    if hand.kind == "stamp":
        gap, unevenness, rise = rng.uniform(0.04, 0.3), 0.02, 0.0
    else:
        gap, unevenness, rise = rng.uniform(-0.06, 0.3), rng.uniform(0.0, 0.12), rng.normal(0, 0.06)
    x = float(CANVAS_MARGIN_PX)
    for position, digit in enumerate(text):
        tiles = hand.tiles[digit]
        tile = tiles[int(rng.integers(len(tiles)))]
        size = float(np.clip(1 + rng.normal(0, unevenness), 0.65, 1.35))
        if size != 1:
            tile = np.asarray(cv2.resize(tile, None, fx=size, fy=size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        columns = np.flatnonzero(tile.max(axis=0) > 60)
        tile = tile[:, columns[0] : columns[-1] + 1]
        drop = rng.normal(0, unevenness / 2) * BODY_PX - rise * position * BODY_PX
        top = round(float(np.clip(canvas.shape[0] / 2 + drop - tile.shape[0] / 2, 0, canvas.shape[0] - tile.shape[0])))
        left = max(0, round(x))
        part = canvas[top : top + tile.shape[0], left : left + tile.shape[1]]
        np.maximum(part, tile[:, : part.shape[1]], out=part)
        x = left + tile.shape[1] + (gap + rng.normal(0, unevenness / 2)) * BODY_PX
    return canvas[:, : min(canvas.shape[1], round(x) + CANVAS_MARGIN_PX)]


def _change_pen(canvas: Pixels, kind: str, rng: Generator) -> Pixels:
    """Make strokes bolder or finer."""
    if kind == "pen" or rng.random() < 0.4:
        return canvas
    side = int(rng.integers(2, 4))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    if rng.random() < 0.4:
        thin = np.asarray(cv2.erode(canvas, kernel), dtype=np.uint8)
        return thin if thin.sum() > 0.45 * canvas.sum() else canvas
    return np.asarray(cv2.dilate(canvas, kernel), dtype=np.uint8)


def _warp(canvas: Pixels, rng: Generator) -> Pixels:
    """Slant, stretch, turn and bend."""
    height, width = canvas.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = rng.normal(0, 0.035)
    slant, stretch = rng.normal(0, 0.12), float(np.exp(rng.normal(0, 0.14)))
    cx, cy = x - width / 2, y - height / 2
    source_x = cx / stretch + slant * cy + turn * cy + width / 2
    source_y = cy - turn * cx + height / 2
    if rng.random() < 0.6:
        amplitude = rng.uniform(0.4, 2.5)
        grids = rng.normal(0, amplitude, (2, 4, max(3, width // 28))).astype(np.float32)
        bends = [cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) for grid in grids]
        source_x, source_y = source_x + bends[0], source_y + bends[1]
    return np.asarray(cv2.remap(canvas, source_x, source_y, cv2.INTER_LINEAR), dtype=np.uint8)


def _disturb(canvas: Pixels, rng: Generator) -> None:
    """Add what is printed around the cell, in place: leaders, ends of strokes from above and below, specks, a seal's rim."""
    height, width = canvas.shape
    bottom = height // 2 + BODY_PX // 2
    if rng.random() < 0.12:
        step, radius = int(rng.integers(5, 12)), int(rng.integers(1, 3))
        y = bottom + int(rng.integers(-4, 5))
        for x in range(int(rng.integers(0, step)) + 10, width - 10, step):
            cv2.circle(canvas, (x, y), radius, int(rng.integers(120, 256)), -1, cv2.LINE_AA)
    if rng.random() < 0.05:
        y = bottom + int(rng.integers(-1, 9))
        cv2.line(canvas, (0, y), (width, y), int(rng.integers(120, 256)), int(rng.integers(1, 3)), cv2.LINE_AA)
    if rng.random() < 0.12:
        for _ in range(int(rng.integers(1, 6))):
            at = (int(rng.integers(0, width)), int(rng.integers(0, height)))
            cv2.circle(canvas, at, int(rng.integers(1, 3)), int(rng.integers(90, 256)), -1)
    if rng.random() < 0.08:
        x, length = int(rng.integers(0, width)), int(rng.integers(4, 12))
        y = height // 2 - BODY_PX // 2 - 8 if rng.random() < 0.5 else bottom + 4
        cv2.line(canvas, (x, y), (x + int(rng.integers(-6, 7)), y + length // 2), 230, int(rng.integers(2, 5)), cv2.LINE_AA)
    if rng.random() < 0.04:
        # What is left of a printed slash, behind the last digit.
        x, y = width - int(rng.integers(18, 30)), bottom if rng.random() < 0.5 else height // 2 - BODY_PX // 2
        cv2.line(canvas, (x, y), (x + 3, y - int(rng.integers(5, 12))), 240, int(rng.integers(1, 4)), cv2.LINE_AA)
    if rng.random() < 0.06:
        centre = (int(rng.integers(0, width)), int(rng.integers(-40, height + 40)))
        level = int(rng.integers(40, 130))
        ring = np.zeros_like(canvas)
        cv2.circle(ring, centre, int(rng.integers(35, 115)), level, int(rng.integers(1, 5)), cv2.LINE_AA)
        np.maximum(canvas, ring, out=canvas)


def _scan(canvas: Pixels, rng: Generator) -> Pixels:
    """Reduce to a scanner's resolution, with blur, noise, compression, or two levels only."""
    height_px = float(np.exp(rng.uniform(np.log(11), np.log(56))))  # of a digit: 75 dpi to 300 dpi
    scale = height_px / BODY_PX
    if rng.random() < 0.5:
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.4, 1.6)), dtype=np.uint8)
    small: NDArray[np.float32] = np.asarray(
        cv2.resize(canvas, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.float32
    )
    small *= rng.uniform(0.45, 1.0)
    if rng.random() < 0.5:
        patches = rng.uniform(0.55, 1.0, (3, max(2, small.shape[1] // 12))).astype(np.float32)
        small *= cv2.resize(patches, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.6:
        small += rng.normal(0, rng.uniform(1, 14), small.shape).astype(np.float32)
    cell = np.asarray(np.clip(small, 0, 255), dtype=np.uint8)
    if rng.random() < 0.2:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))]
        cell = np.asarray(cv2.imdecode(cv2.imencode(".jpg", 255 - cell, quality)[1], 0), dtype=np.uint8)
        cell = np.asarray(255 - cell, dtype=np.uint8)
    if rng.random() < 0.25:
        cut = float(cell.max()) * rng.uniform(0.25, 0.6)
        cell = np.asarray((cell > cut) * np.uint8(255), dtype=np.uint8)
    floor = int(rng.integers(0, 30))
    return np.asarray(np.where(cell > floor, cell, 0), dtype=np.uint8)
