"""The few colours of a page's ink: black print, blue pen, red seal and their shades, at most 16 of them.

Colours are chosen far from each other rather than by how often they occur, so that a small blue signature on a page of
black print keeps its blue (farthest-point clustering, Gonzalez 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

MOST_COLOURS = 16
_LEAST_CELLS = 6  # a shade in fewer cells is noise
_OPPONENTS = np.array([[0.3, 0.3, 0.2], [0.8, -0.8, 0.0], [0.0, -0.6, 0.6]], np.float32)
_BITS = 4  # of each channel while colours are counted


@dataclass(frozen=True, slots=True)
class PalettedImage:
    """``indexes`` (height x width) point into ``colours`` (at most 16 x 1 or 3)."""

    indexes: Pixels
    colours: Pixels


@dataclass(frozen=True, slots=True)
class Shades:
    """The shades of an image: how many of the pixels that are seen each bin has, and its mean colour.

    ``bins`` are those of the pixels that are seen or lie beside one that is, and ``runs`` how many pixels take the index of
    each: itself and those up to the next, of which nothing is seen and which cost nothing so.
    """

    bins: npt.NDArray[np.uint16]
    runs: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    means: npt.NDArray[np.float32]
    shape: tuple[int, int]


def count_shades(pixels: Pixels, seen: Pixels) -> Shades:
    """Count the shades of a grey or RGB image where ``seen`` is not 0; somewhere it must be."""
    near = np.flatnonzero(cv2.dilate(seen, np.ones((3, 3), np.uint8)))
    channels = [np.asarray(channel, np.uint8).reshape(-1)[near] for channel in cv2.split(pixels)]
    bins = _number_bins(channels)
    is_seen = np.ravel(seen)[near] > 0
    counts, means = _average_bins(bins[is_seen], [channel[is_seen] for channel in channels])
    ends = np.append(near[1:], seen.size)
    return Shades(bins, ends - np.append(0, ends[:-1]), counts, means, (pixels.shape[0], pixels.shape[1]))


def choose_colours(shades: Shades, near: float) -> PalettedImage:
    """Reduce an image to few colours, chosen from those that are seen. Shades closer than ``near`` (0 to 255, as they look)
    become one."""
    occupied = shades.counts >= min(_LEAST_CELLS, shades.counts.max())
    counts, means = shades.counts[occupied], shades.means[occupied]
    colours = _average_members(means, counts, means[_spread_out(means, counts, near)])
    channels = means.shape[1]
    nearest = _find_nearest(_centre_of(np.arange(1 << (_BITS * channels)), channels), colours)
    indexes = np.repeat(nearest.take(shades.bins), shades.runs).reshape(shades.shape)
    return PalettedImage(indexes, np.round(colours).astype(np.uint8))


def paint(image: PalettedImage) -> Pixels:
    """Return the pixels of a paletted image, grey or RGB."""
    tables = np.zeros((image.colours.shape[1], 256), np.uint8)
    tables[:, : len(image.colours)] = image.colours.T
    channels = [cv2.LUT(image.indexes, table) for table in tables]
    return np.asarray(channels[0] if len(channels) == 1 else cv2.merge(channels), np.uint8)


def _average_bins(
    bins: npt.NDArray[np.uint16], channels: list[Pixels]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return how many pixels each bin has and their mean colour."""
    counts = np.bincount(bins, minlength=1 << (_BITS * len(channels)))
    sums = [np.bincount(bins, channel, minlength=len(counts)) for channel in channels]
    return counts, (np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]).astype(np.float32)


def _number_bins(channels: list[Pixels]) -> npt.NDArray[np.uint16]:
    bins = np.zeros(len(channels[0]), np.uint16)
    for channel in channels:
        bins <<= np.uint16(_BITS)
        bins |= channel >> np.uint8(8 - _BITS)
    return bins


def _centre_of(bins: npt.NDArray[np.int64], channels: int) -> npt.NDArray[np.float32]:
    shifts = [_BITS * place for place in reversed(range(channels))]
    steps = np.stack([(bins >> shift) & ((1 << _BITS) - 1) for shift in shifts], axis=1)
    return steps.astype(np.float32) * (255 / ((1 << _BITS) - 1))


def _spread_out(shades: npt.NDArray[np.float32], counts: npt.NDArray[np.int64], near: float) -> list[int]:
    chosen = [int(counts.argmax())]
    seen = _as_seen(shades)
    distance = np.linalg.norm(seen - seen[chosen[0]], axis=1)
    while len(chosen) < MOST_COLOURS and distance.max() > near:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(seen - seen[chosen[-1]], axis=1))
    return chosen


def _average_members(
    shades: npt.NDArray[np.float32], counts: npt.NDArray[np.int64], colours: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    nearest = _find_nearest(shades, colours)
    weights = np.bincount(nearest, counts, minlength=len(colours))
    sums = [np.bincount(nearest, counts * channel, minlength=len(colours)) for channel in shades.T]
    return (np.stack(sums, axis=1) / weights[:, None]).astype(np.float32)


def _find_nearest(shades: npt.NDArray[np.float32], colours: npt.NDArray[np.float32]) -> Pixels:
    seen, wanted = _as_seen(shades), _as_seen(colours)
    # |a - b|^2 without |a|^2, which is the same for every b
    score = (wanted**2).sum(axis=1) - 2 * seen @ wanted.T
    return np.asarray(score.argmin(axis=1), np.uint8)


def _as_seen(shades: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return lightness, weighed less, and the two opponents red-green and blue-yellow: hue tells one ink from another."""
    if shades.shape[1] == 1:
        return shades * np.float32(0.8)
    return shades @ _OPPONENTS.T
