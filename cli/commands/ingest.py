"""``sohoa ingest PATH…``: take scans in and see each to its stated end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.console import current_actor, err, errors_as_exit_codes, out, print_json, print_table, progress_bar
from cli.exit_codes import exit_code_of_error_code, most_severe
from cli.options import AsJson
from dossiers.model import Actor
from operations.ingesting import DossierScans, ingest_files
from operations.paths import find_scans
from operations.proving_store import require_store
from operations.results import OUTCOMES_VI, FileResult
from runtime.prefect_environment import prepare_prefect_environment
from runtime.settings import load_settings
from runtime.wiring import House

# So much of a document's id tells it from others, and is enough for ``sohoa show``.
SHOWN_ID = 18


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Scans, or folders of scans.", metavar="PATH...")],
    dossier: Annotated[str | None, typer.Option("--dossier", help="Dossier number of all of them (mã hồ sơ).")] = None,
    as_json: AsJson = False,
) -> None:
    """Digitize, sign, archive and index scans. The files themselves are left where they are."""
    results: list[FileResult] = []
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        require_store(house, current_actor())
        for result in ingest_shown(house, paths, current_actor(), dossier):
            results.append(result)
            if as_json:
                print_json(result.to_json())
    if not as_json:
        print_results(results)
    raise typer.Exit(most_severe(exit_code_of_error_code(result.error.code) for result in results if result.error))


def ingest_shown(house: House, paths: Sequence[Path], actor: Actor, dossier: str | None = None) -> Iterator[FileResult]:
    """Ingest with a progress bar on a terminal."""
    with progress_bar("Số hóa", total=sum(1 for _ in find_scans(paths)) if err.is_terminal else None) as advance:
        for result in ingest_files(house, paths, actor, run_flows, dossier):
            advance(1)
            yield result


def run_flows(house: House, dossiers: Sequence[DossierScans], actor: Actor) -> None:
    """Run the Prefect flow of each dossier; Prefect is imported only when there is something to do, as it is slow to start."""
    prepare_prefect_environment(house.settings)
    from flows.digitize_dossier import digitize_batch

    digitize_batch(house, dossiers, actor)


def print_results(results: Sequence[FileResult]) -> None:
    """Print one row a document, and one for each file without any."""
    rows: list[tuple[object, ...]] = []
    for result in results:
        outcome = OUTCOMES_VI[result.outcome]
        name = Path(result.path).name
        for document in result.documents:
            pages = f"{document.pages[0]}-{document.pages[-1]}" if len(document.pages) > 1 else f"{document.pages[0]}"
            rows.append(
                (name, outcome, document.dossier_number or "", document.type_name, pages, document.document_id[:SHOWN_ID])
            )
        if not result.documents:
            rows.append((name, outcome, "", "", "", ""))
    print_table(
        "Kết quả", ("tệp", "kết quả", "mã hồ sơ", "loại giấy tờ", "trang", "tài liệu"), rows, whole=("trang", "tài liệu")
    )
    for result in results:
        if result.error:
            out.print(f"{result.path}: {result.error.message_vi} [{result.error.code}]", markup=False)
