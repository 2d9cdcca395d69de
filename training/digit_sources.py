"""Where single digits come from: pens of our own, MNIST's writers, and fonts (handwriting, print, numbering stamps)."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.digit_strokes import BODY_PX, FORMS, TILE_PX, draw_digit

Pixels = NDArray[np.uint8]
DIGITS = "0123456789"
FONT_FOLDER = Path("/usr/share/fonts")
# Of the Debian packages named in docs/handwriting.md; paths below FONT_FOLDER.
HAND_FONTS = (
    "opentype/comic-neue/ComicNeue-Italic.otf",
    "opentype/comic-neue/ComicNeue-LightItalic.otf",
    "opentype/comic-neue/ComicNeue-BoldItalic.otf",
    "truetype/fifthhorseman/dkg.ttf",
    "truetype/fifthhorseman/dkgIt.ttf",
    "truetype/fifthhorseman/dkgBd.ttf",
    "truetype/breip/Breip.ttf",
    "opentype/bwht/BecauseWeBuild-Regular.otf",
    "opentype/bwht/BecauseWeConnect-Regular.otf",
    "opentype/bwht/BecauseWeCreate-Regular.otf",
    "opentype/bwht/BecauseWeLearn-Regular.otf",
    "opentype/bwht/BecauseWeMentor-Regular.otf",
    "opentype/bwht/BecauseWeOrganize-Regular.otf",
    "opentype/dancingscript/DancingScript-Regular.otf",
    "opentype/dancingscript/DancingScript-Bold.otf",
    "opentype/kaushanscript/KaushanScript-Regular.otf",
    "truetype/humor-sans/Humor-Sans.ttf",
    "truetype/kristi/Kristi.ttf",
    "truetype/rufscript/Rufscript010.ttf",
    "truetype/klee/KleeOne-Regular.ttf",
    "truetype/kiloji/kiloji.ttf",
    "truetype/kiloji/kiloji_p.ttf",
    "truetype/seto/setofont.ttf",
)
STAMP_FONTS = (
    "truetype/gnutypewriter/GNUTypewriter.ttf",
    "truetype/liberation2/LiberationSans-Regular.ttf",
    "truetype/liberation2/LiberationSans-Bold.ttf",
    "truetype/liberation2/LiberationSerif-Regular.ttf",
    "truetype/liberation2/LiberationSerif-Italic.ttf",
    "truetype/liberation2/LiberationSerif-Bold.ttf",
    "truetype/liberation2/LiberationMono-Bold.ttf",
    "truetype/dejavu/DejaVuSansCondensed-Bold.ttf",
    "truetype/dejavu/DejaVuSansMono.ttf",
)
MNIST_IMAGES, MNIST_LABELS = "mnist-10k-images.idx3.gz", "mnist-10k-labels.idx1.gz"
MNIST_HELD_OUT = 1500  # the last ones: never trained on, for benchmarks and calibration


@dataclass(frozen=True)
class Hand:
    """One way of writing: tiles of ink for every digit."""

    kind: str
    tiles: dict[str, list[Pixels]]


def make_pens(count: int, rng: Generator) -> list[Hand]:
    """Invent ``count`` writers, each with forms, slant, width and pen of its own; two tiles a digit."""
    hands = []
    for _ in range(count):
        slant, width = rng.uniform(-0.12, 0.5), rng.uniform(0.72, 1.35)
        pen = float(np.exp(rng.uniform(np.log(1.9), np.log(6.8))))
        forms = {digit: int(rng.integers(len(FORMS[digit]))) for digit in DIGITS}
        tiles = {
            digit: [draw_digit(digit, forms[digit], rng, slant=slant, width=width, pen_px=pen) for _ in range(2)]
            for digit in DIGITS
        }
        hands.append(Hand("pen", tiles))
    return hands


def read_mnist(folder: Path, *, is_held_out: bool) -> dict[str, list[Pixels]]:
    """Return MNIST's digits, each TILE_PX square: those to train on, or the last MNIST_HELD_OUT."""
    images = np.frombuffer(gzip.decompress((folder / MNIST_IMAGES).read_bytes()), np.uint8, offset=16).reshape(-1, 28, 28)
    labels = np.frombuffer(gzip.decompress((folder / MNIST_LABELS).read_bytes()), np.uint8, offset=8)
    cut = len(labels) - MNIST_HELD_OUT
    chosen = slice(cut, None) if is_held_out else slice(0, cut)
    tiles: dict[str, list[Pixels]] = {digit: [] for digit in DIGITS}
    for image, label in zip(images[chosen], labels[chosen], strict=True):
        tiles[str(label)].append(_enlarge(image))
    return tiles


def group_mnist(tiles: dict[str, list[Pixels]], count: int, rng: Generator) -> list[Hand]:
    """Make ``count`` hands of MNIST's digits (MNIST does not say who wrote what)."""
    return [
        Hand("mnist", {digit: [tiles[digit][int(rng.integers(len(tiles[digit])))] for _ in range(4)] for digit in DIGITS})
        for _ in range(count)
    ]


def load_fonts(names: tuple[str, ...], kind: str) -> list[Hand]:
    """Draw the digits of fonts. Raises OSError when one is not installed."""
    hands = []
    for name in names:
        font = _fit_font(FONT_FOLDER / name)
        hands.append(Hand(kind, {digit: [_draw_glyph(digit, font)] for digit in DIGITS}))
    return hands


def digest_inputs(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that training reads."""
    paths = [folder / MNIST_IMAGES, folder / MNIST_LABELS, *(FONT_FOLDER / name for name in (*HAND_FONTS, *STAMP_FONTS))]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in paths}


def _enlarge(image: Pixels) -> Pixels:
    """Return a 28 x 28 digit, cut to its ink, BODY_PX high on a tile, with edges as sharp as a pen's."""
    rows, columns = np.flatnonzero(image.max(axis=1) > 40), np.flatnonzero(image.max(axis=0) > 40)
    part = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BODY_PX / part.shape[0]
    width = min(TILE_PX - 2, max(3, round(part.shape[1] * scale)))
    large = cv2.resize(part, (width, BODY_PX), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    sharp = np.clip((large - 110) * 3 + 110, 0, 255)
    return _centre(np.asarray(sharp, dtype=np.uint8))


def _fit_font(path: Path) -> ImageFont.FreeTypeFont:
    probe = ImageFont.truetype(str(path), 100)
    _, top, _, bottom = probe.getbbox("0235")
    return ImageFont.truetype(str(path), round(100 * BODY_PX / max(1, bottom - top)))


def _draw_glyph(digit: str, font: ImageFont.FreeTypeFont) -> Pixels:
    image = Image.new("L", (2 * TILE_PX, 2 * TILE_PX), 0)
    ImageDraw.Draw(image).text((TILE_PX, TILE_PX), digit, font=font, fill=255, anchor="mm")
    array = np.asarray(image, dtype=np.uint8)
    rows, columns = np.flatnonzero(array.max(axis=1) > 60), np.flatnonzero(array.max(axis=0) > 60)
    part = array[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = min(1.0, (TILE_PX - 2) / max(part.shape))
    if scale < 1:
        part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return _centre(part)


def _centre(part: Pixels) -> Pixels:
    tile = np.zeros((TILE_PX, TILE_PX), np.uint8)
    top, left = (TILE_PX - part.shape[0]) // 2, (TILE_PX - part.shape[1]) // 2
    tile[top : top + part.shape[0], left : left + part.shape[1]] = part
    return tile
