"""Pages with more than black print: a red seal over a line, a blue signature, a portrait, dot leaders, shadow and noise."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from tests.support.drawn_pages import FONT, LETTERS

Pixels = npt.NDArray[np.uint8]

PAPER = (244, 241, 230)
RED = (214, 40, 52)
BLUE = (38, 62, 170)
SEAL_CENTRE, SEAL_RADIUS = (1500, 1500), 210
SIGNATURE_BOX = (300, 1400, 800, 1560)
PORTRAIT_BOX = (1800, 250, 2150, 700)


def draw_letter(texts: list[str] | None = None) -> Image.Image:
    """Draw a letter at 300 dpi (A4, RGB) with seal, signature, portrait and dot leaders, without noise."""
    page = Image.new("RGB", (2480, 3508), PAPER)
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(FONT, 58)
    for number, text in enumerate(LETTERS if texts is None else texts):
        pen.text((200, 800 + 75 * number), text, font=font, fill=(28, 28, 30))
    pen.text((200, 1750), "Họ và tên: " + "." * 90, font=font, fill=(28, 28, 30))
    x, y = SEAL_CENTRE
    for radius, width in ((SEAL_RADIUS, 9), (SEAL_RADIUS - 20, 4), (SEAL_RADIUS - 90, 4)):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=RED, width=width)
    pen.text((x - 150, y - 30), "UBND XÃ HÒA LẠC", font=ImageFont.truetype(FONT, 36), fill=RED)
    pen.text((x - 320, y + 90), "Nguyễn Văn Hoàng", font=ImageFont.truetype(FONT, 64), fill=(28, 28, 30))
    left, top, right, bottom = SIGNATURE_BOX
    pen.line(
        [(left, bottom), (left + 120, top), (left + 200, bottom - 20), (left + 330, top + 20), (right, bottom - 60)], BLUE, 5
    )
    draw_portrait(page)
    return page


def draw_portrait(page: Image.Image) -> None:
    """Draw a head and shoulders with soft shading, as a printed photograph has them."""
    left, top, right, bottom = PORTRAIT_BOX
    width, height = right - left, bottom - top
    across, down = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    tone = np.full((height, width), 190.0) - 20 * down
    tone[(across / 0.55) ** 2 + ((down + 0.25) / 0.55) ** 2 < 1] = 60.0
    face = (across / 0.42) ** 2 + ((down + 0.12) / 0.45) ** 2 < 1
    tone[face] = 170 + 30 * across[face] - 20 * down[face]
    body = (across / 0.95) ** 2 + ((down - 1.1) / 0.6) ** 2 < 1
    tone[body] = 90 + 25 * across[body]
    page.paste(Image.fromarray(np.asarray(tone.clip(0, 255), np.uint8)).convert("RGB"), (left, top))


def scan(page: Image.Image, seed: int = 1) -> Pixels:
    """Return the page as a scanner sees it: soft edges, a shadow to the right, noise. Height x width x 3."""
    pixels = np.asarray(cv2.GaussianBlur(np.asarray(page), (0, 0), 0.9), np.float32)
    shadow = np.asarray(np.linspace(1, 0.88, pixels.shape[1]), np.float32)
    noise = np.random.default_rng(seed).normal(0, 3, pixels.shape).astype(np.float32)
    return np.asarray((pixels * shadow[None, :, None] + noise).clip(0, 255), np.uint8)
