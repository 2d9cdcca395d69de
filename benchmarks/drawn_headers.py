"""Header rows as offices fill them in, drawn with their truth, and what a reader of print would make of them.

The reader's lines are imitated, with its usual faults (junk for handwriting, words run together, nothing at all), so that
hundreds of cells can be measured in seconds and without any program.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dossiers.page import BoxPx, RecognizedLine, RecognizedWord
from ocr.lines import join_words
from samples.generator.degrade import Mode, Wear, scan_page
from samples.generator.dice import Dice
from samples.generator.sheet import Colour, Sheet, Style

Pixels = NDArray[np.uint8]
PENS: tuple[Colour, ...] = ((24, 26, 60), (20, 20, 22), (38, 52, 150), (30, 60, 190), (70, 70, 80), (90, 40, 120))
STAMPS: tuple[Colour, ...] = ((30, 30, 36), (40, 50, 140), (196, 36, 48))
SYMBOLS = ("QĐ-UBND", "TB-UBND", "UBND-KTTH", "CT-CS", "BC-SNV", "TTr-STC", "GM-VP", "KH-SGDĐT", "2025/QĐ-UBND")
PLACES = ("Quảng Ngãi", "Hà Nội", "Đà Nẵng", "An Giang", "Thừa Thiên Huế")
JUNK = "#§†‡2407B}{8l?¿zZa+"
WEARS = (
    Wear(0.0, 1.5, 0.03, 0.02, 0.97, 0.0, False, 80),
    Wear(0.0, 4.0, 0.06, 0.06, 0.9, 0.0, False, 62),
    Wear(0.0, 7.0, 0.1, 0.15, 0.7, 0.0, False, 45),
)
Digits = Callable[[str], Pixels]  # the tile of ink (255 = ink) of a digit


@dataclass(frozen=True, slots=True)
class Hand:
    """Who fills the blanks in: where the digits come from, and whether they are stamped."""

    draw: Digits
    is_stamp: bool


@dataclass(frozen=True, slots=True)
class DrawnHeader:
    """A page's header: pixels, the imitated lines, and what stands in the cells ("" when empty). ``is_written`` by cell."""

    pixels: Pixels
    dpi: int
    lines: tuple[RecognizedLine, ...]
    truth: dict[str, str]
    is_written: dict[str, bool]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    box: BoxPx
    cell: str = ""


def draw_header(rng: Random, hand: Hand, *, dpi: int = 0, mode: Mode | None = None) -> DrawnHeader:
    """Draw a header with a number and a date, filled in by ``hand``, by the printer or not at all."""
    dpi = dpi or rng.choice((100, 150, 200, 200, 300))
    sheet = Sheet(dpi, (210.0, 70.0))
    style, italic = Style(rng.choice((13.0, 13.5, 14.0))), Style(rng.choice((13.0, 14.0)), italic=True)
    colour = rng.choice(STAMPS if hand.is_stamp else PENS)
    truth, written = _invent_truth(rng)
    sheet.put(61, 16, "ỦY BAN NHÂN DÂN", Style(13, bold=True), anchor="m")
    sheet.rule(50, 24, 72, 24)
    y = 31.0
    symbol = rng.choice(SYMBOLS)
    number = _put_row(
        sheet, rng, hand, colour, 36.0, y, style, [("Số:", ""), ("", "number"), ("/" + symbol, "")], truth, written
    )
    date = [(f"{rng.choice(PLACES)}, ngày", ""), ("", "day"), ("tháng", ""), ("", "month"), ("năm 2025", "")]
    dates = _put_row(sheet, rng, hand, colour, 104.0, y, italic, date, truth, written)
    sheet.put(61, 37.5, "V/v trả lời đơn của công dân", Style(12), anchor="m")
    sheet.put(30, 58, "Căn cứ quy định về tiếp công dân, giải quyết khiếu nại", style)
    modes: tuple[Mode, ...] = ("colour", "colour", "gray", "bitonal")
    chosen: Mode = mode if mode is not None else rng.choice(modes)
    scan = scan_page(sheet.image, Dice(rng.getrandbits(32)), rng.choice(WEARS), dpi=dpi, mode=chosen)
    pixels = np.asarray(scan.image.convert("RGB" if scan.image.mode == "RGB" else "L"), dtype=np.uint8)
    pixels = np.ascontiguousarray(pixels[:, :, ::-1]) if pixels.ndim == 3 else pixels
    page = _extend(pixels)
    lines = (_imitate_reader(rng, number, written), _imitate_reader(rng, dates, written))
    return DrawnHeader(page, dpi, lines, truth, written)


def _invent_truth(rng: Random) -> tuple[dict[str, str], dict[str, bool]]:
    length = rng.choice((1, 2, 2, 3, 3, 4, 4, 5))
    number = "".join(rng.choice("0123456789") for _ in range(length))
    day, month = rng.randint(1, 31), rng.randint(1, 12)
    truth = {
        "number": number,
        "day": f"{day:02d}" if rng.random() < 0.75 else str(day),
        "month": f"{month:02d}" if month < 3 or rng.random() < 0.3 else str(month),
    }
    written = {"number": rng.random() < 0.85, "day": rng.random() < 0.85, "month": rng.random() < 0.35}
    if written["number"] and rng.random() < 0.08:
        truth["number"] = ""
    return truth, written


def _put_row(
    sheet: Sheet,
    rng: Random,
    hand: Hand,
    colour: Colour,
    x: float,
    y: float,
    style: Style,
    parts: list[tuple[str, str]],
    truth: dict[str, str],
    written: dict[str, bool],
) -> list[_Piece]:
    pieces = []
    for text, cell in parts:
        if cell and written[cell]:
            blank = max(7.0, 3.6 * len(truth[cell]) + 2) * rng.uniform(0.95, 1.35)
            if truth[cell]:
                box = _write(sheet, rng, hand, colour, x, y, blank, truth[cell])
                pieces.append(_Piece(truth[cell], box, cell))
            x += blank
            continue
        for word in (truth[cell] if cell else text).split(" "):
            pieces.append(_Piece(word, sheet.put(x, y, word, style), cell))
            x += sheet.measure_mm(word, style) + sheet.measure_mm(" ", style)
        if cell == "number":
            x -= sheet.measure_mm(" ", style)
    return pieces


def _write(sheet: Sheet, rng: Random, hand: Hand, colour: Colour, x: float, y: float, blank: float, text: str) -> BoxPx:
    """Write ``text`` into a blank (mm), as large as the hand likes but not much wider than the blank."""
    tall = sheet.px(rng.uniform(3.1, 4.2) if hand.is_stamp else rng.uniform(3.0, 5.8))
    tiles = []
    for digit in text:
        tile = hand.draw(digit)
        scale = tall * (1 if hand.is_stamp else rng.uniform(0.88, 1.14)) / tile.shape[0]
        size = (max(1, round(tile.shape[1] * scale)), max(2, round(tile.shape[0] * scale)))
        tiles.append(np.asarray(cv2.resize(tile, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))
    gap = tall * rng.uniform(0.03, 0.25)
    width = sum(tile.shape[1] for tile in tiles) + gap * (len(tiles) - 1)
    squeeze = min(1.0, sheet.px(blank) * 0.98 / width)
    left = sheet.px(x) + max(0.0, sheet.px(blank) - width * squeeze) * rng.uniform(0.05, 0.95)
    start, foot = left, sheet.px(y) + tall * rng.uniform(-0.1, 0.22)
    top = foot
    for tile in tiles:
        size = (max(1, round(tile.shape[1] * squeeze)), max(2, round(tile.shape[0] * squeeze)))
        small = np.asarray(cv2.resize(tile, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        up = round(foot + (0 if hand.is_stamp else tall * rng.uniform(-0.08, 0.08))) - size[1]
        _press(sheet, small, round(left), up, colour)
        top = min(top, up)
        left += size[0] + gap * squeeze
    return BoxPx(round(start), round(top), round(left), round(foot))


def _press(sheet: Sheet, tile: Pixels, left: int, top: int, colour: Colour) -> None:
    box = (left, top, left + tile.shape[1], top + tile.shape[0])
    paper = np.asarray(sheet.image.crop(box), dtype=np.float32)
    share = tile.astype(np.float32)[:, :, None] / 255
    inked = paper * (1 - share) + np.minimum(paper, np.array(colour, dtype=np.float32)) * share
    sheet.image.paste(Image.fromarray(inked.astype(np.uint8), "RGB"), box[:2])


def _extend(pixels: Pixels) -> Pixels:
    """Add paper below, so that the header has its place on an A4 page."""
    height, width = pixels.shape[:2]
    missing = round(width * 297 / 210) - height
    paper = np.median(pixels.reshape(-1, pixels.shape[2]) if pixels.ndim == 3 else pixels.reshape(-1, 1), axis=0)
    below = np.ones((missing, *pixels.shape[1:]), np.uint8) * paper.astype(np.uint8)
    return np.concatenate([pixels, below.reshape(missing, *pixels.shape[1:])])


def _imitate_reader(rng: Random, pieces: list[_Piece], written: dict[str, bool]) -> RecognizedLine:
    """Give the row's words as a reader would: handwriting as junk, run together with print, or left out."""
    words: list[RecognizedWord] = []
    glue = False
    for piece in pieces:
        box = BoxPx(*(edge + rng.randint(-1, 1) for edge in (piece.box.left, piece.box.top, piece.box.right, piece.box.bottom)))
        if not (piece.cell and written[piece.cell]):
            is_tail = piece.text.startswith("/") and words and words[-1].text[-1:].isdigit() and not glue
            if glue or is_tail:
                words[-1] = _join(words[-1], piece.text, box)
            else:
                words.append(RecognizedWord(piece.text, box, 0.95))
            glue = False
            continue
        fate = rng.random()
        junk = "".join(rng.choice(JUNK) for _ in range(max(1, len(piece.text) - rng.randint(0, 1))))
        if fate < 0.25:
            continue
        if fate < 0.4:
            words[-1] = _join(words[-1], junk, box)
        else:
            words.append(RecognizedWord(junk, box, rng.uniform(0.1, 0.9)))
            glue = fate > 0.85 and piece.cell == "number"
    return join_words(words)


def _join(word: RecognizedWord, text: str, box: BoxPx) -> RecognizedWord:
    return RecognizedWord(word.text + text, word.bbox_px.union(box), min(word.confidence, 0.5))
