"""Pages drawn for tests: known words at known places, as a scanner would hand them in (turned, skewed, in any format)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from dossiers.model import ClassifiedDocument, DescribedDocument, ExtractedField
from dossiers.page import BoxPx, PageSource, QualityVerdict, RecognizedLine, RecognizedPage, RecognizedWord
from pdf.archival import ArchivalFacts

FONT = "/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf"
DPI = 200
A4_PX = (1654, 2339)
QUALITY = QualityVerdict(dpi=DPI, sharpness=1.0, contrast=1.0, is_blank=False, is_colour=False)
FACTS = ArchivalFacts(datetime(2026, 11, 24, tzinfo=UTC), "Sohoa test", "Ủy ban nhân dân xã Hòa Lạc")

# Every Vietnamese letter with every tone mark, and what else stands in an official letter.
LETTERS = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "AÀẢÃÁẠ ĂẰẲẴẮẶ ÂẦẨẪẤẬ aàảãáạ ăằẳẵắặ âầẩẫấậ",
    "EÈẺẼÉẸ ÊỀỂỄẾỆ eèẻẽéẹ êềểễếệ IÌỈĨÍỊ iìỉĩíị",
    "OÒỎÕÓỌ ÔỒỔỖỐỘ ƠỜỞỠỚỢ oòỏõóọ ôồổỗốộ ơờởỡớợ",
    "UÙỦŨÚỤ ƯỪỬỮỨỰ uùủũúụ ưừửữứự YỲỶỸÝỴ yỳỷỹýỵ Đđ",
    "Số: 574/UBND-KTTH, ngày 04 tháng 02 năm 2025; gạch nối cuối dòng -",
    "“ngoặc kép” – gạch ngang… 50 % (năm mươi phần trăm) & m²",
]


class ScanStyle(NamedTuple):
    """How a drawn page is handed in: file ending, Pillow mode, and how far it is to be turned clockwise to be level."""

    ending: str
    mode: str
    rotation_deg: int = 0
    skew_deg: float = 0.0


MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "tif": "image/tiff"}


def draw_upright(
    texts: list[str], size_px: tuple[int, int] = A4_PX, top_px: int = 300
) -> tuple[Image.Image, list[RecognizedLine]]:
    """Draw lines of text in black on white, and return the picture with what a perfect reader would find."""
    picture = Image.new("L", A4_PX, 255)
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(FONT, 40)
    lines = []
    for number, text in enumerate(texts):
        left, top, words = 200.0, top_px + 70 * number, list[RecognizedWord]()
        for word in text.split():
            box = pen.textbbox((left, top), word, font=font)
            pen.text((left, top), word, font=font, fill=0)
            words.append(RecognizedWord(word, BoxPx(int(box[0]), int(box[1]), int(box[2]) + 1, int(box[3]) + 1), 0.9))
            left = box[2] + 12
        bbox = words[0].bbox_px
        for found in words[1:]:
            bbox = bbox.union(found.bbox_px)
        lines.append(RecognizedLine(text, bbox, 0.9, tuple(words)))
    return picture, lines


def make_page(folder: Path, number: int, style: ScanStyle, texts: list[str] | None = None, top_px: int = 300) -> RecognizedPage:
    """Write a page as it would be scanned and return it as it would be recognised."""
    upright, lines = draw_upright(LETTERS if texts is None else texts, top_px=top_px)
    scan = upright.rotate(style.skew_deg, resample=Image.Resampling.BICUBIC, fillcolor=255)  # Pillow turns anticlockwise
    scan = scan.rotate(style.rotation_deg, expand=True)
    scan = scan.convert("RGB").quantize(16) if style.mode == "P" else scan.convert(style.mode)
    path = folder / f"page-{number}.{style.ending}"
    if style.ending == "tif":
        scan.save(path, compression="group4", tiffinfo={278: scan.height})  # one strip
    else:
        scan.save(path)
    return page_of(path, number, scan.size, style, upright.size, lines)


def page_of(
    path: Path,
    number: int,
    scan_px: tuple[int, int],
    style: ScanStyle,
    upright_px: tuple[int, int],
    lines: list[RecognizedLine],
) -> RecognizedPage:
    """Return the recognised page of an image file."""
    source = PageSource(number, path, "0" * 64, MEDIA_TYPES[style.ending], *scan_px, dpi=DPI, lossless=True)
    return RecognizedPage(source, *upright_px, style.rotation_deg, style.skew_deg, QUALITY, tuple(lines), {})


def make_document(*pages: RecognizedPage) -> DescribedDocument:
    """Return a described document of the pages: an official letter about an inspection."""
    document = ClassifiedDocument("ab" * 32, pages, "cong_van", "Công văn", 0.9, ())
    box = BoxPx(0, 0, 1, 1)
    fields = {
        "document_number": ExtractedField("document_number", "574", 0.9, 1, box),
        "document_symbol": ExtractedField("document_symbol", "UBND-KTTH", 0.9, 1, box),
        "abstract": ExtractedField("abstract", "Về việc kiểm tra", 0.9, 1, box),
    }
    return DescribedDocument(document, "H15.50.05.13-261008-0975", fields, ())
