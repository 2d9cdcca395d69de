"""A document's way from its pages to a signed PDF, with the settings of the house."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from dossiers.model import DescribedDocument, DocumentRole, SignedPdf, SigningRole
from pdf.archival import ArchivalFacts, build_archival_pdf
from pdf.mark_text import MarkText, fill_link
from pdf.signing import sign_pdf
from pdf.stored_image import PageImages
from runtime.signing_settings import SigningSettings
from runtime.wiring import House
from storage.files import hash_file
from storage.keys import make_document_id

_CREATOR = "Sohoa"
_COPIES = re.compile(r"\s*(SAO\s+Y|SAO\s+LỤC|TRÍCH\s+SAO)\b", re.IGNORECASE)  # NĐ 30/2020, Article 25: the agency's copies


def decide_signer(role: DocumentRole, form: str) -> SigningRole:
    """Return whose signature a document bears: the agency's on results and on its copies, else the officer's."""
    is_agencys = role is DocumentRole.RESULT or _COPIES.match(form) is not None
    return SigningRole.AGENCY if is_agencys else SigningRole.OFFICER


def make_signed_pdf(
    house: House, folder: Path, described: DescribedDocument, received_at: datetime, role: DocumentRole
) -> SignedPdf:
    """Build the PDF/A, dated when the scan was received, mark it, and sign it by the role whose paper it is.

    Raises SigningError and its kin, StorageFullError.
    """
    document = described.document
    name = make_document_id(document.scan_sha256, document.first_page, document.last_page)
    signing = house.settings.signing
    mark = make_mark(signing, name, document.scan_sha256)
    signer = decide_signer(role, mark.form)
    facts = ArchivalFacts(created_at=received_at, creator_tool=_CREATOR, author=signing.agency)
    unsigned = folder / f"{name}.unsigned.pdf"
    archival = build_archival_pdf(described, unsigned, facts, PageImages(house.settings.archive.page_images))
    signed = sign_pdf(
        archival,
        folder / f"{name}.pdf",
        house.agency_identity if signer is SigningRole.AGENCY else house.identity,
        mark,
        house.assurance,
        first_page=document.pages[0],
    )
    unsigned.unlink()
    return replace(signed, role=signer)


def make_mark(signing: SigningSettings, document_id: str, scan_sha256: str) -> MarkText:
    """Return what the mark on a document says, by the template of its kind of copy, and what its QR code opens."""
    template, url = signing.mark.template, signing.mark.verification_url
    return MarkText(
        form=signing.form or template.form,
        agency=signing.agency,
        person=signing.person,
        template=template.text,
        font_path=signing.mark_font,
        link=fill_link(url, document_id, scan_sha256) if url else "",
    )


def keep_signed_pdf(original: Path, page_count: int) -> SignedPdf:
    """Return an incoming signed PDF as it is: nothing rewrites a signed file."""
    return SignedPdf(
        path=original,
        sha256=hash_file(original),
        page_count=page_count,
        level=None,
        signer="",
        signed_at=None,
        is_demonstration=False,
    )
