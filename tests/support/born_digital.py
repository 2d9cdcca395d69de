"""A result as an agency's office program writes it: text and lines, no scan."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_FONTS = Path("/usr/share/fonts/truetype/liberation2")
NUMBER = "318/TB-UBND"
_LEFT, _RIGHT = 165, 420
_BODY = (
    "Căn cứ hồ sơ đề nghị của công dân và kết quả xem xét của bộ phận chuyên môn,",
    "Ủy ban nhân dân phường Tân Mẫu thông báo như sau:",
    "1. Hồ sơ đề nghị hỗ trợ tu sửa nhà ở đã được tiếp nhận đầy đủ theo quy định.",
    "2. Thời gian giải quyết là mười lăm ngày làm việc kể từ ngày tiếp nhận hồ sơ.",
    "3. Kết quả được trả tại Bộ phận Một cửa hoặc qua dịch vụ bưu chính công ích.",
    "Ủy ban nhân dân phường Tân Mẫu thông báo để các tổ chức, cá nhân biết và thực hiện.",
)


def write_result(path: Path) -> Path:
    """Write a notice (thông báo) of one page as a PDF of text."""
    for name, file in (("Notice", "LiberationSerif-Regular.ttf"), ("NoticeBold", "LiberationSerif-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(_FONTS / file)))
    canvas = Canvas(str(path), pagesize=A4, invariant=1, pageCompression=0)
    for x, y, font, size, text in (
        (_LEFT, 780, "Notice", 13, "ỦY BAN NHÂN DÂN"),
        (_LEFT, 764, "NoticeBold", 13, "PHƯỜNG TÂN MẪU"),
        (_LEFT, 736, "Notice", 13, f"Số: {NUMBER}"),
        (_RIGHT, 780, "NoticeBold", 13, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        (_RIGHT, 764, "NoticeBold", 13, "Độc lập - Tự do - Hạnh phúc"),
        (_RIGHT, 736, "Notice", 13, "Tân Mẫu, ngày 16 tháng 10 năm 2026"),
        (297, 690, "NoticeBold", 14, "THÔNG BÁO"),
        (297, 672, "NoticeBold", 14, "Về việc giải quyết hồ sơ hỗ trợ tu sửa nhà ở"),
        (420, 440, "NoticeBold", 13, "CHỦ TỊCH"),
        (420, 360, "NoticeBold", 13, "Nguyễn Văn Mẫu"),
    ):
        canvas.setFont(font, size)
        canvas.drawCentredString(x, y, text)
    canvas.line(380, 758, 462, 758)
    canvas.setFont("Notice", 13)
    for row, line in enumerate(_BODY):
        canvas.drawString(70, 630 - 22 * row, line)
    canvas.showPage()
    canvas.save()
    return path
