"""The document types, loaded once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dossiers.document_type import DocumentType, load_document_types


@pytest.fixture(scope="session")
def types() -> Mapping[str, DocumentType]:
    return load_document_types()
