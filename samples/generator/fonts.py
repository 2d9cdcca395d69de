"""Fonts with full Vietnamese, from the Debian packages fonts-liberation2 and fonts-dejavu-core.

Version 1 of the Liberation fonts lacks Vietnamese and draws boxes, so every font is checked before it is used.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from PIL import ImageFont

from dossiers.errors import ConfigurationError

FONT_FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/dejavu"),
)
STYLE_SUFFIXES = {
    "LiberationSerif": ("-Regular", "-Bold", "-Italic", "-BoldItalic"),
    "LiberationSans": ("-Regular", "-Bold", "-Italic", "-BoldItalic"),
    "DejaVuSans": ("", "-Bold"),
}
SERIF = "LiberationSerif"
SANS = "LiberationSans"


def list_vietnamese_letters() -> str:
    """Return every letter of Vietnamese, small and capital, NFC: 12 vowels in 6 tones and 17 consonants."""
    tones = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
    vowels = [unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in tones]
    small = "".join(vowels) + "bcdđghklmnpqrstvx"
    return small + small.upper()


def list_missing_letters(font: ImageFont.FreeTypeFont, letters: str) -> str:
    """Return those of ``letters`` that the font draws as its .notdef box."""
    box = _draw_letter(font, "\U000f0000")
    return "".join(letter for letter in letters if _draw_letter(font, letter) == box)


def list_font_names() -> tuple[str, ...]:
    """Return the file names, without ending, of all fonts the generator draws with."""
    return tuple(family + suffix for family, suffixes in STYLE_SUFFIXES.items() for suffix in suffixes)


@cache
def load_font(family: str, size_px: float, *, bold: bool = False, italic: bool = False) -> ImageFont.FreeTypeFont:
    """Load a font of ``family`` (a key of STYLE_SUFFIXES) at ``size_px`` pixels an em.

    The basic layout engine is asked for because Raqm depends on what the machine has, and pictures must not.
    Raises ConfigurationError when the font is not installed or lacks Vietnamese letters.
    """
    suffixes = STYLE_SUFFIXES[family]
    index = int(bold) + 2 * int(italic)
    name = family + suffixes[index if index < len(suffixes) else int(bold)]
    _check_font(name)
    return ImageFont.truetype(_find_font_file(name), size_px, layout_engine=ImageFont.Layout.BASIC)


@cache
def _check_font(name: str) -> None:
    font = ImageFont.truetype(_find_font_file(name), 24, layout_engine=ImageFont.Layout.BASIC)
    missing = list_missing_letters(font, list_vietnamese_letters())
    if missing:
        raise ConfigurationError(detail=f"the font {name} lacks the letters {missing}; install fonts-liberation2")


def _find_font_file(name: str) -> Path:
    for folder in FONT_FOLDERS:
        path = folder / f"{name}.ttf"
        if path.is_file():
            return path
    raise ConfigurationError(detail=f"the font {name} is not installed; install fonts-liberation2 and fonts-dejavu-core")


def _draw_letter(font: ImageFont.FreeTypeFont, letter: str) -> bytes:
    mask = font.getmask(letter)
    return bytes(mask) + repr(mask.size).encode()
