"""One short paper of each type that no dossier of the set holds, drawn from a text file in ``samples/generator/specimens/``.

A specimen says how its paper is laid out and what stands on it; people and agencies are filled in from the case:

- ``agency``: a letterhead with number and symbol, title, abstract, body, recipients, signature and seal (NĐ 30/2020, App. I);
- ``citizen``: nation and motto, title, rows to fill in, body, date, the citizen's signature;
- ``register``: nation and motto, title, rows or a table, without a signature.

A title may run over several lines; ``about`` is the abstract under it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samples.generator.draft import Draft
from samples.generator.fiction import format_long_date, format_short_date, format_symbol_number
from samples.generator.letterhead import draw_closing, draw_header, draw_nation_only, draw_signature, draw_title
from samples.generator.papers.case import Case, fill, finish, list_issue_fields, table, write_body
from samples.generator.sheet import Style
from samples.generator.truth import Paper

FOLDER = Path(__file__).parents[1] / "specimens"


def list_specimens() -> tuple[str, ...]:
    """Return the ids of the types that have a specimen."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def draw_specimen(case: Case, type_id: str) -> Paper:
    """Draw the specimen of a type."""
    text = tomllib.loads((FOLDER / f"{type_id}.toml").read_text(encoding="utf-8"))
    facts = list_facts(case)
    draw = {"agency": _draw_agency, "citizen": _draw_citizen, "register": _draw_register}[text["layout"]]
    draft, fields = draw(case, text, facts)
    # What the paper prints of the citizen, by the name of the field.
    printed = {name: facts[fact] for name, fact in text.get("fields", {}).items()}
    return finish(draft, type_id, fields | printed)


def list_facts(case: Case) -> dict[str, str]:
    """Return what a specimen's text may name in braces."""
    citizen = case.citizen
    return {
        "citizen": citizen.name,
        "CITIZEN": citizen.name.upper(),
        "partner": case.partner.name,
        "dead": case.dead.name,
        "id": citizen.id_number,
        "birth": format_short_date(citizen.birth),
        "birth_iso": citizen.birth.isoformat(),
        "address": citizen.address,
        "home": citizen.home,
        "agency": case.agency.called,
        "day": format_short_date(case.day),
        "long_day": format_long_date(case.day),
        "year": str(case.day.year),
        "dossier": case.dossier_number or "H01.31.12-261008-0003",
    }


def _draw_agency(case: Case, text: Mapping[str, Any], facts: dict[str, str]) -> tuple[Draft, dict[str, str]]:
    agency, draft = case.agency, Draft(case.dpi)
    about = tuple(line.format_map(facts) for line in text.get("about", ()))
    part = text.get("symbol", "")
    number, symbol = (format_symbol_number(case.rng.randint(11, 480)), f"{part}-{agency.short}") if part else ("", "")
    draw_header(draft, agency, case.day, number=number, symbol=symbol)
    title, *rest = text["title"].split("\n")
    draw_title(draft, title, (*rest, *about))
    _write(draft, text, facts)
    draw_closing(draft, case.rng, tuple(text.get("recipients", ("- Như trên;", "- Lưu: VT."))), agency)
    fields = list_issue_fields(agency, number, symbol, case.day, agency.head, about)
    return draft, {name: value for name, value in fields.items() if value}


def _draw_citizen(case: Case, text: Mapping[str, Any], facts: dict[str, str]) -> tuple[Draft, dict[str, str]]:
    draft = _begin(case, text)
    _write(draft, text, facts)
    draft.need(48)
    date = f"{case.agency.place}, {format_long_date(case.day)}"
    draft.sheet.put(147, draft.y + 6, date, Style(13, italic=True), anchor="m")
    draft.y = draw_signature(draft, case.rng, draft.y + 12, (text.get("signer", "Người khai"),), case.citizen.name)
    return draft, {"issue_date": case.day.isoformat()}


def _draw_register(case: Case, text: Mapping[str, Any], facts: dict[str, str]) -> tuple[Draft, dict[str, str]]:
    draft = _begin(case, text)
    _write(draft, text, facts)
    return draft, {}


def _begin(case: Case, text: Mapping[str, Any]) -> Draft:
    draft = Draft(case.dpi)
    if text.get("form"):
        draft.sheet.put(draft.right, draft.y - 4, text["form"], Style(11, italic=True), anchor="r")
    draw_nation_only(draft)
    draft.skip(2)
    title, *rest = text["title"].split("\n")
    draw_title(draft, title, tuple(rest), rule=False, size_pt=15)
    return draft


def _write(draft: Draft, text: Mapping[str, Any], facts: dict[str, str]) -> None:
    for row in text.get("rows", ()):
        label, _, value = row.format_map(facts).partition(":")
        fill(draft, (f"{label}:", value.strip()))
    if "table" in text:
        rows = [[cell.format_map(facts) for cell in row] for row in text["table"]["rows"]]
        table(draft, text["table"]["widths_mm"], rows)
    write_body(draft, [paragraph.format_map(facts) for paragraph in text.get("body", ())], closing_mm=70)
