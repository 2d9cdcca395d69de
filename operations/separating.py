"""Separator sheets, from dossier numbers to a PDF to print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dossiers.arrangements import separator_text
from dossiers.codes import DossierNumber
from pdf.separators import SeparatorSheet, draw_separators
from runtime.settings import Settings
from storage.files import os_errors_mapped, replace_atomically


def draw_separator_sheets(settings: Settings, numbers: Sequence[str], next_document_count: int, to_path: Path) -> int:
    """Write a sheet for each dossier number, and so many that begin another document; return how many sheets there are.

    Raises InvalidCodeError for a malformed number, ConfigurationError for the font, and the storage errors for the file.
    """
    parsed = [DossierNumber.parse(number) for number in numbers]
    sheets = [SeparatorSheet(separator_text(number), str(number), "Bắt đầu hồ sơ có mã trên") for number in parsed]
    next_sheet = SeparatorSheet(
        separator_text(None), "GIẤY TỜ TIẾP THEO", "Giấy tờ khác của cùng hồ sơ (Patch T)", has_patch_t=True
    )
    sheets += [next_sheet] * next_document_count
    with os_errors_mapped(str(to_path)):
        replace_atomically(to_path.absolute(), draw_separators(sheets, settings.signing.mark_font), mode=0o644)
    return len(sheets)
