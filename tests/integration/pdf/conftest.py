"""Fixtures of the PDF tests: one archival document of every kind of page, and a signing identity."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dossiers.model import ArchivalPdf
from dossiers.page import RecognizedPage
from pdf.archival import build_archival_pdf
from pdf.demonstration import create_demonstration_identity
from pdf.identity import SigningIdentity, load_identity
from pdf.stored_image import PageImages
from tests.support.drawn_pages import FACTS, ScanStyle, make_document, make_page

STYLES = [
    ScanStyle("jpg", "L"),
    ScanStyle("jpg", "RGB", rotation_deg=90, skew_deg=3.0),
    ScanStyle("jpg", "CMYK", rotation_deg=180, skew_deg=-2.0),
    ScanStyle("png", "L", rotation_deg=270, skew_deg=1.5),
    ScanStyle("png", "RGB"),
    ScanStyle("png", "P", rotation_deg=90),
    ScanStyle("png", "RGBA", skew_deg=5.0),
    ScanStyle("png", "1"),
    ScanStyle("tif", "1"),
    ScanStyle("tif", "1", rotation_deg=270, skew_deg=-4.0),
]


@pytest.fixture(scope="package")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[RecognizedPage]:
    folder = tmp_path_factory.mktemp("scans")
    return [make_page(folder, number, style) for number, style in enumerate(STYLES, start=1)]


@pytest.fixture(scope="package")
def archival(pages: list[RecognizedPage], tmp_path_factory: pytest.TempPathFactory) -> ArchivalPdf:
    path = tmp_path_factory.mktemp("archival") / "letter.pdf"
    return build_archival_pdf(make_document(*pages), path, FACTS, PageImages.SOURCE)


@pytest.fixture(scope="package")
def compact(pages: list[RecognizedPage], tmp_path_factory: pytest.TempPathFactory) -> ArchivalPdf:
    """The same letter with its page images in layers."""
    path = tmp_path_factory.mktemp("compact") / "letter.pdf"
    return build_archival_pdf(make_document(*pages), path, FACTS)


@pytest.fixture(scope="package")
def identity(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    files = create_demonstration_identity(tmp_path_factory.mktemp("keys") / "demonstration")
    return load_identity(files.pkcs12_path, files.read_passphrase(), datetime.now(UTC))


@pytest.fixture(scope="package")
def other_identity(tmp_path_factory: pytest.TempPathFactory) -> SigningIdentity:
    files = create_demonstration_identity(tmp_path_factory.mktemp("keys") / "other", "Another Signer")
    return load_identity(files.pkcs12_path, files.read_passphrase(), datetime.now(UTC))


@pytest.fixture
def letter(tmp_path: Path) -> ArchivalPdf:
    """A letter of one page, small and quick."""
    page = make_page(tmp_path, 1, ScanStyle("png", "1"))
    return build_archival_pdf(make_document(page), tmp_path / "letter.pdf", FACTS)
