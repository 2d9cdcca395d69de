"""What the language model must not touch: numbers, codes, addresses of the net, names. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.language.letters import spell_key
from ocr.language.syllables import is_syllable
from ocr.language.tokens import split_word

ADDRESS = re.compile(r"@|www\.|https?:|\.(vn|com|org|net|gov|edu)\b", re.IGNORECASE)
WELL_FORMED = re.compile(r"\W*([\w.+-]+@[\w-]+(\.[\w-]+)+|https?://[\w-]+(\.[\w-]+)+[\w./%?=&-]*|www(\.[\w-]+)+)\W*", re.ASCII)
SENTENCE_ENDS = (".", ";", ":", "!", "?", "-", "+", "•", "*", "“", '"', "(")
COMMON_SURNAMES = """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Lâm Trịnh Mai Trương Đoàn Lương Tạ Tô Châu Vương
    Cao Hà Quách Thái Kiều Lưu Phùng Đào Từ La Triệu Tống Chu Nông Hứa Thạch Kim Sơn Danh Giàng Vàng Lò Quàng Tăng Nghiêm Doãn
"""
SURNAMES = frozenset(spell_key(name) for name in COMMON_SURNAMES.split())
MAX_NAME_WORDS = 5
MAX_ABBREVIATION = 6


def is_code(word: str) -> bool:
    """Tell whether a printed word is a number, code or address: digits or marks within, or capitals that spell nothing."""
    core = split_word(word).core
    if not core or not core.isalpha():
        return True
    if ADDRESS.search(word):
        return True
    return is_abbreviation(core)


def is_abbreviation(core: str) -> bool:
    """Tell whether a word is short, in capitals without diacritics, and spells no syllable: ``UBND``, ``TP``, ``NĐ``."""
    is_plain = all(letter.isascii() or letter == "Đ" for letter in core)
    return core.isupper() and is_plain and len(core) <= MAX_ABBREVIATION and not is_syllable(core)


def is_address(word: str) -> bool:
    """Tell whether a word is a well-formed e-mail or web address."""
    return WELL_FORMED.fullmatch(word) is not None


def is_surname(word: str) -> bool:
    """Tell whether a word, written with a capital, is a common surname."""
    return word[:1].isupper() and spell_key(word) in SURNAMES


def is_named(words: Sequence[str], at: int) -> bool:
    """Tell whether the word at ``at`` of a printed line is probably part of a name."""
    word = split_word(words[at]).core
    if word.isupper() and len(word) > 1:
        return _is_capital_name(words, at)
    if not word[:1].isupper():
        return False
    if at > 0 and not words[at - 1].endswith(SENTENCE_ENDS):
        return True
    following = split_word(words[at + 1]).core if at + 1 < len(words) else ""
    return following[:1].isupper() and not words[at].endswith(SENTENCE_ENDS)


def _is_capital_name(words: Sequence[str], at: int) -> bool:
    """Tell whether a capital word follows a surname in a short run of capitals that is a name, not a heading."""
    start = at
    while start > 0 and at - start < MAX_NAME_WORDS and _is_capital(words[start - 1]):
        start -= 1
    end = at + 1
    while end < len(words) and _is_capital(words[end]):
        end += 1
    if not 2 <= end - start <= MAX_NAME_WORDS:
        return False
    return spell_key(split_word(words[start]).core) in SURNAMES


def _is_capital(word: str) -> bool:
    core = split_word(word).core
    return core.isalpha() and core.isupper()
