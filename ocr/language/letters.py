"""Vietnamese words as letters, hats and tones. Pure and standard library only.

A word's *key* is what the language model knows it by: small letters with their hats (ă â đ ê ô ơ ư), the tone behind as a
digit. "hoà" and "hòa" have one key, "hoa1", so that where the tone is printed is never a matter of the model.
A word's *skeleton* has neither hats nor tones: "tô", "tổ" and "to" share "to".
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

TONE_MARKS = {"\u0300": 1, "\u0301": 2, "\u0309": 3, "\u0303": 4, "\u0323": 5}
MARKS_BY_TONE = {tone: mark for mark, tone in TONE_MARKS.items()}
VOWELS = frozenset("aăâeêioôơuưy")
HATTED_VOWELS = frozenset("ăâêôơư")
SKELETON = str.maketrans("ăâêôơưđ", "aaeooud")
OPEN_PAIRS = frozenset({"oa", "oe", "uy"})  # where the two schools of placing a tone differ: hòa, hoà


@lru_cache(maxsize=65536)
def split_tone(word: str) -> tuple[str, int]:
    """Return a word's small letters with hats, and its tone: 0 level, 1 huyền, 2 sắc, 3 hỏi, 4 ngã, 5 nặng.

    A word with more than one tone keeps them all in its letters and has tone 0: no Vietnamese syllable.
    """
    small = word.lower()
    letters, tones = [], []
    for letter in unicodedata.normalize("NFD", small):
        if letter in TONE_MARKS:
            tones.append(TONE_MARKS[letter])
        else:
            letters.append(letter)
    if len(tones) > 1:
        return unicodedata.normalize("NFC", small), 0
    return unicodedata.normalize("NFC", "".join(letters)), tones[0] if tones else 0


def spell_key(word: str) -> str:
    """Return the word's key: ``Tổ`` gives ``tô3``, ``hoà`` and ``hòa`` give ``hoa1``, ``công`` stays ``công``."""
    letters, tone = split_tone(word)
    return f"{letters}{tone}" if tone else letters


def split_key(key: str) -> tuple[str, int]:
    """Return the letters and the tone of a key."""
    return (key[:-1], int(key[-1])) if key[-1:].isdigit() else (key, 0)


def strip_marks(word: str) -> str:
    """Return the word's skeleton: small letters without hats and tones, đ as d."""
    return split_tone(word)[0].translate(SKELETON)


def place_tone(letters: str, tone: int, *, is_modern: bool = False) -> str:
    """Write small ``letters`` with their tone where it is printed: ``hoa``, 1 gives ``hòa`` or, modern, ``hoà``.

    The mark stands on the hatted vowel; else on the last vowel before a final consonant; else on the last but one of an open
    group (``của``, ``mía``), or, in the modern school, on the last of oa, oe, uy.
    """
    if not tone:
        return letters
    at = _find_tone_place(letters, is_modern=is_modern)
    marked = letters[: at + 1] + MARKS_BY_TONE[tone] + letters[at + 1 :]
    return unicodedata.normalize("NFC", marked)


def _find_tone_place(letters: str, *, is_modern: bool) -> int:
    hatted = [index for index, letter in enumerate(letters) if letter in HATTED_VOWELS]
    if hatted:
        return hatted[-1]
    start = 0
    if letters.startswith("qu") or (letters.startswith("gi") and any(letter in VOWELS for letter in letters[2:])):
        start = 2
    places = [index for index, letter in enumerate(letters) if index >= start and letter in VOWELS]
    if not places:
        return max(0, len(letters) - 1)
    if len(places) == 1:
        return places[0]
    is_closed = places[-1] < len(letters) - 1
    if len(places) == 2:
        is_last = is_closed or (is_modern and letters[places[0] : places[1] + 1] in OPEN_PAIRS)
        return places[1] if is_last else places[0]
    return places[1]


def is_modern_placed(word: str) -> bool | None:
    """Tell which school a word's tone follows (``hoà`` True, ``hòa`` False); None where both write the same."""
    letters, tone = split_tone(word)
    old, modern = place_tone(letters, tone), place_tone(letters, tone, is_modern=True)
    if old == modern:
        return None
    return unicodedata.normalize("NFC", word.lower()) == modern


def fold_letters(text: str) -> str:
    """Return ``text`` (NFC) small and without hats and tones, letter for letter: as long as ``text``."""
    return "".join(_fold_letter(letter) for letter in text)


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    small = letter.lower()
    base = unicodedata.normalize("NFD", small)[0].translate(SKELETON) if small else letter
    return base if len(base) == 1 else letter
