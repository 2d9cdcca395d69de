"""From a described document to a PDF/A-2b: the scan's own pixels under an invisible text layer.

Pages are built in batches that go to temporary files, so that memory does not grow with their number. The result is
validated by pikepdf's PDF/A validator as it is written (ISO 19005-2); a file that does not pass never appears.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pikepdf.pdfa
from pikepdf import Array, Dictionary, Name

from dossiers.errors import SohoaError, TruncatedFileError
from dossiers.model import ArchivalPdf, DescribedDocument
from dossiers.page import RecognizedPage
from pdf.files import hash_file, name_disk_fault
from pdf.glyphless_font import CharacterCodes, build_font
from pdf.page_image import build_image_operators, measure_points_per_px
from pdf.srgb_profile import build_srgb_profile
from pdf.stored_image import PageImages, store_image
from pdf.text_layer import FONT_RESOURCE, build_text_layer

_BATCH_BYTES = 32 * 1024 * 1024
_BATCH_PAGES = 25
_TITLE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class ArchivalFacts:
    """What the PDF says about itself besides the document's own fields.

    ``created_at`` goes into XMP and Info, so that the same facts give the same bytes. ``title`` replaces the title made
    of type, number and abstract. ``author`` is the agency that digitized.
    """

    created_at: datetime
    creator_tool: str
    author: str = ""
    title: str | None = None
    language: str = "vi-VN"


def build_archival_pdf(
    document: DescribedDocument, out_path: Path, facts: ArchivalFacts, page_images: PageImages = PageImages.COMPACT
) -> ArchivalPdf:
    """Write the document as PDF/A-2b to ``out_path``, whole or not at all.

    Each page's content begins with a marked-content point ``SohoaPageImage`` that says in which form its image is stored.

    Raises ``TruncatedFileError``, ``TooLargeError`` or ``PageSizeError`` for a page that cannot be embedded,
    ``StorageFullError`` or ``StorageUnavailableError`` when the disk fails, ``SohoaError`` when the result does not pass
    as PDF/A.
    """
    pages = document.document.pages
    try:
        with ExitStack() as opened, tempfile.TemporaryDirectory(prefix="sohoa-pdf-", dir=out_path.parent) as folder:
            pdf = opened.enter_context(pikepdf.new())
            codes = CharacterCodes()
            for number, batch in enumerate(_batch_pages(pages)):
                staged_path = Path(folder, f"{number}.pdf")
                _stage_pages(batch, codes, staged_path, page_images)
                pdf.pages.extend(opened.enter_context(pikepdf.open(staged_path)).pages)
            _attach_font(pdf, codes)
            _describe(pdf, document, facts)
            pikepdf.pdfa.prepare(pdf, "2b", output_intent=build_srgb_profile(), output_condition_identifier="sRGB")
            _date_metadata(pdf, facts)  # preparing puts the clock's time there
            pikepdf.pdfa.save(pdf, out_path, "2b", repair=False, deterministic_id=True)
    except pikepdf.pdfa.PdfaError as error:
        findings = "; ".join(f"{finding.rule}: {finding.message}" for finding in error.report.findings[:3])
        raise SohoaError(detail=f"the PDF does not pass as PDF/A-2b ({findings})") from error
    except pikepdf.PdfError as error:
        raise TruncatedFileError(name=out_path.name, detail=str(error)) from error
    except OSError as error:
        raise name_disk_fault(error, out_path.parent) from error
    return ArchivalPdf(path=out_path, sha256=hash_file(out_path), page_count=len(pages))


def make_title(document: DescribedDocument) -> str:
    """Return type name, number and abstract as one line of at most 500 characters (NĐ 30/2020, Appendix VI: Subject)."""
    values = {name: field.value for name, field in document.fields.items()}
    number = values.get("document_number", "")
    symbol = values.get("document_symbol", "")
    reference = number if not symbol or symbol in number else f"{number}/{symbol}".strip("/")
    head = " ".join(part for part in (document.document.type_name, reference and f"số {reference}") if part)
    title = ": ".join(part for part in (head, values.get("abstract", "")) if part)
    return " ".join(title.split())[:_TITLE_LENGTH]


def _batch_pages(pages: tuple[RecognizedPage, ...]) -> Iterator[list[RecognizedPage]]:
    batch: list[RecognizedPage] = []
    size_bytes = 0
    for page in pages:
        batch.append(page)
        size_bytes += page.source.path.stat().st_size
        if size_bytes >= _BATCH_BYTES or len(batch) >= _BATCH_PAGES:
            yield batch
            batch, size_bytes = [], 0
    if batch:
        yield batch


def _stage_pages(pages: list[RecognizedPage], codes: CharacterCodes, path: Path, page_images: PageImages) -> None:
    with pikepdf.new() as staged:
        for page in pages:
            scale = measure_points_per_px(page)
            text = build_text_layer(page, codes, scale)
            stored = store_image(staged, page.source, page_images)
            content = b"\n".join([stored.note, build_image_operators(page, scale, stored.images), text])
            leaf = Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(page.width_px * scale, 4), round(page.height_px * scale, 4)]),
                Resources=Dictionary(XObject=Dictionary({f"/{name}": image for name, image in stored.images.items()})),
                Contents=staged.make_stream(content),
            )
            if text:
                leaf.Resources.Font = Dictionary()
            staged.pages.append(pikepdf.Page(staged.make_indirect(leaf)))
        staged.save(path, deterministic_id=True)


def _attach_font(pdf: pikepdf.Pdf, codes: CharacterCodes) -> None:
    if not codes.units:
        return
    font = build_font(pdf, codes)
    for page in pdf.pages:
        if Name.Font in page.obj.Resources:
            page.obj.Resources.Font[Name(f"/{FONT_RESOURCE}")] = font


def _describe(pdf: pikepdf.Pdf, document: DescribedDocument, facts: ArchivalFacts) -> None:
    title = facts.title or make_title(document)
    stamp = facts.created_at.astimezone(UTC).replace(microsecond=0)
    pdf.Root.Lang = pikepdf.String(facts.language)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["dc:title"] = title
        xmp["dc:language"] = {facts.language}
        xmp["dc:format"] = "application/pdf"
        xmp["dc:source"] = f"sha256:{document.document.scan_sha256}"
        if facts.author:
            xmp["dc:creator"] = [facts.author]
        if document.dossier_number:
            xmp["dc:identifier"] = document.dossier_number
        xmp["xmp:CreatorTool"] = facts.creator_tool
        xmp["xmp:CreateDate"] = xmp["xmp:ModifyDate"] = stamp.isoformat()
    date = stamp.strftime("D:%Y%m%d%H%M%S+00'00'")
    info = {"/Title": title, "/Creator": facts.creator_tool}
    info |= {"/CreationDate": date, "/ModDate": date} | ({"/Author": facts.author} if facts.author else {})
    for key, value in info.items():
        pdf.docinfo[key] = pikepdf.String(value)


def _date_metadata(pdf: pikepdf.Pdf, facts: ArchivalFacts) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
        xmp["xmp:MetadataDate"] = facts.created_at.astimezone(UTC).replace(microsecond=0).isoformat()
