"""Pages as a reader would give them, drawn from lines with their place; A4 at 200 dpi."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from classifiers import classify
from classifiers.fields import extract_fields
from dossiers.document_type import DocumentType
from dossiers.model import ExtractedField, RecognizedDocument
from dossiers.page import BoxPx, PageSource, QualityVerdict, RecognizedLine, RecognizedPage, RecognizedWord

WIDTH_PX, HEIGHT_PX = 1654, 2339
LETTER_PX = 17
SHA256 = "ab" * 32
MOTTO = (("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 0.68, 0.06), ("Độc lập - Tự do - Hạnh phúc", 0.68, 0.08))
BODY = (
    "Thực hiện kế hoạch công tác của cơ quan và căn cứ tình hình thực tế tại địa",
    "phương trong thời gian qua, đơn vị xin nêu các nội dung cụ thể như sau đây:",
)
Placed = tuple[str, float, float]


def make_words(
    text: str, centre: float, top: float, confidence: float = 0.95, letter_px: int = LETTER_PX
) -> list[RecognizedWord]:
    """Set ``text`` around ``centre`` (fraction of the width), its top at ``top`` (fraction of the height)."""
    left = round(centre * WIDTH_PX - len(text) * letter_px / 2)
    words = []
    for word in text.split(" "):
        right = left + len(word) * letter_px
        if word:
            words.append(
                RecognizedWord(word, BoxPx(left, round(top * HEIGHT_PX), right, round(top * HEIGHT_PX) + 30), confidence)
            )
        left = right + letter_px
    return words


def make_line(words: list[RecognizedWord]) -> RecognizedLine:
    """Join words into a line."""
    box = words[0].bbox_px
    for word in words:
        box = box.union(word.bbox_px)
    confidence = sum(word.confidence for word in words) / len(words)
    return RecognizedLine(" ".join(word.text for word in words), box, confidence, tuple(words))


def make_page(
    *placed: Placed, number: int = 1, quality: QualityVerdict | None = None, confidence: float = 0.95
) -> RecognizedPage:
    """Draw a page from (text, centre, top) triples."""
    lines = tuple(make_line(make_words(text, centre, top, confidence)) for text, centre, top in placed)
    return page_of(lines, number=number, quality=quality)


def page_of(lines: tuple[RecognizedLine, ...], *, number: int = 1, quality: QualityVerdict | None = None) -> RecognizedPage:
    """Make a page from finished lines."""
    source = PageSource(number, Path(f"page-{number}.png"), SHA256, "image/png", WIDTH_PX, HEIGHT_PX, 200, lossless=True)
    verdict = quality or QualityVerdict(200, 1.0, 0.8, is_blank=not lines, is_colour=True)
    return RecognizedPage(source, WIDTH_PX, HEIGHT_PX, 0, 0.0, verdict, lines, {})


def make_blank(number: int) -> RecognizedPage:
    """Draw an empty verso."""
    return page_of((), number=number)


def make_document(*pages: RecognizedPage, is_signed_pdf: bool = False) -> RecognizedDocument:
    """Bind pages into a scan."""
    return RecognizedDocument(SHA256, pages, "test", is_signed_pdf)


def letterhead(
    number: str = "Số: 47/QĐ-UBND",
    date: str = "An Giang, ngày 17 tháng 03 năm 2026",
    agency: tuple[str, ...] = ("ỦY BAN NHÂN DÂN", "TỈNH AN GIANG"),
) -> tuple[Placed, ...]:
    """Return the letterhead of an administrative document."""
    lines = tuple((line, 0.25, 0.06 + 0.02 * index) for index, line in enumerate(agency))
    numbered = ((number, 0.25, 0.12),) if number else ()
    dated = ((date, 0.7, 0.12),) if date else ()
    return (*lines, *MOTTO, *numbered, *dated)


def body(top: float = 0.3, lines: int = 6) -> tuple[Placed, ...]:
    """Return running text from ``top`` downwards."""
    return tuple((BODY[index % 2], 0.54, top + 0.022 * index) for index in range(lines))


def signature(*positions: str, name: str = "Nguyễn Văn Minh", top: float = 0.6) -> tuple[Placed, ...]:
    """Return the recipients on the left and the signature block on the right."""
    block = tuple((position, 0.72, top + 0.02 * index) for index, position in enumerate(positions))
    below = ((name, 0.72, top + 0.02 * len(positions) + 0.1),) if name else ()
    return (("Nơi nhận:", 0.16, top), *block, ("- Như trên;", 0.16, top + 0.02), ("- Lưu: VT.", 0.16, top + 0.04), *below)


Types = Mapping[str, DocumentType]


def read_fields(types: Types, *pages: RecognizedPage) -> dict[str, ExtractedField]:
    return extract_fields(classify(pages, types), types)


def read_values(types: Types, *pages: RecognizedPage) -> dict[str, str]:
    return {name: field.value for name, field in read_fields(types, *pages).items()}


def decision(*head: Placed, number: int = 1, title: str = "QUYẾT ĐỊNH") -> RecognizedPage:
    subject = (("Về việc kinh phí hỗ trợ quà Tết cho hộ nghèo", 0.5, 0.20), ("trên địa bàn tỉnh năm 2026", 0.5, 0.222))
    authority = ("ỦY BAN NHÂN DÂN TỈNH AN GIANG", 0.5, 0.27)
    return make_page(*(head or letterhead()), (title, 0.5, 0.17), *subject, authority, *body(0.32), number=number)
