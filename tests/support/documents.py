"""Small described documents for tests of what comes after recognition."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from dossiers.model import (
    Actor,
    ClassifiedDocument,
    DescribedDocument,
    ExtractedField,
    ReviewNote,
    ReviewReason,
    ScannedFile,
    SignatureLevel,
    SignedPdf,
)
from dossiers.page import BoxPx, PageSource, QualityVerdict, RecognizedLine, RecognizedPage, RecognizedWord

CLERK = Actor("clerk-1", "Trần Thị Bình", "Bộ phận Một cửa phường Long Xuyên")
SCAN_SHA256 = sha256(b"a scan").hexdigest()
DOSSIER = "H01.50.05.13-261008-0975"
RECEIVED_AT = datetime(2026, 10, 8, 1, 30, tzinfo=UTC)


def make_page(number: int, text: str) -> RecognizedPage:
    """Return a page of one word a line."""
    lines = []
    for row, line in enumerate(text.splitlines()):
        words = tuple(
            RecognizedWord(word, BoxPx(100 * column, 40 * row, 100 * column + 90, 40 * row + 30), 0.9)
            for column, word in enumerate(line.split())
        )
        lines.append(RecognizedLine(" ".join(line.split()), BoxPx(0, 40 * row, 1654, 40 * row + 30), 0.9, words))
    return RecognizedPage(
        source=PageSource(
            number, Path(f"/spool/page-{number}.jpg"), sha256(text.encode()).hexdigest(), "image/jpeg", 1654, 2339, 200, True
        ),
        width_px=1654,
        height_px=2339,
        rotation_deg=90,
        skew_deg=-0.4321,
        quality=QualityVerdict(200, 3.2, 0.8, is_blank=False, is_colour=True),
        lines=tuple(lines),
        seconds={"ocr": 1.234},
    )


def make_described(
    *,
    dossier_number: str | None = DOSSIER,
    review_reasons: tuple[ReviewReason, ...] = (),
    review_notes: tuple[ReviewNote, ...] = (),
    first_page: int = 1,
) -> DescribedDocument:
    """Return a decision of two pages."""
    pages = (make_page(first_page, "QUYẾT ĐỊNH\nSố: 47/QĐ-UBND"), make_page(first_page + 1, "Nơi nhận: Như Điều 3"))
    values = {
        "document_number": "47",
        "document_symbol": "QĐ-UBND",
        "issue_date": "2026-10-05",
        "issuing_authority": "Ủy ban nhân dân phường Long Xuyên",
        "abstract": "Về việc cấp giấy phép xây dựng nhà ở riêng lẻ",
        "signatory": "Nguyễn Văn An",
        "signatory_position": "Chủ tịch",
    }
    fields = {name: ExtractedField(name, value, 0.93, first_page, BoxPx(10, 20, 300, 60)) for name, value in values.items()}
    document = ClassifiedDocument(SCAN_SHA256, pages, "quyet-dinh", "Quyết định", 0.97, ("title",))
    return DescribedDocument(document, dossier_number, fields, review_reasons, review_notes)


def make_scan(folder: Path) -> ScannedFile:
    """Return the handed-in file."""
    path = folder / "scan.bin"
    path.write_bytes(b"a scan")
    return ScannedFile(path, SCAN_SHA256, 6, "hồ sơ quét.pdf", DOSSIER, RECEIVED_AT)


def make_signed(folder: Path, content: bytes = b"%PDF-1.7 signed", *, signed_at: datetime = RECEIVED_AT) -> SignedPdf:
    """Return a file that stands for a signed PDF; storing does not look into it."""
    digest = sha256(content).hexdigest()
    path = folder / f"{digest[:8]}.pdf"
    path.write_bytes(content)
    return SignedPdf(path, digest, 2, SignatureLevel.B_B, "Con dấu trình diễn Sohoa", signed_at, is_demonstration=True)


def with_type(described: DescribedDocument, type_name: str) -> DescribedDocument:
    """Return the document under another type's name."""
    return replace(described, document=replace(described.document, type_name=type_name))
