"""Printed words as the language model sees them. Pure.

The model is blind to case and to where tones are printed, knows numbers only as one sign, and takes punctuation that ends a
phrase as another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ocr.language.letters import spell_key

NUMBER = "<n>"
BREAK = "."
COMMA = ","
UNKNOWN = "<u>"
CORE = re.compile(r"^(?P<before>[^\w]*)(?P<core>.*?)(?P<after>[^\w]*)$", re.DOTALL)

WRITTEN_WORD = re.compile(r"[a-z]{2}|[^\W\d_A-Za-zĐđ]")  # two small letters in a row, or a letter with a diacritic


@dataclass(frozen=True, slots=True)
class Token:
    """A word taken apart: ``before + core + after`` is the printed word; ``key`` is what the model knows its core by."""

    before: str
    core: str
    after: str
    key: str

    @property
    def keys(self) -> tuple[str, ...]:
        """The model's tokens of this word, with a break before or behind where the punctuation makes one."""
        core = (self.key,) if self.key else ()
        return (*_read_marks(self.before), *core, *_read_marks(self.after))


@lru_cache(maxsize=32768)
def split_word(word: str) -> Token:
    """Take a printed word apart: ``(tổ`` has before ``(``, core ``tổ``; a word of marks alone has an empty core."""
    match = CORE.match(word)
    before, core, after = (match["before"], match["core"], match["after"]) if match else ("", word, "")
    return Token(before, core, after, make_key(core))


def make_key(core: str) -> str:
    """Return the model's key of a word without outer punctuation.

    Numbers and codes (12, 5.000, 12h00, 47/QĐ-UBND) are NUMBER, words run together with numbers (``ngày12``) UNKNOWN.
    """
    if not core:
        return ""
    if any(letter.isdigit() for letter in core):
        return UNKNOWN if WRITTEN_WORD.search(core) else NUMBER
    return spell_key(core) if core.isalpha() else UNKNOWN


def _read_marks(marks: str) -> tuple[str, ...]:
    if not marks:
        return ()
    if any(mark in marks for mark in '.;:!?()[]"“”'):
        return (BREAK,)
    return (COMMA,) if "," in marks or "-" in marks or "/" in marks else ()
