"""Fold Vietnamese text so that words are found however they were typed.

Two forms of a word are indexed. The *folded* form has neither case nor diacritics (``Đường`` -> ``duong``); SQLite's own
``remove_diacritics`` leaves đ alone, so folding is done here. The *toned* form keeps every diacritic but not the place
of the tone mark, so that the old and the new spelling are the same word (``hòa`` and ``hoà`` -> ``hoa_f``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_STROKED_D = str.maketrans({"đ": "d", "ð": "d"})  # old Vietnamese fonts draw đ with the Icelandic eth
_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_SHAPES = {"\u0302": "c", "\u0306": "b", "\u031b": "h"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: both of its forms, and where it stands (``text[start:end]``)."""

    folded: str
    toned: str
    start: int
    end: int


def normalize(text: str) -> str:
    """Return NFC text that every database can store: no NUL, and lone surrogates written out as escapes."""
    storable = text.replace("\0", " ").encode("utf-8", "backslashreplace").decode("utf-8")
    return unicodedata.normalize("NFC", storable)


def fold(text: str) -> str:
    """Return the text in lower case without any diacritic, đ as d. Idempotent, and equal for NFC and NFD input."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_STROKED_D)
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


def find_words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order; punctuation, ``_`` and ``/`` part words."""
    for match in _WORD.finditer(text):
        folded, toned = fold_word(match.group())
        if folded:
            yield Word(folded, toned, match.start(), match.end())


@lru_cache(maxsize=65536)
def fold_word(word: str) -> tuple[str, str]:
    """Return the folded and the toned form of one word; both empty when nothing searchable is left.

    Both consist of letters and digits, the toned form also of one ``_``. A leading zero of a two-digit number is dropped from
    the folded form, since Decree 30/2020 writes ``05/QĐ-UBND`` where people type ``5/QĐ-UBND``.
    """
    folded = "".join(letter for letter in fold(word) if letter.isalnum())
    if not folded:
        return "", ""
    marks = _spell_marks(word)
    toned = f"{folded}_{marks}" if marks else folded
    if len(folded) == 2 and folded.isdecimal() and folded[0] == "0":
        folded = folded[1]
    return folded, toned


def _spell_marks(word: str) -> str:
    position, shapes, tones = -1, "", ""
    for letter in unicodedata.normalize("NFD", word.lower()):
        if letter in _TONES:
            tones += _TONES[letter]
        elif letter in _SHAPES:
            shapes += f"{position}{_SHAPES[letter]}"
        elif letter in "đð":
            position += 1
            shapes += f"{position}d"
        else:
            position += 1
    return shapes + tones
