"""Administrative documents after NĐ 30/2020: decision, official letter, notices."""

from __future__ import annotations

from samples.generator.draft import Draft
from samples.generator.fiction import (
    format_short_date,
    format_symbol_number,
)
from samples.generator.letterhead import draw_closing, draw_header, draw_title
from samples.generator.marks import stamp_fan, stamp_register
from samples.generator.papers.case import Case, finish, list_citizen_fields, list_issue_fields, write_body
from samples.generator.sheet import Style
from samples.generator.truth import Paper


def draw_quyet_dinh(case: Case) -> Paper:
    """Draw a decision on a monthly allowance."""
    about = ("Về việc hưởng trợ cấp xã hội hằng tháng", "đối với người cao tuổi")
    draft, number, symbol = begin_document(case, "QĐ", "QUYẾT ĐỊNH", about, case.rng.randint(3, 980))
    agency, citizen = case.agency, case.citizen
    draft.centre(f"CHỦ TỊCH {agency.title}", Style(13.5, bold=True))
    draft.skip(3)
    for text in (
        "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;",
        "Căn cứ Luật Người cao tuổi ngày 23 tháng 11 năm 2009;",
        (
            "Căn cứ Nghị định số 20/2021/NĐ-CP ngày 15 tháng 3 năm 2021 của Chính phủ quy định chính sách trợ giúp xã hội "
            "đối với đối tượng bảo trợ xã hội;"
        ),
        f"Xét đề nghị của Trưởng phòng Văn hóa - Xã hội {case.unit}.",
    ):
        draft.paragraph(f"__{text}__")
    draft.skip(2)
    draft.centre("QUYẾT ĐỊNH:", Style(13.5, bold=True))
    draft.skip(3)
    called = "ông" if citizen.gender == "Nam" else "bà"
    write_body(
        draft,
        (
            (
                f"**Điều 1.** Trợ cấp xã hội hằng tháng đối với {called} {citizen.name}, sinh ngày "
                f"{format_short_date(citizen.birth)}, "
                f"số định danh cá nhân {citizen.id_number}, nơi thường trú: {citizen.address}."
            ),
            (
                "Mức trợ cấp: 500.000 đồng/tháng (Năm trăm nghìn đồng), hệ số 1,0; thời gian hưởng kể từ ngày 01 tháng 11 năm "
                f"{case.day.year}."
            ),
            (
                "**Điều 2.** Kinh phí thực hiện được bảo đảm từ nguồn ngân sách nhà nước cấp năm "
                f"{case.day.year} theo phân cấp hiện hành, chi trả qua tài khoản hoặc tại điểm chi trả trên địa bàn."
            ),
            (
                "**Điều 3.** Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng, Trưởng phòng Văn hóa - Xã hội, "
                f"Trưởng phòng Kinh tế {case.unit} và {called} {citizen.name} chịu trách nhiệm thi hành Quyết định này./."
            ),
        ),
    )
    draw_closing(
        draft, case.rng, ("- Như Điều 3;", "- CT, các PCT;", "- Kho bạc Nhà nước khu vực;", "- Lưu: VT, VHXH."), agency
    )
    fields = list_issue_fields(agency, number, symbol, case.day, agency.head, about)
    return finish(draft, "quyet_dinh", fields | list_citizen_fields(citizen))


def draw_cong_van(case: Case) -> Paper:
    """Draw an official letter: no title, V/v under the number, Kính gửi, two pages."""
    agency, rng = case.agency, case.rng
    draft = Draft(case.dpi)
    number, symbol = format_symbol_number(rng.randint(3, 2400)), f"{agency.short}-VP"
    about = ("V/v rà soát, số hóa hồ sơ lưu trữ", "và kết quả giải quyết TTHC")
    draw_header(draft, agency, case.day, number=number, symbol=symbol, about=about, hand=case.hand)
    draft.skip(4)
    with draft.sheet.row():
        draft.sheet.put(62, draft.y + 4, "Kính gửi:", Style(13.5))
        draft.sheet.put(86, draft.y + 4, "Các phòng, ban và đơn vị trực thuộc.", Style(13.5))
    draft.skip(10)
    write_body(
        draft,
        (
            (
                "Thực hiện Kế hoạch số 118/KH-UBND ngày 12 tháng 3 năm 2025 của Ủy ban nhân dân tỉnh An Giang về số hóa hồ sơ, "
                "giấy tờ, kết quả giải quyết thủ tục hành chính và Công văn số 1504/UBND-TH ngày 25 tháng 10 năm 2024 về nâng "
                f"cao tỷ lệ số hóa tại Bộ phận Một cửa, {agency.called} đề nghị các đơn vị thực hiện một số nội dung sau:"
            ),
            (
                "**1.** Rà soát toàn bộ hồ sơ lưu trữ bằng giấy từ năm 2006 đến nay; lập danh mục theo từng lĩnh vực và năm "
                "hình thành: giấy phép xây dựng, hồ sơ nhà ở, bản vẽ hoàn công và hồ sơ quy hoạch. "
                "Những trang bị rách, mờ, thấm nước phải được ghi rõ tình trạng để có phương án phục chế trước khi quét."
            ),
            (
                "**2.** Khi tiếp nhận hồ sơ trực tiếp, công chức tại Trung tâm Phục vụ hành chính công quét đầy đủ các thành "
                "phần hồ sơ bằng máy quét màu, độ phân giải tối thiểu 200 dpi, định dạng PDF phiên bản 1.4 trở lên, tỷ lệ "
                "100%; đặt tên tệp theo mã hồ sơ và ký số trước khi chuyển xử lý trên Hệ thống thông tin giải "
                "quyết thủ tục hành chính."
            ),
            (
                "**3.** Kết quả giải quyết bằng giấy phải được số hóa trong ngày làm việc; không trả kết quả cho tổ chức, cá "
                "nhân khi chưa có bản điện tử tương ứng. Tỷ lệ số hóa hồ sơ, giấy tờ tối thiểu đạt 80% trong quý cuối năm."
            ),
            (
                "**4.** Không yêu cầu người dân cung cấp lại giấy tờ đã được số hóa và còn giá trị sử dụng; khai thác thông "
                "tin trong Cơ sở dữ liệu quốc gia về dân cư thay cho bản sao giấy căn cước, giấy xác nhận cư trú."
            ),
            (
                "**5.** Trưởng các đơn vị phân công một công chức làm đầu mối, gửi danh sách về Văn phòng trước ngày 30 của "
                "tháng; báo cáo kết quả thực hiện vào ngày 25 hằng tháng để tổng hợp, báo cáo Chủ tịch."
            ),
            (
                "Trong quá trình thực hiện, nếu có khó khăn, vướng mắc, các đơn vị phản ánh kịp thời về Văn phòng để "
                "được hướng dẫn, giải quyết theo thẩm quyền."
            ),
            "Đề nghị các đơn vị nghiêm túc triển khai, thực hiện./.",
        ),
    )
    draw_closing(draft, rng, ("- Như trên;", "- UBND tỉnh (b/c);", "- TT Đảng ủy, HĐND;", "- Lưu: VT."), agency)
    for sheet in draft.sheets:
        stamp_fan(sheet, rng, 150, agency.seal_top, agency.seal_bottom)
    return finish(draft, "cong_van", list_issue_fields(agency, number, symbol, case.day, agency.head, about))


def draw_thong_bao(case: Case) -> Paper:
    """Draw a notice that bears the register stamp of whoever received it."""
    about = ("Về việc niêm yết công khai danh mục thủ tục hành chính", "thực hiện không phụ thuộc địa giới hành chính")
    draft, number, symbol = begin_document(case, "TB", "THÔNG BÁO", about, case.rng.randint(3, 420))
    agency = case.agency
    stamp_register(
        draft.sheet, case.rng, (9, 60), case.counter.superior[0], str(case.rng.randint(100, 999)), format_short_date(case.day)
    )
    draft.skip(8)
    write_body(
        draft,
        (
            (
                "Căn cứ Nghị định số 118/2025/NĐ-CP của Chính phủ về thực hiện thủ tục hành chính theo cơ chế một cửa, một cửa "
                f"liên thông tại Bộ phận Một cửa và Cổng Dịch vụ công quốc gia, {agency.called} thông báo như sau:"
            ),
            (
                "**1.** Niêm yết công khai 87 thủ tục hành chính thuộc lĩnh vực hộ tịch, đất đai, xây dựng, hộ kinh doanh và "
                "bảo trợ xã hội được tiếp nhận không phụ thuộc địa giới hành chính trong phạm vi tỉnh An Giang."
            ),
            (
                "**2.** Địa điểm niêm yết: trụ sở Trung tâm Phục vụ hành chính công, nhà văn hóa các khóm, ấp và "
                "trang thông tin điện tử."
            ),
            "**3.** Thời gian niêm yết: 30 ngày, kể từ ngày ký Thông báo này.",
            (
                "Tổ chức, cá nhân có ý kiến phản ánh, kiến nghị gửi về Trung tâm Phục vụ hành chính công trong giờ hành chính "
                "để được xem xét, giải quyết./."
            ),
        ),
    )
    draw_closing(draft, case.rng, ("- Trung tâm PVHCC;", "- Các khóm, ấp;", "- Lưu: VT, VP."), agency)
    return finish(draft, "thong_bao", list_issue_fields(agency, number, symbol, case.day, agency.head, about))


def draw_thong_bao_dat_dai(case: Case) -> Paper:
    """Draw the notice that a change of land was registered, for the citizen to fetch the certificate."""
    about = ("Về việc hoàn thành đăng ký biến động đất đai", "và trả Giấy chứng nhận quyền sử dụng đất")
    draft, number, symbol = begin_document(case, "TB", "THÔNG BÁO", about, case.rng.randint(3, 420))
    agency, citizen = case.agency, case.citizen
    called = "ông" if citizen.gender == "Nam" else "bà"
    write_body(
        draft,
        (
            (
                f"Căn cứ hồ sơ đăng ký biến động đất đai mã số {case.dossier_number} của {called} {citizen.name}, "
                f"{agency.called} "
                "thông báo như sau:"
            ),
            (
                f"**1.** Hồ sơ đăng ký biến động do nhận chuyển nhượng quyền sử dụng đất của {called} {citizen.name}, số định "
                f"danh cá nhân {citizen.id_number}, đã được giải quyết; nội dung thay đổi đã được xác nhận vào Giấy chứng nhận "
                "và cập nhật vào cơ sở dữ liệu đất đai."
            ),
            (
                f"**2.** Đề nghị {called} {citizen.name} mang theo giấy tiếp nhận hồ sơ và hẹn trả kết quả, bản chính căn cước "
                f"đến {case.counter.called} để nhận Giấy chứng nhận."
            ),
            (
                "**3.** Nghĩa vụ tài chính đã hoàn thành: thuế thu nhập cá nhân và lệ phí trước bạ theo thông báo "
                "của cơ quan thuế."
            ),
            f"{agency.called} thông báo để {called} {citizen.name} biết, thực hiện./.",
        ),
    )
    draw_closing(draft, case.rng, (f"- {called.capitalize()} {citizen.name};", "- Thuế cơ sở;", "- Lưu: VT, ĐĐ."), agency)
    fields = list_issue_fields(agency, number, symbol, case.day, agency.head, about)
    return finish(
        draft, "thong_bao", fields | list_citizen_fields(citizen, with_birth=False) | {"dossier_number": case.dossier_number}
    )


def begin_document(case: Case, abbreviation: str, title: str, about: tuple[str, ...], count: int) -> tuple[Draft, str, str]:
    """Draw header and title of a titled document; return the draft, the number and the symbol."""
    draft, agency = Draft(case.dpi), case.agency
    number, symbol = format_symbol_number(count), f"{abbreviation}-{agency.short}"
    draw_header(draft, agency, case.day, number=number, symbol=symbol, hand=case.hand)
    draw_title(draft, title, about)
    return draft, number, symbol
