"""Papers between citizens: lease, transfer of land, power of attorney."""

from __future__ import annotations

from samples.generator.draft import Draft
from samples.generator.fiction import Person, format_long_date, format_money, format_short_date
from samples.generator.letterhead import RIGHT_MIDDLE, draw_nation_only, draw_signature, draw_title
from samples.generator.marks import stamp_fan
from samples.generator.papers.case import Case, finish, list_citizen_fields, write_body
from samples.generator.papers.civil_status import shorten_address
from samples.generator.sheet import Style
from samples.generator.truth import Paper


def draw_hop_dong_thue_nha(case: Case) -> Paper:
    """Draw a lease of business premises, two pages."""
    draft, rng = _begin(case, "HỢP ĐỒNG THUÊ NHÀ"), case.rng
    number = f"{rng.randint(3, 40):02d}"
    symbol = "HĐTN"
    rent = rng.randint(5, 18) * 500_000
    _write_parties(
        draft, case, (("BÊN CHO THUÊ (BÊN A)", case.partner), ("BÊN THUÊ (BÊN B)", case.citizen)), f"{number}/{symbol}"
    )
    write_body(
        draft,
        (
            "**Điều 1. Đối tượng hợp đồng**",
            (
                f"Bên A đồng ý cho Bên B thuê mặt bằng tầng trệt căn nhà tại {shorten_address(case.partner.address)}; diện "
                f"tích sử dụng: {rng.randint(28, 90)},5 m², để làm địa điểm kinh doanh hộ cá thể."
            ),
            "**Điều 2. Thời hạn thuê**",
            (
                f"Thời hạn thuê là 36 tháng, kể từ {format_long_date(case.day)}. Hết thời hạn, nếu Bên B có nhu cầu thuê tiếp "
                "thì được ưu tiên ký lại hợp đồng."
            ),
            "**Điều 3. Giá thuê và phương thức thanh toán**",
            (
                f"1. Giá thuê: {format_money(rent)} đồng/tháng; ổn định trong 12 tháng đầu, sau đó điều chỉnh theo thỏa thuận "
                "nhưng không vượt quá 10% mỗi năm."
            ),
            "2. Bên B trả tiền thuê từ ngày 01 đến ngày 05 hằng tháng bằng chuyển khoản hoặc tiền mặt.",
            f"3. Bên B đặt cọc số tiền {format_money(rent * 2)} đồng khi ký hợp đồng; Bên A hoàn trả khi chấm dứt hợp đồng.",
            "**Điều 4. Quyền và nghĩa vụ của Bên A**",
            "1. Giao mặt bằng đúng thời hạn, bảo đảm quyền sử dụng trọn vẹn của Bên B trong suốt thời hạn thuê.",
            "2. Bảo trì, sửa chữa những hư hỏng lớn không do lỗi của Bên B; nộp các khoản thuế liên quan đến nhà, đất.",
            "**Điều 5. Quyền và nghĩa vụ của Bên B**",
            "1. Sử dụng đúng mục đích, giữ gìn vệ sinh, an ninh trật tự và an toàn phòng cháy, chữa cháy.",
            "2. Trả đủ tiền thuê đúng hạn; tự thanh toán tiền điện, nước, thu gom rác theo hóa đơn hằng tháng.",
            "3. Không được cho người khác thuê lại nếu không có sự đồng ý bằng văn bản của Bên A.",
            "**Điều 6. Điều khoản chung**",
            (
                "1. Hai bên cam kết thực hiện đúng các điều khoản đã ghi; mọi tranh chấp trước hết được giải quyết bằng thương "
                "lượng, nếu không thành thì đưa ra Tòa án nhân dân có thẩm quyền."
            ),
            "2. Hợp đồng được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản và có hiệu lực kể từ ngày ký./.",
        ),
    )
    _sign_both(draft, case, ("BÊN CHO THUÊ", case.partner), ("BÊN THUÊ", case.citizen))
    fields = {"document_number": f"{number}/{symbol}", "document_symbol": symbol, "issue_date": case.day.isoformat()}
    return finish(draft, "hop_dong", fields)


def draw_hop_dong_chuyen_nhuong(case: Case) -> Paper:
    """Draw the transfer of a land-use right with the certification by the people's committee, three pages."""
    draft, rng, agency = _begin(case, "HỢP ĐỒNG CHUYỂN NHƯỢNG", ("QUYỀN SỬ DỤNG ĐẤT",)), case.rng, case.agency
    price = rng.randint(240, 1900) * 1_000_000
    parties = (("BÊN CHUYỂN NHƯỢNG (BÊN A)", case.partner), ("BÊN NHẬN CHUYỂN NHƯỢNG (BÊN B)", case.citizen))
    _write_parties(draft, case, parties, "")
    write_body(
        draft,
        (
            "**Điều 1. Quyền sử dụng đất chuyển nhượng**",
            (
                f"Quyền sử dụng đất của Bên A đối với thửa đất số {rng.randint(20, 900)}, tờ bản đồ số {rng.randint(2, 60)}, "
                f"theo Giấy chứng nhận quyền sử dụng đất số DK {rng.randint(100000, 999999)} do Sở Tài nguyên và Môi trường "
                "tỉnh An Giang cấp ngày 14 tháng 6 năm 2021, cụ thể như sau:"
            ),
            f"- Diện tích: {rng.randint(80, 420)},5 m²; hình thức sử dụng: riêng;",
            "- Mục đích sử dụng: đất ở tại nông thôn; thời hạn sử dụng: lâu dài;",
            f"- Địa chỉ thửa đất: {shorten_address(case.partner.address)}.",
            "**Điều 2. Giá chuyển nhượng và phương thức thanh toán**",
            f"1. Giá chuyển nhượng quyền sử dụng đất nêu tại Điều 1 là: {format_money(price)} đồng.",
            "2. Phương thức thanh toán: chuyển khoản một lần ngay sau khi hợp đồng được chứng thực.",
            "3. Việc giao và nhận số tiền nêu trên do hai bên tự thực hiện và chịu trách nhiệm trước pháp luật.",
            "**Điều 3. Việc giao và đăng ký quyền sử dụng đất**",
            "1. Bên A có nghĩa vụ giao thửa đất cùng giấy tờ về quyền sử dụng đất cho Bên B vào ngày nhận đủ tiền.",
            "2. Bên B có nghĩa vụ thực hiện đăng ký quyền sử dụng đất tại cơ quan có thẩm quyền theo quy định của pháp luật.",
            "**Điều 4. Trách nhiệm nộp thuế, lệ phí**",
            "Thuế thu nhập cá nhân do Bên A chịu trách nhiệm nộp; lệ phí trước bạ do Bên B chịu trách nhiệm nộp.",
            "**Điều 5. Phương thức giải quyết tranh chấp**",
            (
                "Trong quá trình thực hiện hợp đồng, nếu phát sinh tranh chấp, các bên cùng nhau thương lượng giải quyết trên "
                "nguyên tắc tôn trọng quyền lợi của nhau; nếu không giải quyết được thì một trong hai bên có quyền khởi kiện "
                "để yêu cầu Tòa án nhân dân có thẩm quyền giải quyết theo quy định của pháp luật."
            ),
            "**Điều 6. Cam đoan của các bên**",
            (
                "1. Bên A cam đoan những thông tin về nhân thân và thửa đất đã ghi là đúng sự thật; thửa đất thuộc trường hợp "
                "được chuyển nhượng, không có tranh chấp, không bị kê biên để bảo đảm thi hành án."
            ),
            "2. Bên B cam đoan đã xem xét kỹ, biết rõ về thửa đất và các giấy tờ về quyền sử dụng đất.",
            "3. Việc giao kết hợp đồng này hoàn toàn tự nguyện, không bị lừa dối hoặc ép buộc.",
        ),
    )
    _sign_both(draft, case, ("BÊN A", case.partner), ("BÊN B", case.citizen))
    draft.skip(6)
    draft.need(86)
    draw_title(draft, "LỜI CHỨNG CỦA CHỦ TỊCH ỦY BAN NHÂN DÂN", rule=False)
    draft.paragraph(
        f"Hôm nay, {format_long_date(case.day)}, tại {agency.called}, tôi là {agency.head.name}, chứng thực hợp đồng này được "
        f"giao kết giữa Bên A là {case.partner.name} và Bên B là {case.citizen.name}; các bên tự nguyện thỏa thuận, cùng ký "
        "tên vào hợp đồng trước mặt tôi."
    )
    draft.paragraph(f"Số chứng thực: {rng.randint(100, 990)}, quyển số: 01/{case.day.year} - SCT/HĐ,GD.")
    draft.y = draw_signature(
        draft, rng, draft.y + 8, agency.head.powers, agency.head.name, seal=(agency.seal_top, agency.seal_bottom)
    )
    for sheet in draft.sheets:
        stamp_fan(sheet, rng, 140, agency.seal_top, agency.seal_bottom)
    return finish(draft, "hop_dong_chuyen_nhuong", {"issue_date": case.day.isoformat()})


def draw_giay_uy_quyen(case: Case) -> Paper:
    """Draw a power of attorney to hand in a dossier and fetch its result."""
    draft, rng = _begin(case, "GIẤY ỦY QUYỀN"), case.rng
    draft.paragraph(f"Hôm nay, {format_long_date(case.day)}, tại {case.counter.called}, chúng tôi gồm:")
    for label, person in (("I. BÊN ỦY QUYỀN", case.citizen), ("II. BÊN ĐƯỢC ỦY QUYỀN", case.partner)):
        draft.paragraph(f"**{label}**")
        _write_person(draft, person)
    write_body(
        draft,
        (
            "**III. NỘI DUNG ỦY QUYỀN**",
            (
                f"Bên ủy quyền đồng ý cho {case.partner.name} thay mặt nộp hồ sơ, bổ sung hồ sơ, nộp phí, lệ phí và nhận kết "
                f"quả giải quyết thủ tục hành chính tại {case.counter.called}."
            ),
            "**IV. THỜI HẠN ỦY QUYỀN**",
            "Kể từ ngày ký giấy này đến khi nhận được kết quả giải quyết thủ tục hành chính nêu trên.",
            "**V. CAM KẾT**",
            (
                "Hai bên cam kết chịu trách nhiệm trước pháp luật về mọi thông tin ghi trong giấy này. Giấy được lập thành 02 "
                "bản, mỗi bên giữ 01 bản có giá trị như nhau./."
            ),
        ),
    )
    draft.need(40)
    top = draft.y + 8
    note = "(Ký, ghi rõ họ tên)"
    draw_signature(draft, rng, top, ("BÊN ĐƯỢC ỦY QUYỀN",), case.partner.name, middle=66, note=note)
    draw_signature(draft, rng, top, ("BÊN ỦY QUYỀN",), case.citizen.name, note=note)
    fields = {"issue_date": case.day.isoformat(), **list_citizen_fields(case.citizen)}
    return finish(draft, "giay_uy_quyen", fields)


def _begin(case: Case, title: str, about: tuple[str, ...] = ()) -> Draft:
    draft = Draft(case.dpi)
    draw_nation_only(draft)
    draw_title(draft, title, about, rule=False, size_pt=14 if about else 15)
    draft.y -= 3
    return draft


def _write_parties(draft: Draft, case: Case, parties: tuple[tuple[str, Person], ...], number: str) -> None:
    if number:
        draft.centre(f"Số: {number}", Style(13.5))
        draft.skip(2)
    draft.paragraph(f"Hôm nay, {format_long_date(case.day)}, tại {case.unit}, tỉnh An Giang, chúng tôi gồm có:")
    for label, person in parties:
        draft.paragraph(f"**{label}:**")
        _write_person(draft, person)


def _write_person(draft: Draft, person: Person) -> None:
    called = "Ông" if person.gender == "Nam" else "Bà"
    draft.paragraph(f"{called}: **{person.name}**; sinh ngày: {format_short_date(person.birth)};", after_mm=0.4)
    draft.paragraph(
        f"Căn cước số: {person.id_number}, cấp ngày {format_short_date(person.id_issued)}, nơi cấp: Bộ Công an;", after_mm=0.4
    )
    draft.paragraph(f"Nơi cư trú: {shorten_address(person.address)}.")


def _sign_both(draft: Draft, case: Case, left: tuple[str, Person], right: tuple[str, Person]) -> None:
    draft.need(42)
    top = draft.y + 8
    note = "(Ký, ghi rõ họ tên)"
    draw_signature(draft, case.rng, top, (left[0],), left[1].name, middle=66, note=note)
    draft.y = draw_signature(draft, case.rng, top, (right[0],), right[1].name, middle=RIGHT_MIDDLE, note=note)
