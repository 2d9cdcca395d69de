"""The letterhead of a page: national title and motto, agency, number, place and date (ND 30/2020 App. I, cells 1 to 4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.folding import count_letters, fold, uppercase_share
from classifiers.layout import Segment, is_letterhead_anchor, is_same_row, join_segments
from classifiers.number_line import read_number_line

# Fractions of the page's height: how low a letterhead may begin, and how far below its first line it may reach.
_LOWEST_START = 0.45
_DEPTH = 0.17
_LOWEST_NUMBER_WITHOUT_TITLE = 0.22
_LEFT_COLUMN = 0.47
_BLOCK_BELOW_MOTTO = 0.06
_PLACE_AND_DATE = re.compile(r"\bng\S{0,3}y?\b(?!\s*,).{0,16}(?:th\S{1,3}ng|nam).*\d{4}|\bngay\b(?!\s*,).{0,12}\bthang\b")
_NUMBER_HEAD = re.compile(r"^\W{0,3}(?:luat\s+)?[s5]\W?[o0]\b")
_BLANK_IN_LINE = 0.15
_SUBJECT_MARK = re.compile(r"^\W{0,2}v\W{0,2}[/il1]?\W{0,2}v\b\W*")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The parts of a letterhead that were found. ``top`` and ``bottom`` are fractions of the page's height.

    ``agency_lines`` are the upper-case lines above the number, on the left. ``subject_lines`` start with the "V/v" of an
    official letter, under the number.
    """

    top: float
    bottom: float
    anchors: tuple[Segment, ...]
    agency_lines: tuple[Segment, ...]
    number: Segment | None
    date: Segment | None
    subject_lines: tuple[Segment, ...]


def find_letterhead(segments: Sequence[Segment]) -> Letterhead | None:
    """Find the letterhead among the segments of a page, or return None when the page has none."""
    anchors = [segment for segment in segments if segment.top < _LOWEST_START and is_letterhead_anchor(segment.text)]
    anchors = [segment for segment in anchors if segment.top < anchors[0].top + 0.09]
    limit = anchors[0].top + _DEPTH if anchors else _LOWEST_NUMBER_WITHOUT_TITLE
    top = anchors[0].top - 0.03 if anchors else 0.0
    zone = [segment for segment in segments if top <= segment.top <= limit]
    number = next((found for segment in zone if (found := _number_line_at(segment, zone))), None)
    date = next((found for segment in zone if (found := _date_line_at(segment, zone))), None)
    if not anchors and (number is None or not read_symbol(number)):
        return None
    anchors_bottom = max((segment.bottom for segment in anchors), default=top)
    floor = number.top if number else date.top if date else anchors_bottom + 0.015
    lowest = min(floor - 0.004, anchors_bottom + _BLOCK_BELOW_MOTTO) if anchors else floor - 0.004
    agency_lines = [segment for segment in zone if segment.top < lowest and _is_agency_line(segment)]
    if not anchors and not agency_lines:
        return None
    subject_lines = _find_subject_lines(segments, number, floor)
    parts = [*anchors, *agency_lines, *([number] if number else []), *([date] if date else []), *subject_lines]
    return Letterhead(
        top=min(part.top for part in parts),
        bottom=max(part.bottom for part in parts),
        anchors=tuple(anchors),
        agency_lines=tuple(agency_lines),
        number=number,
        date=date,
        subject_lines=subject_lines,
    )


def read_symbol(segment: Segment) -> str:
    """Return the symbol on a number line, or an empty text."""
    line = read_number_line(segment)
    return line.symbol if line else ""


def strip_subject_mark(text: str) -> str | None:
    """Return ``text`` without its leading "V/v", or None when it has none."""
    mark = _SUBJECT_MARK.match(fold(text))
    return text[mark.end() :] if mark else None


def _number_line_at(segment: Segment, zone: Sequence[Segment]) -> Segment | None:
    """Return the number line that begins with ``segment``, whole: the blank for the number may part it in two."""
    if segment.left > 0.45 or not _NUMBER_HEAD.match(fold(segment.text)):
        return None
    rest = [s for s in zone if is_same_row(s, segment) and segment.right <= s.left < 0.48 and s.right < 0.62]
    near = [s for s in rest if s.left - segment.right < _BLANK_IN_LINE]
    for candidate in (join_segments([segment, *near]), segment):
        line = read_number_line(candidate)
        if line is not None and (line.symbol or candidate is segment):
            return candidate
    return None


def _date_line_at(segment: Segment, zone: Sequence[Segment]) -> Segment | None:
    """Return the line of place and date that begins with ``segment``, whole."""
    if segment.right < 0.5 or segment.centre_x < 0.4:
        return None
    if _PLACE_AND_DATE.search(fold(segment.text)):
        return segment
    rest = [s for s in zone if is_same_row(s, segment) and 0 <= s.left - segment.right < _BLANK_IN_LINE]
    joined = join_segments([segment, *rest])
    return joined if rest and _PLACE_AND_DATE.search(fold(joined.text)) else None


def _is_agency_line(segment: Segment) -> bool:
    return (
        segment.centre_x < _LEFT_COLUMN
        and segment.left < 0.4
        and count_letters(segment.text) >= 3
        and uppercase_share(segment.text) > 0.7
        and not is_letterhead_anchor(segment.text)
    )


def _find_subject_lines(segments: Sequence[Segment], number: Segment | None, floor: float) -> tuple[Segment, ...]:
    """Return the lines of "V/v …" in the left column, up to a gap, a "Kính gửi" or the body."""
    below = number.bottom if number else floor
    column = [s for s in segments if s.top >= below - 0.01 and s.top < below + 0.2 and s.centre_x < 0.5 and s is not number]
    start = next((i for i, s in enumerate(column[:3]) if strip_subject_mark(s.text) is not None), None)
    if start is None:
        return ()
    lines = [column[start]]
    for segment in column[start + 1 :]:
        last = lines[-1]
        near = segment.top - last.bottom < 0.9 * max(last.height, 0.01)
        same_column = segment.left < 0.42 and abs(segment.centre_x - lines[0].centre_x) < 0.12 and segment.right < 0.58
        if not near or not same_column or "kinh g" in fold(segment.text)[:10] or count_letters(segment.text) < 2:
            break
        lines.append(segment)
    return tuple(lines)
