"""Results of licensing: certificate of a household business, building permit."""

from __future__ import annotations

from dataclasses import replace

from samples.generator.draft import Draft
from samples.generator.fiction import format_short_date
from samples.generator.letterhead import draw_closing, draw_header, draw_title
from samples.generator.papers.case import Case, fill, finish, heading, list_citizen_fields, list_issue_fields
from samples.generator.papers.civil_status import shorten_address
from samples.generator.sheet import Style
from samples.generator.truth import Paper


def draw_gcn_dang_ky_ho_kinh_doanh(case: Case) -> Paper:
    """Draw the registration certificate of a household business."""
    rng, citizen = case.rng, case.citizen
    office = replace(case.agency, superior=(case.agency.title,), own=("PHÒNG KINH TẾ",), short="PKT")
    official = replace(case.agency.head, powers=("TRƯỞNG PHÒNG",))
    draft = Draft(case.dpi)
    number = f"89H{rng.randint(1, 9)}00{rng.randint(1000, 9999)}"
    # The superior's own name is too long for the column on one line.
    draw_header(draft, replace(office, superior=case.agency.own), case.day, hand=case.hand)
    draw_title(draft, "GIẤY CHỨNG NHẬN", ("ĐĂNG KÝ HỘ KINH DOANH",), rule=False, size_pt=16)
    draft.y -= 2
    draft.centre(f"Số: {number}", Style(13))
    draft.centre(f"Đăng ký lần đầu, ngày {format_short_date(case.day)}", Style(13, italic=True))
    draft.skip(4)
    fill(draft, ("1. Tên hộ kinh doanh:", f"TẠP HÓA {citizen.name.split()[-1].upper()} PHÁT"))
    fill(draft, ("2. Địa chỉ trụ sở:", shorten_address(citizen.address)))
    fill(draft, ("3. Ngành, nghề kinh doanh:", "Bán lẻ lương thực, thực phẩm, đồ uống"))
    fill(draft, ("4. Vốn kinh doanh:", f"{rng.randint(4, 18)}0.000.000 đồng"))
    heading(draft, "5. Thông tin về chủ hộ kinh doanh:")
    fill(draft, ("Họ, chữ đệm và tên:", citizen.name.upper()), ("Giới tính:", citizen.gender))
    fill(draft, ("Sinh ngày:", format_short_date(citizen.birth)), ("Dân tộc:", citizen.ethnicity), ("Quốc tịch:", "Việt Nam"))
    fill(draft, ("Số định danh cá nhân:", citizen.id_number))
    fill(draft, ("Nơi thường trú:", shorten_address(citizen.address)))
    draft.skip(4)
    draw_closing(draft, rng, (), office, official)
    fields = list_issue_fields(office, number, "", case.day, official)
    return finish(draft, "gcn_dang_ky_ho_kinh_doanh", fields | list_citizen_fields(citizen))


def draw_giay_phep_xay_dung(case: Case) -> Paper:
    """Draw a building permit: first the grant, then its conditions and the table of extensions, two pages."""
    rng, agency, citizen = case.rng, case.agency, case.citizen
    draft = Draft(case.dpi)
    number, symbol = str(rng.randint(12, 640)), f"GPXD-{agency.short}"
    draw_header(draft, agency, case.day, number=number, symbol=symbol, hand=case.hand)
    draw_title(draft, "GIẤY PHÉP XÂY DỰNG", ("(Sử dụng cho nhà ở riêng lẻ)",))
    for text in (
        f"**1.** Cấp cho: {citizen.name}, số định danh cá nhân: {citizen.id_number}.",
        f"Địa chỉ liên hệ: {citizen.address}.",
        "**2.** Được phép xây dựng công trình: Nhà ở riêng lẻ, theo thiết kế có ký hiệu: NORL-03.",
        "- Do: Công ty TNHH Tư vấn Xây dựng Lúa Vàng lập.",
        (
            f"- Vị trí xây dựng: thửa đất số {rng.randint(20, 480)}, tờ bản đồ số {rng.randint(3, 60)}, "
            f"{shorten_address(citizen.address)}."
        ),
        "- Cốt nền xây dựng công trình: +2,45 m so với cốt vỉa hè hiện trạng.",
        "- Mật độ xây dựng: 69,7%; hệ số sử dụng đất: 2,0.",
        "- Chỉ giới đường đỏ: 8,0 m; chỉ giới xây dựng: lùi 2,4 m so với chỉ giới đường đỏ.",
        "- Diện tích xây dựng: 84,0 m²; tổng diện tích sàn: 241,6 m².",
        "- Chiều cao công trình: 11,80 m; số tầng: 03 tầng; không có tầng hầm.",
        f"**3.** Giấy tờ về quyền sử dụng đất: Giấy chứng nhận số DK {rng.randint(100000, 999999)}.",
        (
            "**4.** Giấy phép này có hiệu lực khởi công xây dựng trong thời hạn 12 tháng kể từ ngày cấp; quá thời hạn trên "
            "phải đề nghị gia hạn giấy phép xây dựng."
        ),
    ):
        draft.paragraph(text)
    draw_closing(draft, rng, ("- Chủ đầu tư;", "- UBND phường (xã);", "- Lưu: VT, QLXD."), agency)
    draft.turn_page()
    draft.skip(4)
    draft.centre("CHỦ ĐẦU TƯ PHẢI THỰC HIỆN CÁC NỘI DUNG SAU ĐÂY:", Style(13, bold=True))
    draft.skip(3)
    for text in (
        "1. Phải hoàn toàn chịu trách nhiệm trước pháp luật nếu xâm phạm các quyền hợp pháp của các chủ sở hữu liền kề.",
        "2. Phải thực hiện đúng các quy định của pháp luật về đất đai, về đầu tư xây dựng và Giấy phép xây dựng này.",
        (
            "3. Phải thông báo bằng văn bản về ngày khởi công cho cơ quan cấp phép xây dựng trước khi khởi công xây "
            "dựng công trình."
        ),
        (
            "4. Xuất trình Giấy phép xây dựng cho cơ quan có thẩm quyền khi được yêu cầu theo quy định của pháp luật và treo "
            "biển báo tại địa điểm xây dựng theo quy định."
        ),
        (
            "5. Khi điều chỉnh thiết kế làm thay đổi nội dung Giấy phép xây dựng thì phải đề nghị điều chỉnh và chờ quyết định "
            "của cơ quan cấp giấy phép."
        ),
    ):
        draft.paragraph(text)
    draft.skip(3)
    draft.centre("ĐIỀU CHỈNH, GIA HẠN GIẤY PHÉP", Style(13, bold=True))
    draft.skip(2)
    draft.paragraph("1. Nội dung điều chỉnh, gia hạn:", indent_mm=0)
    for _ in range(3):
        draft.y += 8
        draft.sheet.dots(draft.left, draft.right, draft.y)
    draft.paragraph("2. Thời gian có hiệu lực của giấy phép:", indent_mm=0)
    draft.y += 8
    draft.sheet.dots(draft.left, draft.right, draft.y)
    fields = list_issue_fields(agency, number, symbol, case.day, agency.head)
    return finish(draft, "giay_phep_xay_dung", fields | list_citizen_fields(citizen, with_birth=False))
