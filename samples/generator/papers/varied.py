"""Papers whose words are put together by chance: what a reader is measured on must not be known by heart."""

from __future__ import annotations

from collections.abc import Callable

from samples.generator.draft import Draft
from samples.generator.fiction import format_money, format_short_date, invent_person
from samples.generator.letterhead import draw_closing, draw_header, draw_nation_only, draw_signature, draw_title
from samples.generator.papers.case import FORM, Case, fill, finish, heading, list_issue_fields, table
from samples.generator.papers.civil_status import shorten_address
from samples.generator.phrases import ABOUTS, HOW, SYMBOLS, WHAT, WHO, invent_basis, invent_sentence
from samples.generator.sheet import Style
from samples.generator.truth import Paper

RECIPIENTS = ("- Như trên;", "- Thường trực Đảng ủy;", "- CT, các PCT;", "- Các khóm, ấp;", "- Kho bạc Nhà nước;", "- Lưu: VT.")


def draw_varied_letter(case: Case) -> Paper:
    """Draw an official letter of one sheet."""
    draft, number, symbol, about = _begin(case, "", "")
    draft.skip(5)
    draft.centre(f"Kính gửi: {case.rng.choice(WHO)}.", Style(13.5))
    draft.skip(3)
    _write_until(draft, case, lambda: invent_sentence(case.rng), numbered=True)
    return _close(draft, case, number, symbol, about)


def draw_varied_decision(case: Case) -> Paper:
    """Draw a decision of one sheet: its bases in italics, then its articles."""
    draft, number, symbol, about = _begin(case, "QĐ", "QUYẾT ĐỊNH")
    draft.centre(f"CHỦ TỊCH {case.agency.title}", Style(13.5, bold=True))
    draft.skip(2)
    for _ in range(case.rng.randint(2, 4)):
        draft.paragraph(f"__{invent_basis(case.rng)}__")
    draft.centre("QUYẾT ĐỊNH:", Style(13.5, bold=True))
    draft.skip(2)
    articles = iter(range(1, 100))
    _write_until(draft, case, lambda: f"**Điều {next(articles)}.** {invent_sentence(case.rng)}")
    return _close(draft, case, number, symbol, about)


def draw_varied_table(case: Case) -> Paper:
    """Draw a notice with a long ruled table of people and sums."""
    rng = case.rng
    draft, number, symbol, about = _begin(case, "TB", "THÔNG BÁO")
    draft.paragraph(invent_sentence(rng))
    rows = [("STT", "Họ và tên", "Ngày sinh", "Số tiền (đồng)", "Ghi chú")]
    people = [invent_person(rng, agency=case.agency) for _ in range(rng.randint(11, 15))]
    notes = ("Hộ nghèo", "Cận nghèo", "Bổ sung", "", "")
    for count, person in enumerate(people, start=1):
        money = format_money(rng.randint(4, 180) * 125_000)
        rows.append((str(count), person.name, format_short_date(person.birth), money, rng.choice(notes)))
    table(draft, (13, 56, 30, 36, 28), rows)
    draft.paragraph(invent_sentence(rng))
    return _close(draft, case, number, symbol, about)


def draw_open_form(case: Case) -> Paper:
    """Draw a form with long dotted leaders: some beneath their entries, some behind them, some with nothing on them."""
    rng, citizen = case.rng, case.citizen
    draft = Draft(case.dpi)
    draw_nation_only(draft)
    draft.skip(1)
    draw_title(draft, rng.choice(("ĐƠN ĐỀ NGHỊ", "TỜ KHAI", "PHIẾU ĐĂNG KÝ")), rule=False, size_pt=15)
    draft.centre(f"Kính gửi: {case.agency.called}", Style(13.5))
    under = rng.random() < 0.5
    entries: tuple[tuple[tuple[str, str], ...], ...] = (
        (("Họ, chữ đệm, tên:", citizen.name.upper()),),
        (("Ngày sinh:", format_short_date(citizen.birth)), ("Dân tộc:", citizen.ethnicity), ("Giới tính:", citizen.gender)),
        (("Số định danh cá nhân:", citizen.id_number), ("Cấp ngày:", format_short_date(citizen.id_issued))),
        (("Nơi cư trú:", shorten_address(citizen.address)),),
        (("Điện thoại:", f"09{rng.randint(10_000_000, 99_999_999)}"), ("Thư điện tử:", "")),
    )
    for row in entries:
        fill(draft, *row, dots_under=under)
    for count in range(1, rng.randint(3, 4)):
        heading(draft, f"{count}. {rng.choice(WHAT).capitalize()}:")
        fill(draft, ("Nội dung:", rng.choice(HOW)), dots_under=under)
        fill(draft, ("Lý do:", ""), ("Thời gian:", format_short_date(invent_person(rng).id_issued)))
        draft.skip(6.2)
        draft.sheet.dots(draft.left, draft.right, draft.y)
    fill(draft, ("Tổng số tiền:", f"{format_money(rng.randint(10, 900) * 100_000)} đồng"), ("Số tài khoản:", ""))
    draft.paragraph(invent_sentence(rng), FORM)
    draft.need(46)
    draft.y = draw_signature(draft, rng, draft.y + 8, ("Người đề nghị",), citizen.name, note="(Ký, ghi rõ họ, chữ đệm, tên)")
    return finish(draft, "don_de_nghi", {})


def _begin(case: Case, kind: str, title: str) -> tuple[Draft, str, str, tuple[str, ...]]:
    rng, draft = case.rng, Draft(case.dpi)
    number = f"{rng.randint(2, 2900):02d}"
    symbol = f"{kind}-{case.agency.short}" if kind else f"{case.agency.short}-{rng.choice(SYMBOLS)}"
    about = rng.choice(ABOUTS)
    head_about = () if title else (f"V/v {about[0].removeprefix('Về việc ')}", about[1])
    draw_header(draft, case.agency, case.day, number=number, symbol=symbol, about=head_about, hand=case.hand)
    if title:
        draw_title(draft, title, about)
    return draft, number, symbol, about


def _write_until(draft: Draft, case: Case, write: Callable[[], str], *, numbered: bool = False) -> None:
    """Write paragraphs as long as the signature still has room on the sheet."""
    foot = draft.size_mm[1] - draft.margins.bottom - 74
    count = 1
    while draft.y < foot:
        draft.paragraph(f"**{count}.** {write()}" if numbered else write())
        count += 1


def _close(draft: Draft, case: Case, number: str, symbol: str, about: tuple[str, ...]) -> Paper:
    recipients = tuple(text for text in RECIPIENTS if case.rng.random() < 0.75) or RECIPIENTS[-1:]
    draw_closing(draft, case.rng, recipients, case.agency)
    kind = {"QĐ": "quyet_dinh", "TB": "thong_bao"}.get(symbol.split("-")[0], "cong_van")
    return finish(draft, kind, list_issue_fields(case.agency, number, symbol, case.day, case.agency.head, about))
