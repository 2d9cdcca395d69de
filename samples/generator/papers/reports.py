"""Administrative documents after NĐ 30/2020: proposal, report, minutes."""

from __future__ import annotations

from samples.generator.fiction import (
    format_long_date,
    format_money,
    format_short_date,
    invent_person,
)
from samples.generator.letterhead import draw_closing, draw_signature
from samples.generator.papers.administrative import begin_document
from samples.generator.papers.case import Case, finish, list_issue_fields, table, write_body
from samples.generator.sheet import Style
from samples.generator.truth import Paper


def draw_to_trinh(case: Case) -> Paper:
    """Draw a proposal to the superior."""
    about = ("Về việc phê duyệt kinh phí sửa chữa, nâng cấp", "Trung tâm Phục vụ hành chính công")
    draft, number, symbol = begin_document(case, "TTr", "TỜ TRÌNH", about, case.rng.randint(3, 160))
    agency = case.agency
    draft.centre("Kính gửi: Ủy ban nhân dân tỉnh An Giang.", Style(13.5))
    draft.skip(3)
    costs = [case.rng.randint(40, 220) * 500_000 for _ in range(3)]
    write_body(
        draft,
        (
            "Căn cứ Luật Ngân sách nhà nước ngày 25 tháng 6 năm 2025 và các văn bản hướng dẫn thi hành;",
            (
                f"Trên cơ sở hiện trạng trang thiết bị tại Bộ phận Một cửa, {agency.called} kính trình Ủy ban nhân dân tỉnh "
                "xem xét, phê duyệt kinh phí với các nội dung chủ yếu như sau:"
            ),
            "**1. Sự cần thiết**",
            (
                "Hai máy quét hiện có được trang bị từ năm 2016, chỉ quét được đen trắng, thường xuyên kẹt giấy, không đáp ứng "
                "yêu cầu số hóa hồ sơ bằng ảnh màu. Quầy tiếp nhận xuống cấp, chưa có lối đi cho người khuyết tật."
            ),
            "**2. Dự toán kinh phí**",
        ),
    )
    rows = [("STT", "Nội dung", "Số lượng", "Thành tiền (đồng)")]
    items = ("Máy quét màu hai mặt khổ A4", "Sửa chữa quầy tiếp nhận", "Lối đi cho người khuyết tật")
    for index, (item, cost) in enumerate(zip(items, costs, strict=True), 1):
        rows.append((str(index), item, f"{4 - index:02d}", format_money(cost)))
    rows.append(("", "Tổng cộng", "", format_money(sum(costs))))
    table(draft, (14, 80, 27, 42), rows)
    draft.paragraph(
        f"**3. Nguồn kinh phí:** Nguồn sự nghiệp kinh tế năm {case.day.year} của ngân sách tỉnh hỗ trợ có mục tiêu."
    )
    draft.paragraph(f"{agency.called} kính trình Ủy ban nhân dân tỉnh xem xét, quyết định./.")
    draw_closing(draft, case.rng, ("- Như trên;", "- Sở Tài chính;", "- CT, các PCT;", "- Lưu: VT, KT."), agency)
    return finish(draft, "to_trinh", list_issue_fields(agency, number, symbol, case.day, agency.head, about))


def draw_bao_cao(case: Case) -> Paper:
    """Draw a quarterly report with a table."""
    about = ("Kết quả tiếp nhận, giải quyết thủ tục hành chính", f"quý {_name_quarter(case)}")
    draft, number, symbol = begin_document(case, "BC", "BÁO CÁO", about, case.rng.randint(3, 380))
    agency, rng = case.agency, case.rng
    rows = [("STT", "Lĩnh vực", "Tiếp nhận", "Trước hạn", "Đúng hạn", "Quá hạn")]
    for index, area in enumerate(("Xây dựng", "Nhà ở", "Đất đai", "Quy hoạch", "Hạ tầng kỹ thuật"), 1):
        early, due = rng.randint(40, 400), rng.randint(10, 90)
        late = rng.randint(0, 4)
        rows.append((str(index), area, str(early + due + late), str(early), str(due), f"{late:02d}"))
    draft.paragraph("**I. TÌNH HÌNH TIẾP NHẬN, GIẢI QUYẾT**")
    draft.paragraph(
        f"Trong quý {_name_quarter(case)}, Bộ phận Một cửa của {agency.called} tiếp nhận hồ sơ của tổ chức, cá nhân "
        "bằng cả ba hình thức: trực tiếp, trực tuyến và qua dịch vụ bưu chính công ích. Kết quả cụ thể theo từng lĩnh vực:"
    )
    table(draft, (14, 51, 26, 25, 24, 23), rows)
    write_body(
        draft,
        (
            "Hồ sơ quá hạn chủ yếu thuộc lĩnh vực đất đai, do phải xác minh nguồn gốc sử dụng đất qua nhiều thời kỳ.",
            "**II. KẾT QUẢ SỐ HÓA**",
            (
                "Tỷ lệ số hóa hồ sơ, giấy tờ khi tiếp nhận đạt 71,46%; tỷ lệ số hóa kết quả giải quyết đạt 64,82%; tỷ lệ cấp "
                "kết quả điện tử đạt 58,10%. So với chỉ tiêu 80% được giao, tỷ lệ số hóa còn thấp vì hồ sơ giấy "
                "phải quét nhiều lần."
            ),
            "**III. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN**",
            (
                "Máy quét thiếu và cũ; một số tệp quét bị nghiêng, mờ, sai chiều trang; việc đặt tên tệp chưa thống nhất nên "
                "khó tra cứu. Công chức kiêm nhiệm nhiều việc, chưa kiểm tra chất lượng ảnh trước khi ký số."
            ),
            "**IV. PHƯƠNG HƯỚNG, NHIỆM VỤ QUÝ TỚI**",
            "1. Hoàn thành số hóa hồ sơ lưu trữ còn hiệu lực; mỗi ngày số hóa tối thiểu 120 trang.",
            "2. Bố trí hai công chức chuyên trách quét, kiểm tra và ký số kết quả; bổ sung máy quét màu tự động hai mặt.",
            "3. Tuyên truyền, hướng dẫn người dân nộp hồ sơ trực tuyến, thanh toán phí, lệ phí không dùng tiền mặt.",
            (
                f"Trên đây là Báo cáo kết quả tiếp nhận, giải quyết thủ tục hành chính quý {_name_quarter(case)} của "
                f"{agency.called}./."
            ),
        ),
    )
    draw_closing(draft, rng, ("- UBND tỉnh;", "- Sở Nội vụ;", "- TT Đảng ủy;", "- Lưu: VT."), agency)
    return finish(draft, "bao_cao", list_issue_fields(agency, number, symbol, case.day, agency.head, about))


def draw_bien_ban(case: Case) -> Paper:
    """Draw minutes of a meeting: two signatures, the seal with the second."""
    about = ("Họp xét duyệt hồ sơ đề nghị trợ giúp xã hội",)
    agency, rng, citizen = case.agency, case.rng, case.citizen
    draft, number, symbol = begin_document(case, "BB", "BIÊN BẢN", about, rng.randint(3, 60))
    chair, clerk = agency.head, invent_person(rng)
    write_body(
        draft,
        (
            (
                f"Hôm nay, vào lúc 8 giờ 00 phút, {format_long_date(case.day)}, tại phòng họp {agency.called}, Hội đồng xét "
                "duyệt trợ giúp xã hội tiến hành họp xét duyệt hồ sơ."
            ),
            "**I. THÀNH PHẦN THAM DỰ**",
            f"1. Chủ trì: {chair.name} - Chủ tịch Hội đồng.",
            f"2. Thư ký: {clerk.name} - Công chức phòng Văn hóa - Xã hội.",
            "3. Các thành viên Hội đồng: 07/07 người, vắng: 0.",
            "**II. NỘI DUNG**",
            (
                f"Hội đồng xem xét hồ sơ của {citizen.name}, sinh ngày {format_short_date(citizen.birth)}, nơi "
                f"thường trú: {citizen.address}. "
                "Hoàn cảnh: thuộc hộ cận nghèo, từ đủ 75 tuổi trở lên, không có lương hưu, không có trợ cấp bảo "
                "hiểm xã hội hằng tháng."
            ),
            "Kết quả biểu quyết: 07/07 thành viên đồng ý (đạt 100%).",
            "**III. KẾT LUẬN**",
            (
                f"Hội đồng thống nhất đề nghị Chủ tịch {agency.called} quyết định cho hưởng trợ cấp xã hội hằng tháng "
                "theo quy định."
            ),
            (
                "Cuộc họp kết thúc vào lúc 10 giờ 30 phút cùng ngày. Biên bản được lập thành 02 bản và thông qua "
                "trước toàn thể Hội đồng./."
            ),
        ),
    )
    draft.need(48)
    top = draft.y + 8
    draw_signature(draft, rng, top, ("THƯ KÝ",), clerk.name, middle=64)
    draw_signature(draft, rng, top, ("CHỦ TRÌ",), chair.name, seal=(agency.seal_top, agency.seal_bottom))
    fields = list_issue_fields(agency, number, symbol, case.day, None, about)
    return finish(draft, "bien_ban", fields | {"signatory": chair.name, "signatory_position": "CHỦ TRÌ"})


def _name_quarter(case: Case) -> str:
    """Return the quarter that ends before or at the case's day: "II năm 2025"."""
    year, quarter = case.day.year, (case.day.month + 1) // 3
    return f"{('IV', 'I', 'II', 'III', 'IV')[quarter]} năm {year if quarter else year - 1}"
