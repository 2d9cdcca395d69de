"""Vietnamese text as printed, in one way of writing it.

Pure and idempotent: normalising twice changes nothing. Tone marks stay where the page has them ("hoà" and "hòa" are
both right); only the coding of the letters is made one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Characters that a reader gives for plain punctuation of Vietnamese documents.
LOOK_ALIKES = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": ",",
        "‛": "'",
        "ʼ": "'",
        "´": "'",
        "`": "'",
        "„": "“",
        "«": "“",
        "»": "”",
        "″": "”",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "\u00ad": "-",
        "﹣": "-",
        "－": "-",
        "…": "...",
        "‥": "..",
        "：": ":",
        "；": ";",
        "，": ",",
        "．": ".",
        "（": "(",
        "）": ")",
        "／": "/",
        "⁄": "/",
        "∕": "/",
        "Ð": "Đ",  # Latin eth looks the same and is what old fonts gave
        "Ɖ": "Đ",
        "ð": "đ",
        "ɖ": "đ",
    }
)
SPACES = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@lru_cache(maxsize=20_000)  # of words, most of which come again
def normalize_text(text: str) -> str:
    """Return ``text`` in NFC, with single spaces, plain punctuation and nothing invisible."""
    spaced = SPACES.sub(" ", unicodedata.normalize("NFC", text))
    plain = unicodedata.normalize("NFC", spaced.translate(LOOK_ALIKES))
    seen = "".join(letter for letter in plain if unicodedata.category(letter) not in UNSEEN_CATEGORIES)
    return unicodedata.normalize("NFC", SPACES.sub(" ", seen)).strip()


def clean_word(text: str) -> str:
    """Return a word as a reader gave it, normalized, without spaces in it and without the strokes around it that are none."""
    return normalize_text(text).replace(" ", "").strip("_")


def count_letters(text: str) -> int:
    """Return how many letters and digits a text has."""
    return sum(1 for letter in text if letter.isalnum())
