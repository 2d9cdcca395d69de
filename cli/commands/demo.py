"""``sohoa demo``: the main job on the sample dossiers, end to end, with real parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import samples
from catalog import SearchHit
from catalog.folding import fold
from cli.commands.ingest import SHOWN_ID, ingest_shown
from cli.commands.progress import print_progress
from cli.console import current_actor, errors_as_exit_codes, out, print_table
from cli.exit_codes import exit_code_of_error_code, most_severe
from dossiers.errors import ConfigurationError
from dossiers.model import CatalogEntry, Outcome
from operations.reporting import report_progress
from operations.results import FileResult
from operations.searching import search_archive
from operations.verifying import verify_entry
from runtime.settings import load_settings
from runtime.wiring import House

_SAMPLES = Path(samples.__file__).parent / "dossiers"
_EXAMPLE_QUERY = "giay khai sinh"
_COLUMNS = ("hồ sơ", "tài liệu", "loại", "số", "ngày", "trang", "tin cậy", "PAdES", "khóa lưu trữ")
_COLUMNS_KEPT_WHOLE = ("ngày", "trang", "tin cậy", "PAdES", "khóa lưu trữ")


def demo(
    folder: Annotated[Path, typer.Option("--samples", help="Another folder of dossiers.")] = _SAMPLES,
) -> None:
    """Digitize the fictional sample dossiers, and show what was archived, the progress, and one search."""
    with errors_as_exit_codes(), House(load_settings()) as house:
        if house.settings.signing.identity != "demonstration":
            raise ConfigurationError(
                detail="the demo signs with the demonstration identity only; signing.identity says otherwise"
            )
        out.print(f"Số hóa các hồ sơ mẫu trong {folder} vào {house.home}", markup=False)
        results = list(ingest_shown(house, [folder], current_actor()))
        _print_outcomes(results, folder)
        entries = house.catalog.documents.list_documents()
        _print_archive(entries, is_demonstration=house.identity.is_demonstration)
        print_progress(report_progress(house, current_actor()))
        if entries:
            _print_search(house, entries)
    _print_next_steps(entries)
    raise typer.Exit(most_severe(exit_code_of_error_code(result.error.code) for result in results if result.error))


def _print_outcomes(results: list[FileResult], folder: Path) -> None:
    counts = {outcome: sum(result.outcome == outcome for result in results) for outcome in Outcome}
    new = counts[Outcome.ARCHIVED] + counts[Outcome.NEEDS_REVIEW]
    out.print(
        f"{len(results)} tệp: {counts[Outcome.ARCHIVED]} lưu trữ, {counts[Outcome.NEEDS_REVIEW]} cần kiểm tra, "
        f"{counts[Outcome.DUPLICATE]} đã có từ trước, {counts[Outcome.REJECTED]} bị từ chối."
    )
    if not new and counts[Outcome.DUPLICATE]:
        out.print("Không có gì mới: mọi tệp đã ở trong kho, không tệp nào được lưu hai lần.")
    for result in results:
        if result.error:
            out.print(f"  {Path(result.path).relative_to(folder)}: {result.error.message_vi}", markup=False)


def _print_archive(entries: list[CatalogEntry], *, is_demonstration: bool) -> None:
    """Print a row a document, with the dossier number at the first of each dossier."""
    firsts = {entry.dossier_number: entry.document_id for entry in reversed(entries)}
    rows = [_row(entry, is_first=firsts[entry.dossier_number] == entry.document_id) for entry in entries]
    print_table("Kho lưu trữ", _COLUMNS, rows, whole=_COLUMNS_KEPT_WHOLE)
    if is_demonstration:
        out.print("Chữ ký B-B là của danh tính trình diễn, không có giá trị pháp lý.")


def _row(entry: CatalogEntry, *, is_first: bool) -> tuple[object, ...]:
    return (
        (entry.dossier_number or "(chưa rõ)") if is_first else "",
        entry.document_id[:SHOWN_ID],
        entry.type_name + (" (cần kiểm tra)" if entry.state == Outcome.NEEDS_REVIEW else ""),
        entry.number,
        entry.issue_date,
        entry.page_count,
        f"{entry.mean_confidence:.2f}",
        entry.signature_level.value if entry.signature_level else "có sẵn",
        _shorten_key(entry.pdf_key),
    )


def _shorten_key(key: str) -> str:
    """Return the end of a key, whose beginning is the dossier and the document; ``sohoa show`` tells it whole."""
    return f"…/{key.rpartition('/')[2][:8]}….pdf"


def _print_search(house: House, entries: list[CatalogEntry]) -> None:
    query = _EXAMPLE_QUERY
    found = search_archive(house, query, current_actor(), limit=1)
    if not found.hits:  # other samples than the committed ones
        query = fold(entries[0].type_name)
        found = search_archive(house, query, current_actor(), limit=1)
    out.print(f"\nTìm “{query}” (không dấu): {found.total} tài liệu", markup=False, style="bold")
    for hit in found.hits:
        _print_hit(hit)
        verification = verify_entry(house, house.catalog.documents.get(hit.document_id), current_actor())
        out.print(f"  kiểm tra: {verification.row()[-1]}", markup=False)


def _print_hit(hit: SearchHit) -> None:
    out.print(f"  {hit.type_name}, hồ sơ {hit.dossier_number}, trang {hit.page}: {hit.snippet}", markup=False)


def _print_next_steps(entries: list[CatalogEntry]) -> None:
    example = entries[0].document_id[:SHOWN_ID] if entries else "DOCUMENT"
    out.print("\nThử tiếp / try next (.venv/bin/sohoa …):", style="bold")
    for line in (
        'sohoa search "cong hoa xa hoi chu nghia viet nam"',
        f"sohoa show {example} --text",
        "sohoa verify",
        "sohoa progress",
        "sohoa status",
        "sohoa ingest YOUR_SCANS --dossier H01.31.12-261008-0003 --json",
    ):
        out.print(f"  {line}", markup=False)
