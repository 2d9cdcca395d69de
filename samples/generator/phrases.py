"""Invented office Vietnamese in great variety: sentences put together by chance, so that no two pages say the same."""

from __future__ import annotations

import datetime as dt
from random import Random

from samples.generator.fiction import format_long_date, format_money, format_short_date

WHO = (
    "Phòng Văn hóa - Xã hội",
    "Phòng Kinh tế, Hạ tầng và Đô thị",
    "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân",
    "Trung tâm Phục vụ hành chính công",
    "Ban Quản lý dự án đầu tư xây dựng",
    "Trưởng các khóm, ấp",
    "Công an phường",
    "Trạm Y tế",
    "Hiệu trưởng các trường trung học cơ sở",
    "Công chức tư pháp - hộ tịch",
    "Tổ công nghệ số cộng đồng",
    "Hội Liên hiệp Phụ nữ",
    "Đoàn Thanh niên",
    "Bộ phận Một cửa",
    "Kho bạc Nhà nước khu vực",
    "Chi nhánh Văn phòng Đăng ký đất đai",
)
DOES = (
    "chủ trì, phối hợp với các đơn vị liên quan",
    "khẩn trương rà soát và",
    "có trách nhiệm",
    "tăng cường kiểm tra, đôn đốc và",
    "chịu trách nhiệm trước pháp luật về việc",
    "bố trí cán bộ đủ năng lực để",
    "chủ động tham mưu, đề xuất giải pháp và",
    "thường xuyên theo dõi, kịp thời",
    "nghiêm túc quán triệt, tiếp tục",
    "xây dựng kế hoạch cụ thể nhằm",
)
WHAT = (
    "tổng hợp danh sách hộ nghèo, hộ cận nghèo",
    "lập hồ sơ đề nghị hỗ trợ khắc phục thiệt hại do thiên tai",
    "thẩm định dự toán sửa chữa cầu, đường giao thông nông thôn",
    "số hóa sổ hộ tịch và giấy tờ lưu trữ còn giá trị sử dụng",
    "giải quyết dứt điểm đơn khiếu nại, tố cáo của công dân",
    "niêm yết công khai mức thu phí, lệ phí",
    "tuyên truyền, vận động người dân tham gia bảo hiểm y tế",
    "kiểm kê tài sản công, thanh lý trang thiết bị hư hỏng",
    "cập nhật biến động đất đai vào cơ sở dữ liệu",
    "nghiệm thu khối lượng, quyết toán nguồn vốn sự nghiệp",
    "phòng, chống dịch bệnh trên đàn gia súc, gia cầm",
    "xử lý vi phạm trật tự xây dựng, lấn chiếm vỉa hè",
    "chi trả trợ cấp cho đối tượng bảo trợ xã hội",
    "tổ chức hội nghị sơ kết, biểu dương tập thể xuất sắc",
    "cung cấp dịch vụ công trực tuyến toàn trình",
    "bảo đảm an toàn thông tin, bảo mật dữ liệu cá nhân",
)
HOW = (
    "theo đúng quy định của pháp luật",
    "bảo đảm tiết kiệm, hiệu quả, tránh lãng phí",
    "trên địa bàn từng khóm, ấp",
    "không để tồn đọng, kéo dài",
    "theo phương châm rõ người, rõ việc, rõ thời gian",
    "gắn với chỉ tiêu thi đua của từng cá nhân",
    "trong phạm vi chức năng, nhiệm vụ được giao",
    "và tổ chức thực hiện sau khi được phê duyệt",
    "kèm theo biên bản có chữ ký của các bên",
    "nếu phát sinh vướng mắc thì báo cáo để xem xét",
)
LAWS = (
    "Luật Tổ chức chính quyền địa phương",
    "Luật Ngân sách nhà nước",
    "Luật Lưu trữ",
    "Luật Hộ tịch",
    "Luật Đất đai",
    "Luật Khiếu nại",
    "Luật Người cao tuổi",
    "Luật Giao dịch điện tử",
)
ABOUTS = (
    ("Về việc tăng cường công tác lưu trữ,", "số hóa hồ sơ tại cơ quan"),
    ("Về việc phê duyệt danh sách hỗ trợ", "hộ gia đình bị thiệt hại do sạt lở"),
    ("Về việc kiện toàn Ban Chỉ đạo", "chuyển đổi số năm 2026"),
    ("Về việc giao chỉ tiêu, kế hoạch", "phát triển kinh tế - xã hội"),
    ("Về việc tiếp nhận và xử lý phản ánh,", "kiến nghị của tổ chức, cá nhân"),
    ("Về việc cho phép chuyển mục đích", "sử dụng đất nông nghiệp"),
)
SYMBOLS = ("UBND", "VP", "VHXH", "KTHT", "TTHC", "HĐND", "TCKH", "NV")


def invent_sentence(rng: Random) -> str:
    """Return one sentence of an order, in one of several shapes, often with a date, a sum or a number in it."""
    who, does, what, how = rng.choice(WHO), rng.choice(DOES), rng.choice(WHAT), rng.choice(HOW)
    shape = rng.randrange(5)
    if shape == 0:
        return f"Giao {who} {does} {what} {how}; báo cáo kết quả trước {format_long_date(invent_day(rng))}."
    if shape == 1:
        return f"{who} {does} {what}, với kinh phí {format_money(rng.randint(12, 9800) * 50_000)} đồng, {how}."
    if shape == 2:
        return f"Thực hiện Công văn số {invent_number(rng)} {format_long_date(invent_day(rng))}, {who} {does} {what} {how}."
    if shape == 3:
        share = f"{rng.randint(31, 99)},{rng.randint(0, 9)}%"
        quarter = rng.choice(("I", "II", "III", "IV"))
        return f"Trong quý {quarter}, tỷ lệ đạt {share}; {who} {does} {what} và {rng.choice(WHAT)}."
    limit = format_short_date(invent_day(rng))
    return f"Đối với việc {what}, đề nghị {who} {does} {rng.choice(WHAT)} {how} (hạn chót {limit})."


def invent_basis(rng: Random) -> str:
    """Return one "Căn cứ …" line of a decision."""
    if rng.random() < 0.5:
        return f"Căn cứ {rng.choice(LAWS)} {format_long_date(invent_day(rng))};"
    kind = rng.choice(("Nghị định", "Quyết định", "Thông tư", "Kế hoạch"))
    return f"Căn cứ {kind} số {invent_number(rng)} {format_long_date(invent_day(rng))} về việc {rng.choice(WHAT)};"


def invent_number(rng: Random) -> str:
    """Return a document number with its symbol."""
    kind = rng.choice(("", "QĐ-", "KH-", "BC-", "TTr-", "TB-"))
    return f"{rng.randint(2, 3200):02d}/{kind}{rng.choice(SYMBOLS)}"


def invent_day(rng: Random) -> dt.date:
    """Return a day of the years 2015 to 2026."""
    return dt.date(rng.randint(2015, 2026), rng.randint(1, 12), rng.randint(1, 28))
