"""Date of issue: "Quảng Ngãi, ngày 15 tháng 01 năm 2025" in the letterhead, or above the signature of a form.

The day is often written by hand. Days below 10 and months 1 and 2 take a leading zero when printed (ND 30/2020 App. I), so
a lone digit there, or one of another size than the year, is doubted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from classifiers.fields.field import make_field, words_in
from classifiers.folding import fold
from classifiers.layout import Segment
from classifiers.reading import PageReading
from dossiers.model import ExtractedField
from dossiers.page import RecognizedWord

# Between the words only blanks and dots: a stroke there ("3|") is a digit that was not read.
_GAP = r"[\s.,:_]{0,3}"
_LONG = re.compile(rf"\bng[a-z]{{1,3}}{_GAP}(\d{{1,2}}){_GAP}th[a-z]{{1,3}}g{_GAP}(\d{{1,2}}){_GAP}n[a-z]m{_GAP}(\d{{4}})\b")
_SHORT = re.compile(r"^(?:[a-z .]{2,30},\s*)?ngay\W{0,3}(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})\W*$")
_ALONE = re.compile(r"^\W{0,2}(?:[^,:;]{2,40},\s*)?ng[a-z]{1,3}\W{0,3}\d.{0,24}\d{4}\W*$")
_OPENING = re.compile(r"^\W{0,3}hom nay\b")
_LABELLED = re.compile(r"^\W{0,2}ngay\s*,\s*thang\s*,\s*nam (?:cap|dang ky)\b")
_AFTER_LABEL = re.compile(r"nam (?:cap|dang ky)[^\d:]{0,30}:\s*(\d{1,2})\s*/\s*(\d{1,2})\s*/\s*(\d{4})\W*$")
_EARLIEST, _LATEST = 1945, 2100
_HAND_SIZE = 1.12
_DOUBT = 0.55
_LEAST_SHORT_DAY = 0.7


def find_issue_date(pages: Sequence[PageReading]) -> ExtractedField | None:
    """Return ``issue_date`` as ISO 8601: from the letterhead, else from a line of place and date above a signature.

    The last page with such a line, in the right half, counts.
    """
    letterhead = pages[0].letterhead if pages else None
    if letterhead is not None and letterhead.date is not None:
        # Minutes say once more on which day they were taken.
        return _read_date((letterhead.date,), certainty=0.97) or _read_opening(pages)
    if letterhead is not None and letterhead.agency_lines and letterhead.anchors:
        # A letter whose date is not legible must not take just any from its body.
        return _read_opening(pages)
    for segment in (segment for reading in pages for segment in reading.segments):
        if _LABELLED.match(fold(segment.text)):
            return _read_date((segment,), certainty=0.93)
    for reading in reversed(pages):
        aside = [s for s in reading.segments if s.centre_x > 0.5 and s.left > 0.3 and _ALONE.match(fold(s.text))]
        found = _read_date(reversed(aside), certainty=0.88)
        if found is not None:
            return found
    return _read_opening(pages)


def _read_opening(pages: Sequence[PageReading]) -> ExtractedField | None:
    """Return the day that minutes and contracts open with: "Hôm nay, ngày 15 tháng 10 năm 2026, tại …"."""
    for segment in pages[0].segments if pages else ():
        if _OPENING.match(fold(segment.text)):
            return _read_date((segment,), certainty=0.88)
    return None


def _read_date(segments: Iterable[Segment], certainty: float) -> ExtractedField | None:
    for segment in segments:
        folded = fold(segment.text)
        found = _LONG.search(folded) or _SHORT.search(folded) or _AFTER_LABEL.search(folded)
        value = _to_date(found) if found else None
        if found is None or value is None:
            continue
        day, month, year = (words_in(segment, *found.span(group)) for group in (1, 2, 3))
        numbers = (*day, *month, *year)
        is_read_as_hand = any(word.is_by_hand for word in (*day, *month))
        is_short, is_by_hand = len(found[1]) == 1 and not is_read_as_hand, not is_read_as_hand and _is_by_hand(day, year)
        if is_short and (is_by_hand or min(word.confidence for word in day) < _LEAST_SHORT_DAY):
            # Half of a day written by hand.
            return None
        is_half_month = found[2] in {"1", "2"} and not any(word.is_by_hand for word in month)
        sure = certainty * (_DOUBT if is_short or is_by_hand or is_half_month else 1.0)
        field = make_field("issue_date", value.isoformat(), words_in(segment, *found.span()), segment.page, sure)
        weakest = min(word.confidence for word in numbers)
        return ExtractedField(field.name, field.value, round(min(field.confidence, weakest), 3), field.page, field.bbox_px)
    return None


def _to_date(found: re.Match[str]) -> date | None:
    day, month, year = (int(found[group]) for group in (1, 2, 3))
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    return value if _EARLIEST <= year <= _LATEST else None


def _is_by_hand(day: Sequence[RecognizedWord], year: Sequence[RecognizedWord]) -> bool:
    """Say whether the day stands taller than the printed year."""
    if any(not word.text.strip(".,").isdigit() for word in day):
        # "ngày15tháng" in one word: its height says nothing.
        return False
    return max(word.bbox_px.height for word in day) > _HAND_SIZE * max(word.bbox_px.height for word in year)
