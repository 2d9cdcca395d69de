"""What the drawing of every paper starts from, and the parts that forms share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from samples.generator.draft import Draft
from samples.generator.fiction import Agency, Official, Person
from samples.generator.sheet import Style
from samples.generator.truth import Paper

FORM = Style(13)


@dataclass(frozen=True, slots=True)
class Case:
    """A citizen's matter before an agency: who, where, when, and how finely it will be scanned."""

    rng: Random
    dpi: int
    agency: Agency
    counter: Agency
    day: dt.date
    dossier_number: str
    citizen: Person
    partner: Person
    child: Person
    dead: Person
    hand_numbers: bool = False

    @property
    def hand(self) -> Random | None:
        """The hand that writes numbers and days, if they are not printed."""
        return self.rng if self.hand_numbers else None

    @property
    def unit(self) -> str:
        """The unit in running text: "phường An Bình"."""
        return self.citizen.home.split(",")[0].replace("Phường", "phường").replace("Xã", "xã")


def list_issue_fields(
    agency: Agency, number: str, symbol: str, day: dt.date, official: Official | None, abstract: Sequence[str] = ()
) -> dict[str, str]:
    """Return the header and signature fields of an issued paper.

    The number is given as printed, with its symbol ("47/QĐ-UBND"); positions are joined by " / ".
    """
    fields = {"document_number": f"{number}/{symbol}" if symbol else number, "issue_date": day.isoformat()}
    if symbol:
        fields["document_symbol"] = symbol
    fields["issuing_authority"] = agency.title
    if abstract:
        fields["abstract"] = " ".join(abstract)
    if official is not None:
        fields["signatory"] = official.name
        fields["signatory_position"] = " / ".join(official.powers)
    return fields


def list_citizen_fields(person: Person, *, with_birth: bool = True) -> dict[str, str]:
    """Return the fields of whoever the paper is about; ``with_birth`` when it prints the day of birth."""
    fields = {"full_name": person.name, "personal_id_number": person.id_number}
    return fields | ({"date_of_birth": person.birth.isoformat()} if with_birth else {})


def write_body(draft: Draft, texts: Sequence[str], *, closing_mm: float = 88.0) -> None:
    """Write paragraphs; the last two go to the next sheet unless ``closing_mm`` is left for them and the signature.

    A signature never stands alone on a sheet.
    """
    for number, text in enumerate(texts):
        if number == len(texts) - 2:
            draft.need(closing_mm)
        draft.paragraph(text)


def fill(draft: Draft, *entries: tuple[str, str], style: Style = FORM, dots_under: bool = False) -> None:
    """Write one row of a form: each label with its entry and a dotted leader, the row's width shared by need.

    A form filled in on a computer has its leader behind the entry; with ``dots_under`` it runs beneath, as on printed forms.
    """
    sheet = draft.sheet
    height = style.size_pt * 25.4 / 72 * 1.42
    draft.need(height)
    sheet = draft.sheet
    draft.y += height
    x = draft.left
    needs = [sheet.measure_mm(label + " " + value, style) + 3 for label, value in entries]
    spare = max(0.0, (draft.right - draft.left - sum(needs)) / len(entries))
    with sheet.row():
        for (label, value), need in zip(entries, needs, strict=True):
            end = x + need + spare
            sheet.put(x, draft.y, f"{label} {value}".strip(), style)
            if dots_under:
                sheet.dots(x + sheet.measure_mm(label + " ", style), min(end - 1.5, draft.right), draft.y + 1.0)
            else:
                sheet.dots(x + need - 2.2, min(end - 1.5, draft.right), draft.y)
            x = end


def heading(draft: Draft, text: str, style: Style | None = None) -> None:
    """Write the heading of a form's part."""
    draft.y += 1.2
    draft.paragraph(f"**{text}**", style or FORM, indent_mm=0, after_mm=0.6)


def table(draft: Draft, widths_mm: Sequence[float], rows: Sequence[Sequence[str]], *, size_pt: float = 11.5) -> None:
    """Draw a ruled table whose cells take one line each; the first row is the head."""
    height = 7.4
    for number, row in enumerate(rows):
        draft.need(height + 2)
        sheet, x = draft.sheet, draft.left
        top = draft.y + 2.2
        with sheet.row():
            for column, (cell, width) in enumerate(zip(row, widths_mm, strict=True)):
                sheet.frame(x, top, x + width, top + height)
                style = Style(size_pt, bold=number == 0)
                middle = number == 0 or column == 0
                sheet.put(x + width / 2 if middle else x + 1.8, top + 5.1, cell, style, anchor="m" if middle else "l")
                x += width
        draft.y = top + height - 2.2
    draft.y += 4


def finish(draft: Draft, type_id: str, fields: dict[str, str]) -> Paper:
    """Return the draft as a finished paper."""
    return Paper(type_id, tuple(draft.sheets), fields)
