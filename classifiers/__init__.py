"""Words to meaning: pages split into documents, each with its type and its fields. One door: ``understand``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from classifiers.describe import ReviewThresholds, describe_document
from classifiers.document_type import classify
from classifiers.splitting import split_pages
from dossiers.document_type import DocumentType
from dossiers.model import DescribedDocument, RecognizedDocument

__all__ = ["ReviewThresholds", "classify", "describe_document", "split_pages", "understand"]


def understand(
    document: RecognizedDocument,
    dossier_number: str | None,
    types: Mapping[str, DocumentType],
    thresholds: ReviewThresholds | None = None,
) -> tuple[DescribedDocument, ...]:
    """Split a scan that was read into its documents and say of each what it is.

    ``dossier_number`` is what the name of the folder or file says, or None; then a number printed on exactly one of the
    documents, such as the counter's receipt, holds for all of them. A wholly blank scan is one unknown document. A signed
    PDF is one document, however many it holds.
    """
    limits = thresholds or ReviewThresholds()
    classified = [classify(pages, types, document.scan_sha256) for pages in split_pages(document, types)]

    def describe(number: str | None) -> tuple[DescribedDocument, ...]:
        return tuple(describe_document(c, number, types, limits) for c in classified)

    described = describe(dossier_number)
    if document.is_signed_pdf:
        return (_keep_whole(described[0], document),)
    printed = {item.dossier_number for item in described if item.dossier_number is not None}
    if dossier_number is None and len(printed) == 1 and len(described) > 1:
        return describe(printed.pop())
    return described


def _keep_whole(first: DescribedDocument, document: RecognizedDocument) -> DescribedDocument:
    """A signed file cannot be cut apart: it stays one document, described by the first that it holds."""
    return replace(first, document=replace(first.document, pages=document.pages))
