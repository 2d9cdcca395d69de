"""Cut a long scan into its documents, page by page.

A page begins a document when it bears a letterhead, or a title of its own; cards, receipts and drawings, which often have
neither, when their words say so or when the sheet is much smaller than the one before. Everything else continues:
numbered pages, running text, annexes, signature pages, tables. Blank pages stay with the document before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from classifiers.document_type import TypeScore, score_types
from classifiers.folding import squash
from classifiers.layout import is_bare
from classifiers.reading import PageReading, find_page_number, read_page
from dossiers.document_type import DocumentFamily, DocumentType
from dossiers.model import RecognizedDocument
from dossiers.page import RecognizedPage

_TITLE_STRENGTH = 0.8
_LOWEST_TITLE = 0.4
_MOST_LINES_ABOVE_TITLE = 8
_WORDS_SCORE = 0.6
_SMALL_SHEET = 0.6
_ANNEX_HEADINGS = ("phuluc", "danhsach", "bieuso", "bangtonghop", "danhmuc")


@dataclass(frozen=True, slots=True)
class _Current:
    """The document being gathered: the type its first page has, and how many written pages it has so far."""

    type_id: str
    written_pages: int
    last_area_mm2: float


def split_pages(document: RecognizedDocument, types: Mapping[str, DocumentType]) -> tuple[tuple[RecognizedPage, ...], ...]:
    """Return the pages of ``document`` in groups, one a document, in order; every page is in exactly one group.

    Blank pages go with the document before them, leading ones with the next; a wholly blank scan is one group.
    """
    groups: list[list[RecognizedPage]] = []
    current: _Current | None = None
    for page in document.pages:
        if is_bare(page):
            if not groups:
                groups.append([])
            groups[-1].append(page)
            continue
        reading = read_page(page)
        scores = score_types([page], types)[:5]
        if current is None:
            groups = groups or [[]]
            groups[-1].append(page)
            current = _Current(_type_of(scores), 1, _area_mm2(page))
        elif _begins_document(reading, scores, current):
            groups.append([page])
            current = _Current(_type_of(scores), 1, _area_mm2(page))
        else:
            groups[-1].append(page)
            current = _Current(current.type_id, current.written_pages + 1, _area_mm2(page))
    return tuple(tuple(group) for group in groups if group)


def _begins_document(reading: PageReading, scores: list[TypeScore], current: _Current) -> bool:
    if _is_annex(reading) or find_page_number(reading) == current.written_pages + 1:
        return False
    if reading.letterhead is not None:
        return True
    best = scores[0] if scores else None
    if best is not None and _is_titled(best, reading, current):
        return True
    if best is not None and _is_untitled_paper(best, current):
        return True
    return _area_mm2(reading.page) < _SMALL_SHEET * current.last_area_mm2


def _is_annex(reading: PageReading) -> bool:
    """Say whether the first lines head an annex ("PHỤ LỤC II"), unless the page has a letterhead of its own."""
    if reading.letterhead is not None and reading.letterhead.anchors:
        return False
    return any(squash(segment.text).startswith(_ANNEX_HEADINGS) for segment in reading.segments[:5])


def _is_titled(best: TypeScore, reading: PageReading, current: _Current) -> bool:
    match = best.title
    if match is None or match.strength < _TITLE_STRENGTH or match.candidate.top > _LOWEST_TITLE:
        return False
    above = [segment for segment in reading.segments if segment.bottom <= match.candidate.top]
    if len(above) > _MOST_LINES_ABOVE_TITLE or any(segment.width > 0.6 for segment in above):
        return False
    if best.document_type.family is DocumentFamily.ADMINISTRATIVE:
        # "QUYẾT ĐỊNH:" before the articles, carried over to a new page, begins nothing.
        return match.is_whole and best.document_type.id != current.type_id and not match.candidate.text.rstrip().endswith(":")
    return match.is_whole or best.document_type.id != current.type_id


def _is_untitled_paper(best: TypeScore, current: _Current) -> bool:
    kind = best.document_type
    return kind.is_often_untitled and best.score >= _WORDS_SCORE and kind.id != current.type_id


def _type_of(scores: list[TypeScore]) -> str:
    return scores[0].document_type.id if scores else ""


def _area_mm2(page: RecognizedPage) -> float:
    dpi = max(page.source.dpi, 50)
    return page.width_px * page.height_px * (25.4 / dpi) ** 2
