"""What citizens hand in: declarations and applications with dotted leaders and boxes to tick."""

from __future__ import annotations

import datetime as dt

from samples.generator.draft import Draft
from samples.generator.fiction import Person, format_long_date, format_short_date
from samples.generator.letterhead import draw_nation_only, draw_signature, draw_title
from samples.generator.papers.case import FORM, Case, fill, finish, heading, list_citizen_fields
from samples.generator.papers.civil_status import shorten_address
from samples.generator.sheet import Style
from samples.generator.truth import Paper

SIGN_NOTE = "(Ký, ghi rõ họ, chữ đệm, tên)"


def draw_to_khai_dang_ky_khai_sinh(case: Case) -> Paper:
    """Draw the declaration for the registration of a birth."""
    draft = _begin(case, "TỜ KHAI ĐĂNG KÝ KHAI SINH")
    father, mother, child = case.citizen, case.partner, case.child
    _fill_applicant(draft, father, "Họ, chữ đệm, tên người yêu cầu:")
    fill(draft, ("Quan hệ với người được khai sinh:", "Cha đẻ"))
    heading(draft, "Đề nghị cơ quan đăng ký khai sinh cho người dưới đây:")
    fill(draft, ("Họ, chữ đệm, tên:", child.name.upper()))
    fill(draft, ("Ngày, tháng, năm sinh:", format_short_date(child.birth)), ("Giới tính:", child.gender))
    fill(draft, ("Nơi sinh:", "Bệnh viện Đa khoa khu vực An Bình, tỉnh An Giang"))
    fill(draft, ("Dân tộc:", "Kinh"), ("Quốc tịch:", "Việt Nam"))
    fill(draft, ("Quê quán:", father.home))
    for parent, label in ((mother, "người mẹ"), (father, "người cha")):
        heading(draft, f"Họ, chữ đệm, tên {label}: {parent.name}")
        fill(draft, ("Năm sinh:", str(parent.birth.year)), ("Dân tộc:", "Kinh"), ("Quốc tịch:", "Việt Nam"))
        fill(draft, ("Nơi cư trú:", shorten_address(parent.address)))
    draft.skip(2)
    _promise(draft)
    _request_copies(draft, case)
    _close(draft, case, "Người yêu cầu")
    return finish(draft, "to_khai_dang_ky_khai_sinh", list_citizen_fields(father, with_birth=False))


def draw_to_khai_dang_ky_ket_hon(case: Case) -> Paper:
    """Draw the declaration for the registration of a marriage: two columns, two signatures."""
    draft = _begin(case, "TỜ KHAI ĐĂNG KÝ KẾT HÔN")
    husband, wife = sorted((case.citizen, case.partner), key=lambda person: person.gender)
    draft.paragraph(
        "Chúng tôi là những người có tên dưới đây, đề nghị cơ quan đăng ký kết hôn cho chúng tôi:", FORM, indent_mm=0
    )
    widths = (46.0, 58.5, 58.5)
    rows: list[tuple[str, ...]] = [
        ("Thông tin", "Bên nữ", "Bên nam"),
        ("Họ, chữ đệm, tên", wife.name, husband.name),
        ("Ngày sinh", format_short_date(wife.birth), format_short_date(husband.birth)),
        ("Dân tộc", wife.ethnicity, husband.ethnicity),
        ("Quốc tịch", "Việt Nam", "Việt Nam"),
        ("Nơi cư trú", wife.home.replace("tỉnh ", ""), husband.home.replace("tỉnh ", "")),
        ("Số định danh", wife.id_number, husband.id_number),
        ("Kết hôn lần thứ", "nhất", "nhất"),
    ]
    _grid(draft, widths, rows)
    draft.skip(2)
    draft.paragraph(
        "Chúng tôi cam đoan những lời khai trên đây là đúng sự thật, việc kết hôn của chúng tôi là tự nguyện, không vi phạm "
        "quy định của Luật Hôn nhân và gia đình Việt Nam và chịu hoàn toàn trách nhiệm trước pháp luật về cam đoan của mình.",
        FORM,
    )
    _request_copies(draft, case)
    draft.sheet.put(147, draft.y + 6, _date_line(case), Style(13, italic=True), anchor="m")
    top = draft.y + 14
    draw_signature(draft, case.rng, top, ("Bên nữ",), wife.name, middle=68, note=SIGN_NOTE)
    draw_signature(draft, case.rng, top, ("Bên nam",), husband.name, note=SIGN_NOTE)
    return finish(draft, "to_khai_dang_ky_ket_hon", {})


def draw_to_khai_dang_ky_khai_tu(case: Case) -> Paper:
    """Draw the declaration for the registration of a death."""
    draft = _begin(case, "TỜ KHAI ĐĂNG KÝ KHAI TỬ")
    dead, day = case.dead, case.day - dt.timedelta(days=2)
    _fill_applicant(draft, case.citizen, "Họ, chữ đệm, tên người yêu cầu:")
    fill(draft, ("Quan hệ với người đã chết:", "Con"), dots_under=True)
    heading(draft, "Đề nghị cơ quan đăng ký khai tử cho người có tên dưới đây:")
    fill(draft, ("Họ, chữ đệm, tên:", dead.name.upper()), dots_under=True)
    fill(draft, ("Ngày, tháng, năm sinh:", format_short_date(dead.birth)), ("Giới tính:", dead.gender), dots_under=True)
    fill(draft, ("Dân tộc:", dead.ethnicity), ("Quốc tịch:", "Việt Nam"), dots_under=True)
    fill(draft, ("Nơi cư trú cuối cùng:", shorten_address(dead.address)), dots_under=True)
    fill(draft, ("Giấy tờ tùy thân:", f"Căn cước số {dead.id_number}"), dots_under=True)
    fill(draft, ("Đã chết vào lúc:", f"05 giờ 30 phút, {format_long_date(day)}"), dots_under=True)
    fill(draft, ("Nơi chết:", "Tại nhà, " + dead.home), dots_under=True)
    fill(draft, ("Nguyên nhân chết:", "Bệnh già"), dots_under=True)
    draft.skip(2)
    _promise(draft)
    _request_copies(draft, case)
    _close(draft, case, "Người yêu cầu")
    return finish(draft, "to_khai_dang_ky_khai_tu", list_citizen_fields(case.citizen, with_birth=False))


def draw_to_khai_xac_nhan_tinh_trang_hon_nhan(case: Case) -> Paper:
    """Draw the declaration that asks for a confirmation of marital status."""
    draft = _begin(case, "TỜ KHAI CẤP GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN")
    citizen = case.citizen
    _fill_applicant(draft, citizen, "Họ, chữ đệm, tên người yêu cầu:")
    fill(draft, ("Quan hệ với người được cấp:", "Bản thân"))
    heading(draft, "Đề nghị cấp Giấy xác nhận tình trạng hôn nhân cho người dưới đây:")
    fill(draft, ("Họ, chữ đệm, tên:", citizen.name.upper()))
    fill(draft, ("Ngày, tháng, năm sinh:", format_short_date(citizen.birth)), ("Giới tính:", citizen.gender))
    fill(draft, ("Dân tộc:", citizen.ethnicity), ("Quốc tịch:", "Việt Nam"))
    fill(draft, ("Nơi cư trú:", shorten_address(citizen.address)))
    _fill_ticks(draft, "Tình trạng hôn nhân:", (("Chưa kết hôn", True), ("Đã ly hôn", False), ("Góa", False)))
    fill(draft, ("Mục đích sử dụng:", f"Đăng ký kết hôn với {case.partner.name}"))
    draft.skip(2)
    _promise(draft)
    _close(draft, case, "Người yêu cầu")
    return finish(draft, "to_khai_xac_nhan_tinh_trang_hon_nhan", list_citizen_fields(citizen))


def draw_don_de_nghi_cap_giay_phep_xay_dung(case: Case) -> Paper:
    """Draw the application for a building permit, two pages."""
    draft = _begin(case, "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG", about=("(Sử dụng cho nhà ở riêng lẻ)",))
    rng, citizen = case.rng, case.citizen
    _address(draft, case)
    heading(draft, "1. Thông tin về chủ đầu tư:")
    fill(draft, ("- Tên chủ đầu tư:", citizen.name))
    fill(draft, ("- Số định danh cá nhân:", citizen.id_number))
    fill(draft, ("- Địa chỉ liên hệ:", shorten_address(citizen.address)))
    heading(draft, "2. Thông tin công trình:")
    fill(draft, ("- Địa điểm xây dựng:", shorten_address(citizen.address)))
    fill(draft, ("- Lô đất số:", f"{rng.randint(20, 480)}, tờ bản đồ số {rng.randint(3, 60)}"), ("Diện tích:", "120,5 m²"))
    heading(draft, "3. Tổ chức, cá nhân lập, thẩm tra thiết kế xây dựng:")
    fill(draft, ("3.1. Đơn vị thiết kế:", "Công ty TNHH Tư vấn Xây dựng Lúa Vàng"))
    fill(draft, ("- Mã số chứng chỉ năng lực:", f"BXD-000{rng.randint(10000, 99999)}"))
    fill(draft, ("3.2. Đơn vị thẩm tra:", "Không"))
    heading(draft, "4. Nội dung đề nghị cấp phép:")
    _fill_ticks(draft, "- Loại công trình:", (("Nhà ở riêng lẻ", True), ("Công trình khác", False)))
    _fill_ticks(draft, "- Hình thức:", (("Xây dựng mới", True), ("Sửa chữa, cải tạo", False), ("Di dời", False)))
    fill(draft, ("- Cấp công trình:", "Cấp III"), ("Số tầng:", "03"))
    fill(draft, ("- Diện tích xây dựng tầng 1:", "84,0 m²"), ("Cốt nền:", "+2,45 m"))
    fill(draft, ("- Tổng diện tích sàn:", "241,6 m²"), ("Chiều cao:", "11,80 m"))
    heading(draft, "5. Dự kiến thời gian hoàn thành công trình: 08 tháng.")
    draft.need(110)
    heading(draft, "6. Cam kết:")
    draft.paragraph(
        "Tôi xin cam đoan làm theo đúng giấy phép được cấp, nếu sai tôi xin hoàn toàn chịu trách nhiệm và bị xử lý theo quy "
        "định của pháp luật. Các nội dung kê khai và bản sao giấy tờ kèm theo đơn này là đúng sự thật.",
        FORM,
    )
    draft.paragraph("Gửi kèm theo Đơn này các tài liệu:", FORM)
    for text in (
        "1. Bản sao giấy tờ về quyền sử dụng đất;",
        "2. Bản vẽ thiết kế xây dựng: 02 bộ;",
        "3. Bản cam kết bảo đảm an toàn đối với công trình liền kề.",
    ):
        draft.paragraph(text, FORM, after_mm=0.6)
    _close(draft, case, "Người làm đơn")
    return finish(draft, "don_de_nghi_cap_phep_xay_dung", list_citizen_fields(citizen, with_birth=False))


def draw_don_dang_ky_dat_dai(case: Case) -> Paper:
    """Draw the application that registers a change of land and the things on it."""
    draft = _begin(case, "ĐƠN ĐĂNG KÝ BIẾN ĐỘNG ĐẤT ĐAI,", about=("TÀI SẢN GẮN LIỀN VỚI ĐẤT",))
    rng, citizen = case.rng, case.citizen
    _address(draft, case)
    heading(draft, "1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:")
    fill(draft, ("1.1. Tên:", citizen.name.upper()))
    fill(draft, ("1.2. Giấy tờ nhân thân:", f"Căn cước số {citizen.id_number}"))
    fill(draft, ("1.3. Địa chỉ:", shorten_address(citizen.address)))
    heading(draft, "2. Giấy chứng nhận đã cấp:")
    fill(
        draft,
        ("2.1. Số vào sổ cấp GCN:", f"CS{rng.randint(10000, 99999)}"),
        ("2.2. Số phát hành:", f"DK {rng.randint(100000, 999999)}"),
    )
    fill(draft, ("2.3. Thửa đất số:", str(rng.randint(20, 900))), ("Tờ bản đồ số:", str(rng.randint(2, 60))))
    heading(draft, "3. Nội dung biến động:")
    _fill_ticks(draft, "-", (("Chuyển nhượng", True), ("Tặng cho", False), ("Thừa kế", False), ("Tách thửa", False)))
    fill(draft, ("3.1. Nội dung trên Giấy chứng nhận trước khi biến động:", case.partner.name))
    fill(draft, ("3.2. Nội dung sau khi biến động:", citizen.name))
    fill(draft, ("3.3. Lý do biến động:", "Nhận chuyển nhượng quyền sử dụng đất"))
    heading(draft, "4. Giấy tờ liên quan đến nội dung thay đổi nộp kèm theo đơn này gồm có:")
    for text in ("- Giấy chứng nhận đã cấp;", "- Hợp đồng chuyển nhượng quyền sử dụng đất."):
        draft.paragraph(text, FORM, after_mm=0.6)
    draft.skip(1)
    _promise(draft)
    _close(draft, case, "Người viết đơn")
    return finish(draft, "don_dang_ky_dat_dai", list_citizen_fields(citizen, with_birth=False))


def draw_giay_de_nghi_dang_ky_ho_kinh_doanh(case: Case) -> Paper:
    """Draw the request to register a household business."""
    draft = _begin(case, "GIẤY ĐỀ NGHỊ ĐĂNG KÝ HỘ KINH DOANH")
    rng, citizen = case.rng, case.citizen
    draft.centre(f"Kính gửi: Phòng Kinh tế {case.unit}", Style(13.5))
    draft.skip(3)
    fill(draft, ("Tôi là (ghi họ tên bằng chữ in hoa):", citizen.name.upper()))
    fill(draft, ("Ngày sinh:", format_short_date(citizen.birth)), ("Giới tính:", citizen.gender))
    fill(draft, ("Số định danh cá nhân:", citizen.id_number))
    heading(draft, "Đăng ký hộ kinh doanh do tôi là chủ hộ với các nội dung sau:")
    fill(draft, ("1. Tên hộ kinh doanh:", f"TẠP HÓA {citizen.name.split()[-1].upper()} PHÁT"))
    fill(draft, ("2. Trụ sở:", shorten_address(citizen.address)))
    fill(draft, ("3. Ngành, nghề kinh doanh:", "Bán lẻ lương thực, thực phẩm, đồ uống"))
    fill(draft, ("4. Vốn kinh doanh:", f"{rng.randint(4, 18)}0.000.000 đồng"), ("Số lao động:", "02"))
    _fill_ticks(draft, "5. Chủ thể thành lập:", (("Cá nhân", True), ("Các thành viên hộ gia đình", False)))
    _fill_ticks(draft, "6. Phương pháp tính thuế:", (("Kê khai", True), ("Từng lần phát sinh", False)))
    heading(draft, "Tôi xin cam kết:")
    draft.paragraph("- Bản thân không thuộc diện pháp luật cấm kinh doanh; không đồng thời là chủ hộ kinh doanh khác;", FORM)
    draft.paragraph("- Trụ sở thuộc quyền sử dụng hợp pháp của tôi và được sử dụng đúng mục đích theo quy định;", FORM)
    draft.paragraph(
        "- Chịu trách nhiệm trước pháp luật về tính hợp pháp, chính xác, trung thực của nội dung đăng ký trên.", FORM
    )
    _close(draft, case, "CHỦ HỘ KINH DOANH")
    return finish(draft, "giay_de_nghi_dang_ky_kinh_doanh", list_citizen_fields(citizen))


def draw_don_de_nghi(case: Case) -> Paper:
    """Draw a plain application for an allowance."""
    draft = _begin(case, "ĐƠN ĐỀ NGHỊ", about=("Hưởng trợ cấp xã hội hằng tháng",))
    citizen = case.citizen
    _address(draft, case)
    _fill_applicant(draft, citizen, "Tôi tên là:")
    fill(draft, ("Ngày sinh:", format_short_date(citizen.birth)), ("Giới tính:", citizen.gender))
    draft.skip(2.5)
    for text in (
        (
            "Tôi đã trên 75 tuổi, thuộc hộ cận nghèo, không có lương hưu và không hưởng trợ cấp bảo hiểm xã hội hằng tháng. "
            "Nay sức khỏe yếu, không còn khả năng lao động, cuộc sống gặp nhiều khó khăn."
        ),
        (
            f"Vì vậy, tôi làm đơn này đề nghị {case.agency.called} xem xét, giải quyết cho tôi được hưởng trợ cấp xã hội hằng "
            "tháng theo quy định của Nhà nước."
        ),
        "Tôi xin cam đoan những nội dung trình bày trên là đúng sự thật. Xin trân trọng cảm ơn./.",
    ):
        draft.paragraph(text, FORM)
    _close(draft, case, "Người làm đơn")
    return finish(draft, "don_de_nghi", list_citizen_fields(citizen))


def _begin(case: Case, title: str, *, about: tuple[str, ...] = ()) -> Draft:
    draft = Draft(case.dpi)
    draw_nation_only(draft)
    draft.skip(1)
    draw_title(draft, title, about, rule=False, size_pt=15)
    draft.y -= 2
    if "TỜ KHAI" in title:
        _address(draft, case)
    return draft


def _address(draft: Draft, case: Case) -> None:
    draft.centre(f"Kính gửi: {case.agency.called}", Style(13.5))
    draft.skip(2.5)


def _fill_applicant(draft: Draft, person: Person, label: str) -> None:
    fill(draft, (label, person.name))
    fill(draft, ("Nơi cư trú:", shorten_address(person.address)))
    fill(draft, ("Giấy tờ tùy thân:", f"Căn cước số {person.id_number}"), ("cấp ngày", format_short_date(person.id_issued)))


def _fill_ticks(draft: Draft, label: str, choices: tuple[tuple[str, bool], ...]) -> None:
    height = FORM.size_pt * 25.4 / 72 * 1.42
    draft.need(height)
    draft.y += height
    x = draft.left
    with draft.sheet.row():
        draft.sheet.put(x, draft.y, label, FORM)
        x += draft.sheet.measure_mm(label, FORM) + 3
        for choice, ticked in choices:
            draft.sheet.tick_box(x, draft.y, ticked=ticked)
            draft.sheet.put(x + 5.2, draft.y, choice, FORM)
            x += draft.sheet.measure_mm(choice, FORM) + 11


def _request_copies(draft: Draft, case: Case) -> None:
    copies = case.rng.randint(1, 5)
    _fill_ticks(draft, "Đề nghị cấp bản sao:", (("Có", True), ("Không", False)))
    fill(draft, ("Số lượng:", f"{copies:02d} bản"))


def _promise(draft: Draft) -> None:
    draft.paragraph(
        "Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật về cam đoan của mình.",
        FORM,
    )


def _date_line(case: Case) -> str:
    return f"{case.agency.place}, {format_long_date(case.day)}"


def _close(draft: Draft, case: Case, who: str) -> None:
    draft.need(48)
    draft.sheet.put(147, draft.y + 6, _date_line(case), Style(13, italic=True), anchor="m")
    draft.y = draw_signature(draft, case.rng, draft.y + 12, (who,), case.citizen.name, note=SIGN_NOTE)


def _grid(draft: Draft, widths: tuple[float, ...], rows: list[tuple[str, ...]]) -> None:
    height = 8.0
    for number, row in enumerate(rows):
        x, top = draft.left, draft.y + 1
        with draft.sheet.row():
            for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
                draft.sheet.frame(x, top, x + width, top + height)
                draft.sheet.put(x + 1.8, top + 5.6, cell, Style(12.5, bold=number == 0 or column == 0))
                x += width
        draft.y = top + height - 1
    draft.y += 4
