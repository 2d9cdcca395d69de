"""What a document says about itself: number, date, agency, abstract, signatory, and the person it is about."""

from __future__ import annotations

from collections.abc import Mapping

from classifiers.fields.abstract import find_abstract, find_letter_subject
from classifiers.fields.document_number import find_document_number
from classifiers.fields.dossier_number import find_printed_dossier_number
from classifiers.fields.identity import find_identity, find_only_personal_id
from classifiers.fields.issue_date import find_issue_date
from classifiers.fields.issuing_authority import find_issuing_authority
from classifiers.fields.signature import find_signature
from classifiers.reading import read_written_pages
from classifiers.titles import TitleMatch, find_title_candidates, match_title
from dossiers.document_type import DocumentFamily, DocumentType, TypeLayout
from dossiers.model import ClassifiedDocument, ExtractedField

__all__ = ["extract_fields"]


def extract_fields(document: ClassifiedDocument, types: Mapping[str, DocumentType]) -> dict[str, ExtractedField]:
    """Return the fields that can be read from ``document``, by name. A field that is not legible is left out."""
    pages = read_written_pages(document.pages)
    if not pages:
        return {}
    kind = types.get(document.type_id)
    is_administrative = kind is not None and kind.family is DocumentFamily.ADMINISTRATIVE
    known_symbols = {symbol for known in types.values() for symbol in known.symbols}
    title = _title_of(document, kind) if kind else None
    found: list[ExtractedField | None] = [*find_document_number(pages, known_symbols, title)]
    found.append(find_issue_date(pages))
    found.append(find_issuing_authority(pages))
    if kind is not None and kind.layout is TypeLayout.OFFICIAL_LETTER:
        found.append(find_letter_subject(pages))
    elif is_administrative:
        found.append(find_abstract(pages, title))
    is_signed_by_agency = kind is not None and is_administrative and "signatory" in kind.required_fields
    found.extend(find_signature(pages, needs_position=not is_signed_by_agency))
    if kind is None or not is_administrative or kind.is_sensitive:
        found.extend(find_identity(pages))
    else:
        found.append(find_only_personal_id(pages))
    found.append(find_printed_dossier_number(pages))
    return {field.name: field for field in found if field is not None}


def _title_of(document: ClassifiedDocument, kind: DocumentType) -> TitleMatch | None:
    reading = read_written_pages(document.pages)[0]
    anchors = reading.letterhead.anchors if reading.letterhead else ()
    from_top = max((anchor.bottom for anchor in anchors), default=0.0)
    return match_title(find_title_candidates(reading.segments, from_top - 0.005), kind)
