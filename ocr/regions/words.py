"""Which words the reader made of a seal's rim, a signature or a picture, and which are print that stands there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from dossiers.page import BoxPx, PageRegion, RecognizedLine, RecognizedWord, RegionKind
from ocr.lines import join_words

MAX_DOUBT = 0.25  # a line all within regions loses words that are read with less confidence, whatever they look like
MAX_ODD_DOUBT = 0.8  # and any line those with less than this that are no Vietnamese syllable, number or abbreviation
MIN_INSIDE = 0.5  # of the word's box
MIN_SURE_LINE = 0.85  # a line of print that only passes under a stroke keeps its words
MAX_SCRAP_LETTERS = 2  # all that is left of a line within a region
INSIDE_LINE = 0.8  # of a line's words: it has nothing to do with print outside
SETTLED_SHARE = 0.6  # of a stroke's box under sure words: it was print after all
DROPPING = frozenset({RegionKind.SEAL, RegionKind.FAN_STAMP, RegionKind.STAMP, RegionKind.SIGNATURE, RegionKind.PICTURE})
PEN = frozenset({RegionKind.SIGNATURE, RegionKind.HANDWRITING})

# Spelling of a Vietnamese syllable without tone marks: onset, at most three vowels, coda.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?[aăâeêioôơuưy]{1,3}(?:ng|nh|ch|[cmnpt])?", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]+(?:[.,/:-][0-9]+)*")
_ABBREVIATION = re.compile(r"(?:[0-9]+/)*[A-ZĐƯƠÔÂĂÊ]{2,}[0-9]*(?:[-/.][A-ZĐƯƠÔÂĂÊ0-9]+)*")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_BRACKETS = "()[]{}\"'“”.,;:!?-–/…*"


def drop_region_words(lines: Sequence[RecognizedLine], regions: Sequence[PageRegion]) -> list[RecognizedLine]:
    """Return the lines without words that were read out of seals, stamps, signatures and pictures, and not from print.

    Words of print stay: those read surely, those of a sure line that goes on outside, those amid sure ones, and well-spelt
    ones. Boxes of both are in the same pixels.
    """
    droppers = [region for region in regions if region.kind in DROPPING]
    if not droppers:
        return list(lines)
    kept = []
    for line in lines:
        inside = [word for word in line.words if any(_is_inside(word.bbox_px, region) for region in droppers)]
        if not inside:
            kept.append(line)
            continue
        is_wholly_inside = len(inside) >= INSIDE_LINE * len(line.words) and not any(_is_sure(word) for word in line.words)
        words = [
            word
            for at, word in enumerate(line.words)
            if word not in inside or not _is_spurious(word, line, is_alone=is_wholly_inside) or _is_amid_print(line.words, at)
        ]
        if words and not (is_wholly_inside and _is_scrap(words)):
            kept.append(join_words(words) if len(words) < len(line.words) else line)
    return kept


def settle_regions(regions: Sequence[PageRegion], lines: Sequence[RecognizedLine]) -> tuple[PageRegion, ...]:
    """Return the regions without those of a pen that turned out to be print: sure words cover most of their box."""
    sure = [word.bbox_px for line in lines for word in line.words if word.confidence >= MIN_SURE_LINE]
    return tuple(
        region
        for region in regions
        if region.kind not in PEN
        or sum(_shared(region.bbox_px, box) for box in sure)
        < SETTLED_SHARE * max(1, region.bbox_px.width * region.bbox_px.height)
    )


def looks_like_word(text: str) -> bool:
    """Say whether a text could be print: a Vietnamese syllable with at most one tone, a number, an abbreviation."""
    bare = text.strip(_BRACKETS)
    if not bare:
        return False
    if _NUMBER.fullmatch(bare) or _ABBREVIATION.fullmatch(bare):
        return True
    return all(_is_syllable(part) for part in re.split(r"[-/]", bare))


def _is_syllable(text: str) -> bool:
    letters = unicodedata.normalize("NFD", text)
    tones = [letter for letter in letters if letter in _TONES]
    plain = unicodedata.normalize("NFC", "".join(letter for letter in letters if letter not in _TONES))
    is_cased = plain.islower() or plain.isupper() or plain.istitle()
    return len(tones) <= 1 and is_cased and _SYLLABLE.fullmatch(plain) is not None


def _is_spurious(word: RecognizedWord, line: RecognizedLine, *, is_alone: bool) -> bool:
    if word.confidence < MAX_DOUBT:
        return is_alone or len(word.text) < 2 or not looks_like_word(word.text)
    if not is_alone and line.confidence >= MIN_SURE_LINE:
        return False
    return word.confidence < MAX_ODD_DOUBT and not looks_like_word(word.text)


def _is_sure(word: RecognizedWord) -> bool:
    return word.confidence >= MIN_SURE_LINE and len(word.text) > MAX_SCRAP_LETTERS and looks_like_word(word.text)


def _is_amid_print(words: Sequence[RecognizedWord], at: int) -> bool:
    """Say whether a word stands between two sure ones, where a line of print has no gap: print under a stroke, read badly."""
    return 0 < at < len(words) - 1 and _is_sure(words[at - 1]) and _is_sure(words[at + 1])


def _is_scrap(words: Sequence[RecognizedWord]) -> bool:
    text = "".join(word.text for word in words)
    return len(text) <= MAX_SCRAP_LETTERS and not text.isdigit()


def _is_inside(box: BoxPx, region: PageRegion) -> bool:
    frame = region.bbox_px
    if region.kind is RegionKind.SEAL:  # titles and names stand in the corners of its box
        x = (box.left + box.right - frame.left - frame.right) / max(1, frame.width)
        y = (box.top + box.bottom - frame.top - frame.bottom) / max(1, frame.height)
        return x * x + y * y <= 1
    return _shared(box, frame) >= MIN_INSIDE * max(1, box.width * box.height)


def _shared(one: BoxPx, other: BoxPx) -> int:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0, across) * max(0, down)
