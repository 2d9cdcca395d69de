"""Text folded for comparison: reading loses tone marks and blanks first, so neither counts when titles are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LOOKALIKES = str.maketrans(
    {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "⁄": "/", "∕": "/", "–": "-", "—": "-", "‐": "-", "−": "-"}
)
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return ``text`` in lower case without diacritics, with đ as d and every dash and slash plain."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LOOKALIKES).lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def squash(text: str) -> str:
    """Return only the folded letters and digits, so that "Q U Y Ế T  ĐỊNH:" and "QUYÉT ĐỊNH" are the same."""
    return _NOT_ALPHANUMERIC.sub("", fold(text))


def fold_words(text: str) -> str:
    """Return the folded words of ``text`` with single blanks between and around them, so that " don gia " misses "đơn giản"."""
    return f" {' '.join(_NOT_ALPHANUMERIC.sub(' ', fold(text)).split())} "


def uppercase_share(text: str) -> float:
    """Return the share, 0 to 1, of capitals among the letters of ``text``; 0 when it has no letter."""
    letters = [letter for letter in text if letter.isalpha()]
    return sum(letter.isupper() for letter in letters) / len(letters) if letters else 0.0


def count_letters(text: str) -> int:
    """Return how many letters and digits ``text`` holds."""
    return sum(letter.isalnum() for letter in text)
