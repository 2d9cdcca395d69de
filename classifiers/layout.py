"""Where things stand on a page: lines cut into segments, each with its place in fractions of the page.

A reader often joins the two columns of a letterhead into one line ("ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI…"), so lines are cut at
wide gaps, and before the national title, the motto or a place and date, wherever these follow other words.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from rapidfuzz import fuzz

from classifiers.folding import count_letters, fold, squash
from dossiers.page import BoxPx, RecognizedPage, RecognizedWord

# A gap of this share of the page's width parts two columns; justified text stays well under it.
_COLUMN_GAP = 0.035
_ANCHOR_GAP = 0.012
_ANCHORS = ("conghoaxahoichunghiavietnam", "doclaptudohanhphuc", "dangcongsanvietnam")
_ANCHOR_LIKENESS = 80
_MOST_LETTERHEAD_WORDS = 30
_DATE_TAIL = re.compile(r"\bngay\b.{0,14}(?:thang|\bnam\b)")
_BARE_PAGE_LETTERS = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stand together on one line of a page. Edges are fractions, 0 to 1, of the page's width and height."""

    words: tuple[RecognizedWord, ...]
    text: str
    bbox_px: BoxPx
    page: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def centre_x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def confidence(self) -> float:
        """Mean word confidence weighted by length, 0 to 1."""
        return mean_confidence(self.words)


def mean_confidence(words: Iterable[RecognizedWord]) -> float:
    """Return the mean confidence of ``words`` weighted by length, 0 to 1; 0 without words."""
    weights = [(word.confidence, max(1, len(word.text))) for word in words]
    letters = sum(weight for _, weight in weights)
    return sum(confidence * weight for confidence, weight in weights) / letters if letters else 0.0


def bounds_of(words: Sequence[RecognizedWord]) -> BoxPx:
    """Return the smallest box that holds ``words``, of which there is at least one."""
    box = words[0].bbox_px
    for word in words[1:]:
        box = box.union(word.bbox_px)
    return box


def make_segment(page: RecognizedPage, words: Sequence[RecognizedWord]) -> Segment:
    """Join ``words`` of ``page``, of which there is at least one, into a segment."""
    box = bounds_of(words)
    width, height = max(1, page.width_px), max(1, page.height_px)
    return Segment(
        words=tuple(words),
        text=" ".join(word.text for word in words),
        bbox_px=box,
        page=page.number,
        left=box.left / width,
        top=box.top / height,
        right=box.right / width,
        bottom=box.bottom / height,
    )


def join_segments(parts: Sequence[Segment]) -> Segment:
    """Join segments of one row, at least one, from left to right."""
    ordered = sorted(parts, key=lambda part: part.left)
    words = tuple(word for part in ordered for word in part.words)
    return Segment(
        words=words,
        text=" ".join(word.text for word in words),
        bbox_px=bounds_of(words),
        page=ordered[0].page,
        left=ordered[0].left,
        top=min(part.top for part in ordered),
        right=max(part.right for part in ordered),
        bottom=max(part.bottom for part in ordered),
    )


def is_same_row(one: Segment, other: Segment) -> bool:
    """Say whether two segments overlap by half the lower one's height or more."""
    overlap = min(one.bottom, other.bottom) - max(one.top, other.top)
    return overlap >= 0.5 * min(one.height, other.height)


def join_rows(segments: Sequence[Segment], gap: float) -> tuple[Segment, ...]:
    """Join segments of one row that stand no further apart than ``gap`` (fraction of the width); top to bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda item: item.left):
        row = next((r for r in rows if is_same_row(r[-1], segment) and segment.left - r[-1].right <= gap), None)
        if row is None:
            rows.append([segment])
        else:
            row.append(segment)
    return tuple(sorted((join_segments(row) for row in rows), key=lambda item: (item.top, item.left)))


def find_segments(page: RecognizedPage) -> tuple[Segment, ...]:
    """Cut every line of ``page`` into segments, from top to bottom and left to right."""
    segments = [
        make_segment(page, words)
        for line in page.lines
        if line.words
        for part in _split_at_gaps(page, sorted(line.words, key=lambda word: word.bbox_px.left))
        for words in _split_before_anchor(page, part)
    ]
    return tuple(sorted(segments, key=lambda segment: (segment.top, segment.left)))


def is_bare(page: RecognizedPage) -> bool:
    """Say whether the page carries no text worth the name: blank, or only a fragment of a stamp."""
    return page.quality.is_blank or sum(count_letters(line.text) for line in page.lines) < _BARE_PAGE_LETTERS


def is_letterhead_anchor(text: str) -> bool:
    """Say whether ``text`` is the national title, the motto, or the heading of a Party document, read with some faults."""
    return _anchor_likeness(text) >= _ANCHOR_LIKENESS


def _anchor_likeness(text: str) -> float:
    squashed = squash(text)
    return max(fuzz.ratio(squashed, anchor) for anchor in _ANCHORS)


def _split_at_gaps(page: RecognizedPage, words: list[RecognizedWord]) -> list[list[RecognizedWord]]:
    letter_height = median(word.bbox_px.height for word in words)
    limit = max(_COLUMN_GAP * page.width_px, 1.6 * letter_height)
    parts = [[words[0]]]
    for before, word in itertools.pairwise(words):
        if word.bbox_px.left - before.bbox_px.right > limit:
            parts.append([])
        parts[-1].append(word)
    return parts


def _split_before_anchor(page: RecognizedPage, words: list[RecognizedWord]) -> list[list[RecognizedWord]]:
    """Cut ``words`` before a letterhead anchor or a place and date that other words precede."""
    if not 4 <= len(words) <= _MOST_LETTERHEAD_WORDS or words[0].bbox_px.left > 0.45 * page.width_px:
        return [words]
    likeness = [_anchor_likeness(" ".join(word.text for word in words[start:])) for start in range(len(words) - 1)]
    best = max(range(len(likeness)), key=likeness.__getitem__)
    if likeness[best] >= _ANCHOR_LIKENESS:
        return [words[:best], words[best:]] if best else [words]
    folded = fold(" ".join(word.text for word in words))
    date_tail = _DATE_TAIL.search(folded)
    if date_tail and re.match(r"\W*so\b", folded):
        start, gap_px = _widest_gap(words)
        if gap_px > _ANCHOR_GAP * page.width_px and not _DATE_TAIL.search(fold(" ".join(w.text for w in words[:start]))):
            return [words[:start], words[start:]]
    return [words]


def _widest_gap(words: Sequence[RecognizedWord]) -> tuple[int, int]:
    """Return the index of the word after the widest gap, and that gap in pixels."""
    gaps = [
        (word.bbox_px.left - before.bbox_px.right, index) for index, (before, word) in enumerate(itertools.pairwise(words), 1)
    ]
    gap_px, index = max(gaps)
    return index, gap_px
