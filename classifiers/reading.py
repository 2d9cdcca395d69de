"""A page as the classifiers see it: its segments, its letterhead, and whether it carries any text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from classifiers.folding import fold
from classifiers.layout import Segment, find_segments, is_bare
from classifiers.letterhead import Letterhead, find_letterhead
from dossiers.page import RecognizedPage

_PAGE_NUMBER = re.compile(r"^\W*(?:trang\s*(?:so\s*)?)?(\d{1,3})(?:\s*/\s*\d{1,3})?\W*$")
_TOP_MARGIN, _BOTTOM_MARGIN = 0.12, 0.9


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page with its segments, top to bottom, and its letterhead if it has one."""

    page: RecognizedPage
    segments: tuple[Segment, ...]
    letterhead: Letterhead | None


def read_page(page: RecognizedPage) -> PageReading:
    """Cut ``page`` into segments and look for its letterhead."""
    segments = find_segments(page)
    return PageReading(page, segments, find_letterhead(segments))


def read_written_pages(pages: Iterable[RecognizedPage]) -> tuple[PageReading, ...]:
    """Read those of ``pages`` that carry text."""
    return tuple(read_page(page) for page in pages if not is_bare(page))


def find_page_number(reading: PageReading) -> int | None:
    """Return the page number printed in the middle or at the right of the top or bottom margin, or None."""
    for segment in reading.segments:
        in_margin = segment.bottom < _TOP_MARGIN or segment.top > _BOTTOM_MARGIN
        found = _PAGE_NUMBER.match(fold(segment.text)) if in_margin and segment.centre_x > 0.4 else None
        if found:
            return int(found[1])
    return None
