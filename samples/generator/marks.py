"""What people put on paper by hand: round seals, pen signatures, fan stamps, register stamps, hand-written digits."""

from __future__ import annotations

import math
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from dossiers.page import BoxPx
from samples.generator.fonts import SANS, SERIF, load_font
from samples.generator.sheet import Colour, Sheet

SEAL_RED: Colour = (206, 32, 44)
PEN_BLUE: Colour = (38, 52, 150)
_FINE = 3  # drawn larger and reduced, so that edges are smooth
Point = tuple[float, float]

# Digits as a pen would draw them, in a box of width 0.6 and height 1, y downwards.
_DIGIT_STROKES: dict[str, tuple[tuple[Point, ...], ...]] = {
    "0": (((0.34, 0.02), (0.08, 0.3), (0.08, 0.72), (0.32, 0.98), (0.54, 0.7), (0.54, 0.28), (0.3, 0.02)),),
    "1": (((0.16, 0.24), (0.36, 0.03), (0.33, 0.5), (0.29, 0.98)),),
    "2": (((0.1, 0.24), (0.28, 0.03), (0.5, 0.2), (0.36, 0.58), (0.06, 0.95), (0.3, 0.9), (0.58, 0.95)),),
    "3": (((0.1, 0.12), (0.36, 0.03), (0.5, 0.2), (0.26, 0.46), (0.5, 0.66), (0.36, 0.96), (0.06, 0.88)),),
    "4": (((0.36, 0.03), (0.2, 0.35), (0.05, 0.62), (0.3, 0.62), (0.58, 0.6)), ((0.42, 0.36), (0.4, 0.7), (0.37, 0.99))),
    "5": (((0.16, 0.05), (0.12, 0.42), (0.4, 0.42), (0.5, 0.7), (0.3, 0.97), (0.05, 0.88)), ((0.16, 0.05), (0.52, 0.04))),
    "6": (((0.46, 0.03), (0.18, 0.36), (0.08, 0.74), (0.3, 0.98), (0.5, 0.76), (0.32, 0.54), (0.1, 0.72)),),
    "7": (((0.08, 0.07), (0.3, 0.06), (0.53, 0.05), (0.36, 0.5), (0.24, 0.98)), ((0.2, 0.5), (0.46, 0.48))),
    "8": (
        (
            (0.46, 0.14),
            (0.26, 0.03),
            (0.13, 0.24),
            (0.32, 0.46),
            (0.52, 0.72),
            (0.3, 0.97),
            (0.09, 0.74),
            (0.3, 0.46),
            (0.48, 0.16),
        ),
    ),
    "9": (((0.5, 0.26), (0.28, 0.44), (0.1, 0.24), (0.3, 0.03), (0.5, 0.2), (0.47, 0.6), (0.34, 0.99)),),
}


def stamp_seal(
    sheet: Sheet, rng: Random, centre_mm: Point, top: str, bottom: str, *, diameter_mm: float = 35.0, ring_pt: float = 8.2
) -> None:
    """Press a round red seal: two circles, text on the ring, a star in the middle. No part of the ground truth."""
    layer = _draw_seal(sheet.dpi, top, bottom, diameter_mm, ring_pt)
    layer = layer.rotate(rng.uniform(-14, 14), Image.Resampling.BICUBIC)
    _press(sheet, _fade(layer, rng), centre_mm, SEAL_RED)


def stamp_fan(sheet: Sheet, rng: Random, y_mm: float, top: str, bottom: str) -> None:
    """Press the part of a seal that a fan stamp (dấu giáp lai) leaves on the right edge of a sheet."""
    layer = _draw_seal(sheet.dpi, top, bottom, 35.0, 8.2).rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC)
    reach = rng.uniform(9.5, 12.5)
    _press(sheet, _fade(layer, rng), (sheet.size_mm[0] + 17.5 - reach, y_mm), SEAL_RED)


def stamp_register(sheet: Sheet, rng: Random, corner_mm: Point, agency: str, number: str, date: str) -> None:
    """Press a CÔNG VĂN ĐẾN register stamp with its top left at ``corner_mm``. No part of the ground truth."""
    width, height = round(sheet.px(46) * _FINE), round(sheet.px(23) * _FINE)
    layer = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(layer)
    thick = round(sheet.px(0.5) * _FINE)
    pen.rectangle((thick, thick, width - thick, height - thick), outline=255, width=thick)
    bold = load_font(SANS, 8.5 * sheet.dpi / 72 * _FINE, bold=True)
    plain = load_font(SANS, 8.5 * sheet.dpi / 72 * _FINE)
    for share, text, font in (
        (0.22, agency, plain),
        (0.47, "CÔNG VĂN ĐẾN", bold),
        (0.71, f"Số: {number}", plain),
        (0.92, f"Ngày: {date}", plain),
    ):
        pen.text((width / 2, height * share), text, font=font, fill=255, anchor="ms")
    layer = layer.resize((width // _FINE, height // _FINE), Image.Resampling.LANCZOS)
    layer = layer.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC, expand=True)
    _press(sheet, _fade(layer, rng), (corner_mm[0] + 23, corner_mm[1] + 11.5), rng.choice((SEAL_RED, (60, 50, 140))))


def press_name(sheet: Sheet, rng: Random, centre_mm: Point, name: str) -> None:
    """Press a name stamp, aslant, in dark ink; the letters are large and slope. No part of the ground truth."""
    font = load_font(SERIF, rng.uniform(19, 23) * sheet.dpi / 72 * _FINE, bold=True, italic=True)
    layer = Image.new("L", (round(font.getlength(name)) + 4 * _FINE, round(font.size * 1.7)), 0)
    ImageDraw.Draw(layer).text((2 * _FINE, font.size * 1.2), name, font=font, fill=rng.randint(150, 215), anchor="ls")
    layer = layer.resize((layer.width // _FINE, layer.height // _FINE), Image.Resampling.LANCZOS)
    layer = layer.rotate(rng.uniform(6, 13), Image.Resampling.BICUBIC, expand=True)
    _press(sheet, _fade(layer, rng), centre_mm, (52, 48, 70))


def sign(sheet: Sheet, rng: Random, centre_mm: Point, *, width_mm: float = 34.0, colour: Colour = PEN_BLUE) -> None:
    """Sign with a pen: a running stroke of loops, a long tail, now and then an underline."""
    height = width_mm * rng.uniform(0.34, 0.48)
    strokes = [_invent_signature(rng)]
    if rng.random() < 0.6:
        strokes.append([(0.1, 0.92), (0.45, rng.uniform(0.8, 0.95)), (0.97, rng.uniform(0.7, 0.85))])
    layer = _draw_strokes(sheet, strokes, width_mm, height, pen_mm=0.5)
    _press(sheet, layer, centre_mm, colour)


def write_digits(sheet: Sheet, rng: Random, x_mm: float, y_mm: float, digits: str, *, height_mm: float = 4.6) -> float:
    """Write ``digits`` as by hand on the baseline ``y_mm``, record them, and return where the pen ends (mm)."""
    start = x_mm
    for digit in digits:
        tall = height_mm * rng.uniform(0.92, 1.1)
        strokes = [
            [(x + rng.uniform(-0.025, 0.025), y + rng.uniform(-0.025, 0.025)) for x, y in stroke]
            for stroke in _DIGIT_STROKES[digit]
        ]
        layer = _draw_strokes(sheet, strokes, tall, tall, pen_mm=0.42)
        _press(sheet, layer, (x_mm + tall / 2, y_mm - tall / 2 + rng.uniform(-0.3, 0.5)), (24, 26, 60))
        x_mm += tall * 0.62 + 0.5
    box = BoxPx(*(round(sheet.px(v)) for v in (start, y_mm - height_mm, x_mm, y_mm + 0.5)))
    sheet.record(digits, box)
    return x_mm


def add_photo(sheet: Sheet, rng: Random, left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> None:
    """Draw a portrait that is nobody's: a grey silhouette before a pale ground."""
    width, height = round(sheet.px(width_mm)), round(sheet.px(height_mm))
    photo = Image.new("RGB", (width, height), (206, 216, 226))
    pen = ImageDraw.Draw(photo)
    tone = rng.randint(90, 120)
    shirt, skin, hair = (tone, tone + 10, tone + 28), (198, 172, 150), (48, 42, 40)
    pen.ellipse((-width * 0.05, height * 0.68, width * 1.05, height * 1.5), fill=shirt)
    pen.rectangle((width * 0.42, height * 0.55, width * 0.58, height * 0.76), fill=skin)
    pen.ellipse((width * 0.27, height * 0.12, width * 0.73, height * 0.5), fill=hair)
    pen.ellipse((width * 0.31, height * 0.2, width * 0.69, height * 0.64), fill=skin)
    photo = photo.filter(ImageFilter.GaussianBlur(sheet.dpi / 90))
    sheet.image.paste(photo, (round(sheet.px(left_mm)), round(sheet.px(top_mm))))


def _draw_seal(dpi: int, top: str, bottom: str, diameter_mm: float, ring_pt: float) -> Image.Image:
    size = round(diameter_mm * dpi / 25.4 * _FINE)
    layer = Image.new("L", (size, size), 0)
    pen = ImageDraw.Draw(layer)
    unit = size / diameter_mm
    for inset, thick in ((0.3, 0.75), (1.5, 0.25), (7.0, 0.3)):
        pen.ellipse(
            (inset * unit, inset * unit, size - inset * unit, size - inset * unit), outline=255, width=round(thick * unit)
        )
    points = ring_pt * min(1.0, 26 / max(len(top), 1))
    radius = (diameter_mm / 2 - 4.3) * unit
    _write_on_ring(layer, top, points * dpi / 72 * _FINE, radius, middle_deg=-90, spread=1)
    _write_on_ring(layer, "★ " + bottom + " ★", ring_pt * 0.8 * dpi / 72 * _FINE, radius, middle_deg=90, spread=-1)
    star = [
        (
            size / 2 + math.cos(math.radians(-90 + 36 * k)) * unit * (6.2 if k % 2 == 0 else 2.4),
            size / 2 + math.sin(math.radians(-90 + 36 * k)) * unit * (6.2 if k % 2 == 0 else 2.4),
        )
        for k in range(10)
    ]
    pen.polygon(star, fill=255)
    return layer.resize((size // _FINE, size // _FINE), Image.Resampling.LANCZOS)


def _write_on_ring(layer: Image.Image, text: str, size_px: float, radius: float, *, middle_deg: float, spread: int) -> None:
    font = load_font("DejaVuSans" if "★" in text else SANS, size_px, bold=True)
    widths = [font.getlength(letter) * 1.08 for letter in text]
    angle = math.radians(middle_deg) - spread * sum(widths) / radius / 2
    for letter, width in zip(text, widths, strict=True):
        angle += spread * width / radius / 2
        tile = Image.new("L", (round(size_px * 2.4),) * 2, 0)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), letter, font=font, fill=255, anchor="mm")
        tile = tile.rotate(-math.degrees(angle) - 90 * spread, Image.Resampling.BICUBIC)
        x = layer.width / 2 + math.cos(angle) * radius - tile.width / 2
        y = layer.height / 2 + math.sin(angle) * radius - tile.height / 2
        layer.paste(255, (round(x), round(y)), tile)
        angle += spread * width / radius / 2


def _fade(layer: Image.Image, rng: Random) -> Image.Image:
    """Let the ink be uneven: blotches a few millimetres wide, and a fine grain."""
    noise = np.random.default_rng(rng.getrandbits(32))
    coarse = Image.fromarray(noise.integers(120, 256, (7, 7), dtype=np.uint8)).resize(layer.size, Image.Resampling.BICUBIC)
    grain = Image.fromarray(noise.integers(175, 256, (layer.height, layer.width), dtype=np.uint8))
    return ImageChops.multiply(ImageChops.multiply(layer, coarse), grain)


def _press(sheet: Sheet, layer: Image.Image, centre_mm: Point, colour: Colour) -> None:
    """Multiply ink of ``colour`` onto the page where ``layer`` (0..255) says."""
    left = round(sheet.px(centre_mm[0]) - layer.width / 2)
    top = round(sheet.px(centre_mm[1]) - layer.height / 2)
    ink = Image.composite(Image.new("RGB", layer.size, colour), Image.new("RGB", layer.size, (255, 255, 255)), layer)
    area = (left, top, left + layer.width, top + layer.height)
    sheet.image.paste(ImageChops.multiply(sheet.image.crop(area), ink), area[:2])


def _invent_signature(rng: Random) -> list[Point]:
    """Return a running stroke: pointed, or with loops that go back under the pen."""
    back = rng.choice((0.02, 0.02, 0.09, 0.14))
    points: list[Point] = [(0.03, 0.65), (0.1, rng.uniform(0.05, 0.2)), (0.16, 0.8)]
    x = 0.16
    for _ in range(rng.randint(4, 6)):
        x += rng.uniform(0.05, 0.11)
        points.append((x + rng.uniform(0.0, 0.05), rng.uniform(0.15, 0.45)))
        points.append((x - back + rng.uniform(-0.03, 0.02), rng.uniform(0.5, 0.85)))
    points += [(x + 0.12, rng.uniform(0.3, 0.6)), (0.97, rng.uniform(0.35, 0.6))]
    return points


def _draw_strokes(sheet: Sheet, strokes: list[list[Point]], width_mm: float, height_mm: float, *, pen_mm: float) -> Image.Image:
    pad = 2.0
    scale = sheet.dpi / 25.4 * _FINE
    size = (round((width_mm + 2 * pad) * scale), round((height_mm + 2 * pad) * scale))
    layer = Image.new("L", size, 0)
    pen = ImageDraw.Draw(layer)
    for stroke in strokes:
        path = _smooth([((x * width_mm + pad) * scale, (y * height_mm + pad) * scale) for x, y in stroke])
        for number, (x, y) in enumerate(path):
            reach = pen_mm * scale / 2 * (0.75 + 0.35 * math.sin(number / len(path) * math.pi))
            pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=235)
    return layer.resize((size[0] // _FINE, size[1] // _FINE), Image.Resampling.LANCZOS)


def _smooth(points: list[Point]) -> list[Point]:
    """Return a dense Catmull-Rom curve through ``points``."""
    ends = [points[0], *points, points[-1]]
    path: list[Point] = []
    for p0, p1, p2, p3 in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        steps = max(8, round(math.dist(p1, p2) / 2))
        for step in range(steps):
            t = step / steps
            path.append(
                (
                    _blend(p0[0], p1[0], p2[0], p3[0], t),
                    _blend(p0[1], p1[1], p2[1], p3[1], t),
                )
            )
    return [*path, points[-1]]


def _blend(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
