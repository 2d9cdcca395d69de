"""Phrases that office papers print in one way only (NĐ 30/2020/NĐ-CP, annex I): repaired when a line is nearly one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from dossiers.page import RecognizedLine, RecognizedWord
from ocr.language.letters import fold_letters, spell_key
from ocr.language.protect import is_code
from ocr.language.tokens import split_word
from ocr.lines import join_words

MIN_LINE_LIKENESS = 0.85  # of letters without diacritics
MIN_WORD_LIKENESS = 0.5


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase: whether it is a whole line (else a line's beginning), and how near the top of the page it stands."""

    text: str
    is_whole_line: bool = True
    lines_from_top: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.text.split())


PHRASES = (
    Phrase("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", lines_from_top=12),
    Phrase("Độc lập - Tự do - Hạnh phúc", lines_from_top=14),
    Phrase("Kính gửi:", is_whole_line=False),
    Phrase("Nơi nhận:", is_whole_line=False),
    Phrase("Căn cứ", is_whole_line=False),
    Phrase("ỦY BAN NHÂN DÂN", is_whole_line=False, lines_from_top=12),
    Phrase("TM. ỦY BAN NHÂN DÂN", is_whole_line=False),
)


STEMS = ["Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý"]
BRANCHES = ["Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi"]
YEAR_NAMES = {
    fold_letters(f"{STEMS[year % 10]} {BRANCHES[year % 12]}"): (STEMS[year % 10], BRANCHES[year % 12]) for year in range(60)
}
YEAR_LEADS = frozenset({"nam", "xuan", "tet", "dan"})  # năm, Xuân, Tết, Nguyên đán


def mend_patterns(lines: Sequence[RecognizedLine]) -> tuple[RecognizedLine, ...]:
    """Return the lines, in reading order from the page's top, with those that are nearly a known phrase written as it."""
    return tuple(_mend_year_name(_mend_line(line, index)) for index, line in enumerate(lines))


def _mend_year_name(line: RecognizedLine) -> RecognizedLine:
    """Write the name of a lunar year as it must be: of sixty pairs no two have the same letters."""
    for at in range(1, len(line.words) - 1):
        lead, first, second = (line.words[at + step] for step in (-1, 0, 1))
        name = YEAR_NAMES.get(_fold(split_word(word.text).core for word in (first, second)))
        is_named = first.text[:1].isupper() and second.text[:1].isupper()
        if name and is_named and fold_letters(split_word(lead.text).core) in YEAR_LEADS:
            words = [*line.words[:at], _write(first, name[0]), _write(second, name[1]), *line.words[at + 2 :]]
            return line if words == list(line.words) else replace(join_words(words), bbox_px=line.bbox_px)
    return line


def _mend_line(line: RecognizedLine, index: int) -> RecognizedLine:
    for phrase in PHRASES:
        if phrase.lines_from_top is not None and index >= phrase.lines_from_top:
            continue
        count = len(phrase.words)
        if (len(line.words) == count) if phrase.is_whole_line else (len(line.words) >= count):
            head = line.words[:count]
            if _is_nearly(head, phrase.words):
                words = [_write(word, wanted) for word, wanted in zip(head, phrase.words, strict=True)]
                return replace(join_words([*words, *line.words[count:]]), bbox_px=line.bbox_px)
    return line


def _is_nearly(words: Sequence[RecognizedWord], wanted: Sequence[str]) -> bool:
    read, printed = _fold(word.text for word in words), _fold(wanted)
    if read != printed and Levenshtein.normalized_similarity(read, printed) < MIN_LINE_LIKENESS:
        return False
    pairs = zip(words, wanted, strict=True)
    return all(_is_alike(word.text, want) for word, want in pairs)


def _is_alike(read: str, wanted: str) -> bool:
    if read.isupper() != wanted.isupper() and len(wanted) > 2:
        return False
    return Levenshtein.normalized_similarity(_fold([read]), _fold([wanted])) >= MIN_WORD_LIKENESS


def _write(word: RecognizedWord, wanted: str) -> RecognizedWord:
    """Return the word written as ``wanted``, unless it is so already but for where its tone is printed, or is a code."""
    read, want = split_word(word.text), split_word(wanted)
    if spell_key(read.core) == spell_key(want.core) and _tell_case(read.core) == _tell_case(want.core):
        return word
    if any(letter.isdigit() for letter in word.text) or (is_code(word.text) and read.core):
        return word
    text = f"{read.before}{want.core}{read.after}" if want.core else word.text
    return (
        word if text == word.text else replace(word, text=text, raw_text=word.text if word.raw_text is None else word.raw_text)
    )


def _tell_case(core: str) -> tuple[bool, bool]:
    return core.isupper(), core[:1].isupper()


def _fold(texts: Iterable[str]) -> str:
    return fold_letters(" ".join(texts))
