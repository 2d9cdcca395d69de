"""Title lines of a page compared with the titles of the document types.

A title is printed in capitals, centred, in the upper part, alone on its line, possibly over several lines; the body names
other documents too ("Căn cứ Quyết định số…"), but never so. Comparison is on folded letters without blanks, since reading
loses tone marks and blanks first, and allows about one wrong letter in six.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from classifiers.folding import count_letters, fold, squash, uppercase_share
from classifiers.layout import Segment, join_rows
from dossiers.document_type import DocumentType

_LOWEST_TITLE = 0.72
_MAX_LINES = 4
# A page of a table may hold thousands of short lines; its title is among the first.
_MOST_CANDIDATES = 60
_MOST_SEGMENTS = 400
_GAP_IN_TITLE = 0.06
_LONGEST_LINE = 160
_CENTRE_REACH = 0.17
_PREFIX_WORTH = 0.88
_MIXED_CASE_WORTH = 0.8
_SHORT_MIXED_CASE_WORTH = 0.4
_LONG_TITLE = 12
_ASIDE_WORTH = 0.7
_FORMULA_WORTH = 0.7
# Words that follow a type's name when another document is cited, not titled.
_CITING = ("so", "nay", "tai", "ngay")


@dataclass(frozen=True, slots=True)
class TitleCandidate:
    """One line, or several centred lines joined, that may be a title. ``lines`` are its segments, top to bottom."""

    text: str
    lines: tuple[Segment, ...]

    @property
    def top(self) -> float:
        return self.lines[0].top


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """A candidate that bears a title of a type. ``strength`` is 0 to 1; ``is_whole`` when nothing else stands in it."""

    candidate: TitleCandidate
    title: str
    strength: float
    is_whole: bool


def find_title_candidates(segments: Sequence[Segment], from_top: float = 0.0) -> tuple[TitleCandidate, ...]:
    """Return the lines at or below ``from_top`` (fraction of the page's height) that look like titles."""
    zone = [segment for segment in segments if from_top <= segment.top < _LOWEST_TITLE]
    # Letters of an ornate title stand wide apart.
    lines = [segment for segment in join_rows(zone[:_MOST_SEGMENTS], _GAP_IN_TITLE) if _looks_like_title(segment)]
    lines = lines[:_MOST_CANDIDATES]
    found = []
    for index, line in enumerate(lines):
        joined = [line]
        found.append(TitleCandidate(line.text, (line,)))
        for follower in lines[index + 1 :]:
            if len(joined) == _MAX_LINES or not _continues(joined[-1], follower):
                break
            joined.append(follower)
            found.append(TitleCandidate(" ".join(part.text for part in joined), tuple(joined)))
    return tuple(found)


def match_title(candidates: Iterable[TitleCandidate], document_type: DocumentType) -> TitleMatch | None:
    """Return the strongest match between ``candidates`` and the titles of ``document_type``, or None."""
    matches = [
        match for candidate in candidates for title in document_type.titles if (match := _match(candidate, title)) is not None
    ]
    return max(matches, key=lambda match: (match.strength, len(match.title)), default=None)


def _match(candidate: TitleCandidate, title: str) -> TitleMatch | None:
    wanted, found = squash(title), squash(candidate.text)
    likeness = _likeness(found, wanted)
    is_whole = likeness > 0
    if not is_whole:
        likeness = _PREFIX_WORTH * _prefix_likeness(candidate.text, wanted)
    if likeness <= 0:
        return None
    return TitleMatch(candidate, title, likeness * _placing(candidate, is_whole=is_whole), is_whole)


def _likeness(found: str, wanted: str) -> float:
    """Return 1 for the same letters, less for a few wrong ones, 0 beyond that. Titles under six letters allow none."""
    if len(wanted) < 6:
        return float(found == wanted)
    allowed = max(1, len(wanted) // 7)
    faults = Levenshtein.distance(found, wanted, score_cutoff=allowed)
    return 0.0 if faults > allowed else 1 - faults / len(wanted)


def _prefix_likeness(text: str, wanted: str) -> float:
    """Return how well the first words of ``text`` are the title ``wanted``; 0 when what follows only cites one."""
    words = text.split()
    taken = ""
    for index, word in enumerate(words):
        taken += squash(word)
        if len(taken) >= len(wanted):
            rest = [fold(follower).strip(" .:,;") for follower in words[index + 1 : index + 2]]
            if (rest and rest[0] in _CITING) or uppercase_share(" ".join(words[: index + 1])) < 0.8:
                return 0.0
            # A short beginning read with a fault may be another word altogether: "HỘI ĐỒNG…" is no "HỢP ĐỒNG".
            return _likeness(taken, wanted) if len(wanted) >= 10 else float(taken == wanted)
    return 0.0


def _placing(candidate: TitleCandidate, *, is_whole: bool) -> float:
    """Return 0 to 1 for how much the candidate stands where and as a title does."""
    worth = 1.0
    if uppercase_share(candidate.text) < 0.7 and is_whole:
        # Short words in small letters stand in the cells of tables, too.
        worth *= _MIXED_CASE_WORTH if count_letters(candidate.text) >= _LONG_TITLE else _SHORT_MIXED_CASE_WORTH
    if abs(candidate.lines[0].centre_x - 0.5) > _CENTRE_REACH:
        worth *= _ASIDE_WORTH
    if candidate.top > 0.5:
        worth *= 0.6
    if candidate.text.rstrip().endswith(":"):
        # "QUYẾT ĐỊNH:" leads to the articles; a title has no colon.
        worth *= _FORMULA_WORTH
    return worth


def _looks_like_title(segment: Segment) -> bool:
    text = segment.text.strip(" .,:;-–—_|*'\"“”‘’")
    if count_letters(text) < 4 or len(text) > _LONGEST_LINE or text.startswith("("):
        return False
    share = uppercase_share(text)
    words = text.split()
    short_phrase = text[0].isupper() and len(words) <= 12 and not text.endswith((",", ";")) and segment.width < 0.75
    return share >= 0.7 or uppercase_share(" ".join(words[:2])) >= 0.9 or short_phrase


def _continues(line: Segment, follower: Segment) -> bool:
    """Say whether ``follower`` is the next line of the same centred title."""
    return (
        0 < follower.top - line.top < 2.4 * max(line.height, follower.height)
        and abs(follower.centre_x - line.centre_x) < 0.06
        and uppercase_share(follower.text) >= 0.7
        and uppercase_share(line.text) >= 0.7
    )
