"""Which of the reader's words are no words: specks, strokes of a pen, rims of a seal."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from itertools import zip_longest

from rapidfuzz.distance import Levenshtein

from dossiers.page import RecognizedLine, RecognizedWord
from ocr.engine import Reading
from ocr.handwriting.anchors import is_number_line
from ocr.lines import join_words

MIN_CONFIDENCE = 0.05  # for marks; a handwritten number in a printed line is read badly, but says that something stands there
MIN_MARK_CONFIDENCE = 0.4  # for a word of punctuation alone at the end of a line
MIN_LINE_CONFIDENCE = 0.3
MIN_SHORT_LINE_CONFIDENCE = 0.5
SHORT_LINE_LETTERS = 3
MIN_HEIGHT_EM, MAX_HEIGHT_EM = 0.25, 3.5
TEXT_END = "./."
MIN_CONFIDENCE_BEHIND_END = 0.7
MIN_ALIKE_LETTERS, MIN_LIKENESS, MIN_ALIKE_CONFIDENCE = 6, 0.8, 0.4
EMPTY_BOX = re.compile(r"[\[LlI|Ì]{0,2}\]|\[")  # a box to tick, as readers see it
KEPT_MARKS = frozenset("-+*•./,;:()\"'“”%&")


def drop_noise(lines: Sequence[RecognizedLine], readings: Sequence[Reading] = ()) -> list[RecognizedLine]:
    """Return the lines without the words, and without the lines, that are no text.

    ``readings`` are those of the same lines, in their order. What two readers read alike is text, however unlikely it looks:
    strokes of a pen never come out twice as the same letters.
    """
    em_px = _usual_height(lines)
    kept = []
    for line, reading in zip_longest(lines, readings):
        words = _trim([word for word in line.words if _is_word(word, em_px)])
        if words and (_is_text(joined := join_words(words)) or (reading and _is_read_alike(reading))):
            kept.append(joined)
    return kept


def _is_read_alike(reading: Reading) -> bool:
    if reading.second is None or min(reading.first.confidence, reading.second.confidence) < MIN_ALIKE_CONFIDENCE:
        return False
    first, second = (line.text.replace(" ", "") for line in (reading.first, reading.second))
    letters = min(sum(letter.isalnum() for letter in text) for text in (first, second))
    return letters >= MIN_ALIKE_LETTERS and Levenshtein.normalized_similarity(first, second) >= MIN_LIKENESS


def _usual_height(lines: Sequence[RecognizedLine]) -> float:
    heights = [word.bbox_px.height for line in lines for word in line.words if word.confidence > 0.6 and len(word.text) > 1]
    return statistics.median(heights) if heights else 0.0


def _is_word(word: RecognizedWord, em_px: float) -> bool:
    is_letters = any(letter.isalnum() for letter in word.text)
    if EMPTY_BOX.fullmatch(word.text):
        return False
    if word.confidence < MIN_CONFIDENCE and not is_letters:
        return False
    if not em_px:
        return is_letters
    height = word.bbox_px.height / em_px
    return (height >= MIN_HEIGHT_EM or not is_letters) and height <= MAX_HEIGHT_EM


def _trim(words: list[RecognizedWord]) -> list[RecognizedWord]:
    """Cut doubtful marks off both ends of a line; within it they are more often a real dash."""
    first, last = 0, len(words)
    while first < last and _is_doubtful_mark(words[first]):
        first += 1
    while last > first and _is_doubtful_mark(words[last - 1]):
        last -= 1
    return _end_text(words[first:last])


def _end_text(words: list[RecognizedWord]) -> list[RecognizedWord]:
    """Cut what is doubtful behind the sign that ends a paper's text (NĐ 30/2020, App. I, II.6): a speck, a stroke of a pen."""
    for at, word in enumerate(words[:-1]):
        if word.text.endswith(TEXT_END) and all(rest.confidence < MIN_CONFIDENCE_BEHIND_END for rest in words[at + 1 :]):
            return words[: at + 1]
    return words


def _is_doubtful_mark(word: RecognizedWord) -> bool:
    if any(letter.isalnum() for letter in word.text):
        return False
    return word.confidence < MIN_MARK_CONFIDENCE or not set(word.text) <= KEPT_MARKS


def _is_text(line: RecognizedLine) -> bool:
    letters = sum(letter.isalnum() for letter in line.text)
    if letters == 0:
        return False
    if is_number_line(line.text):
        return True
    return line.confidence >= (MIN_SHORT_LINE_CONFIDENCE if letters <= SHORT_LINE_LETTERS else MIN_LINE_CONFIDENCE)
