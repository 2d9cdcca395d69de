"""The abstract (trích yếu) of a document: under its title, or after "V/v" under the number of an official letter.

It ends where the lines stop being centred under the title, where a gap opens (the rule below it), or where the body, the
address or the name of the deciding authority begins (ND 30/2020 App. I, cells 5a and 5b).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import quantiles

from classifiers.fields.field import make_field, strip_marks
from classifiers.folding import count_letters, fold, uppercase_share
from classifiers.layout import Segment, join_rows
from classifiers.letterhead import strip_subject_mark
from classifiers.reading import PageReading
from classifiers.titles import TitleMatch
from dossiers.model import ExtractedField
from dossiers.page import RecognizedWord

_BODY = re.compile(
    r"^\W{0,3}(?:can cu|kinh g|dieu \d|thuc hien|theo de nghi|xet de nghi|hom nay|trong thoi gian|"
    r"ngay \d|i\.|1\.|a\)|chuong|phan)"
)
_SPECKS = re.compile(r"^[^\w(“\"]+|^\W*[A-Za-z]?\W+(?=V[eềêéè]\b)")
_ABOUT = re.compile(r"^\W*[a-z]{0,3}[ea]\s*viec\b")
_NUMBER = re.compile(r"^\W{0,2}so\s*:")
_OPENING = " .-–—'\"“*_|"
_MOST_LINES = 8
_LEAST_PITCH = 0.01
_FIRST_GAP = 2.4
_GAP_OF_PITCH = 1.45
_CENTRE_REACH = 0.05
# Nothing of the text is printed left of this; stamps are (fractions of the page's width).
_LEFT_MARGIN = 0.07
_GAP_IN_ROW = 0.08


def find_letter_subject(pages: Sequence[PageReading]) -> ExtractedField | None:
    """Return ``abstract`` of an official letter: its "V/v …" lines, written "V/v" at the start."""
    letterhead = pages[0].letterhead if pages else None
    if letterhead is None or not letterhead.subject_lines:
        return None
    first, *others = letterhead.subject_lines
    start = strip_subject_mark(first.text) or ""
    value = " ".join(["V/v", _tidy(start), *(_tidy(line.text) for line in others)])
    words = [word for line in letterhead.subject_lines for word in line.words]
    return make_field("abstract", strip_marks(value), words, first.page, 0.95) if start or others else None


def find_abstract(pages: Sequence[PageReading], title: TitleMatch | None) -> ExtractedField | None:
    """Return ``abstract`` from the lines under ``title``, on the first page."""
    if not pages or title is None:
        return None
    last = title.candidate.lines[-1]
    lines = _lines_under(pages[0].segments, last)
    texts = [_tidy(line.text) for line in lines]
    words: list[RecognizedWord] = [word for line in lines for word in line.words]
    if not title.is_whole:
        # "BÁO CÁO TÌNH HÌNH…": the title's own line goes on into the abstract.
        rest = _after_title(title)
        texts.insert(0, rest)
        words = [*last.words, *words]
    value = strip_marks(_mend_about(_join(texts)))
    if count_letters(value) < 6:
        return None
    about = fold(value).startswith("ve ")
    # An abstract begins with a capital; one that does not has lost its beginning.
    certainty = 0.6 if value[0].islower() else 0.95 if about else 0.85
    return make_field("abstract", value, words, last.page, certainty)


def _lines_under(segments: Sequence[Segment], title: Segment) -> list[Segment]:
    """Return the lines of the abstract below the title's last line."""
    near = [s for s in segments if title.top + 0.6 * title.height < s.top < title.top + 0.3]
    legible = [s for s in near if count_letters(s.text) >= 2 and s.confidence > 0.3 and s.left > _LEFT_MARGIN]
    below = join_rows(legible, _GAP_IN_ROW)
    lines: list[Segment] = []
    limit = _GAP_OF_PITCH * _body_pitch(segments)
    for segment in below:
        before = lines[-1] if lines else title
        step = segment.top - before.top
        reach = limit if lines else _FIRST_GAP * max(title.height, segment.height)
        if len(lines) == _MOST_LINES or step > reach or _ends_abstract(segment, title, lines):
            break
        lines.append(segment)
    return lines


def _body_pitch(segments: Sequence[Segment]) -> float:
    """Return the usual step from one line of a paragraph to the next, as a fraction of the page's height.

    A wide line goes on in the next one. It is the lower quartile: on a page of short paragraphs most steps are those
    between paragraphs, which are larger.
    """
    pairs = [(upper, lower) for upper, lower in pairwise(segments) if upper.width > 0.5 and lower.left < upper.right - 0.3]
    steps = [lower.top - upper.top for upper, lower in pairs]
    steps = [step for step in steps if _LEAST_PITCH < step < 0.05]
    return quantiles(steps, n=4)[0] if len(steps) > 1 else 0.022


def _ends_abstract(segment: Segment, title: Segment, lines: Sequence[Segment]) -> bool:
    text = segment.text
    if (
        (_BODY.match(fold(text)) and not text.lstrip(_OPENING)[:1].islower())
        or _NUMBER.match(fold(text))
        or (lines and uppercase_share(text) > 0.85 and count_letters(text) > 8)
    ):
        return True
    off_centre = abs(segment.centre_x - title.centre_x) > _CENTRE_REACH
    # A line as wide as the page is centred anyway; a body line after it starts at the indent and with a capital.
    return (off_centre and segment.width < 0.62) or abs(segment.centre_x - title.centre_x) > 0.12


def _after_title(title: TitleMatch) -> str:
    words = title.candidate.text.split()
    letters = count_letters(title.title)
    taken = 0
    for index, word in enumerate(words):
        taken += count_letters(word)
        if taken >= letters:
            return " ".join(words[index + 1 :])
    return ""


def _join(lines: Sequence[str]) -> str:
    """Join lines, dropping a full stop that was read at a line's end before a small letter."""
    text = ""
    for line in filter(None, lines):
        text = f"{text.rstrip('.') if line[0].islower() else text} {line}"
    return text.strip()


def _mend_about(text: str) -> str:
    """Write the two words every abstract starts with as they are printed: reading gives "và việc", "Vềviệc"."""
    about = _ABOUT.match(fold(text))
    return f"Về việc{text[about.end() :]}" if about else text


def _tidy(text: str) -> str:
    return _SPECKS.sub("", text).strip(" |_~`'*•")
