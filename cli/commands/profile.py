"""``sohoa profile FILE``: where the time goes; nothing is stored."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from cli.console import errors_as_exit_codes, out, print_json, print_table
from cli.options import AsJson
from operations.profiling import Cost, Profile, profile_file, profile_to_json, sum_stages, warm_up
from runtime.settings import load_settings
from runtime.wiring import House

_COLUMNS = ("bước (step)", "giây", "giây/trang", "tỷ lệ", "CPU giây")
Row = tuple[str, str, str, str, str]


def profile(
    file: Annotated[Path, typer.Argument(help="A scan: PDF, TIFF, JPEG, PNG or HEIC.", metavar="FILE")],
    as_json: AsJson = False,
) -> None:
    """Show the time of every step and stage from a scan to signed PDF/A, in one process, and the most memory it took."""
    with (
        errors_as_exit_codes(as_json=as_json),
        House(load_settings()) as house,
        tempfile.TemporaryDirectory(prefix="sohoa-profile-", dir=house.work_dir) as folder,
    ):
        warm_up(house)
        found = profile_file(house, file, Path(folder))
        if as_json:
            print_json(profile_to_json(file, found))
        else:
            _print_profile(file, found)


def _print_profile(file: Path, found: Profile) -> None:
    pages = found.document.pages
    print_table(f"{file.name}: {len(pages)} trang, {found.document.engine}", _COLUMNS, list(_list_rows(found)))
    if len(pages) > 1:
        stages = list(sum_stages(found.document))
        by_page = [(page.number, *(f"{page.seconds.get(stage, 0.0):.3f}" for stage in stages)) for page in pages]
        print_table("theo trang (read, giây)", ("trang", *stages), by_page)
    kib = found.stored_bytes / 1024 / max(1, len(pages))
    out.print(f"Bộ nhớ cao nhất {found.peak_bytes / 2**20:.0f} MiB; PDF/A đã ký {kib:.0f} KiB/trang.", markup=False)


def _list_rows(found: Profile) -> Iterator[Row]:
    pages, total = max(1, len(found.document.pages)), found.total

    def row(name: str, wall_s: float, cpu_s: str) -> Row:
        return (name, f"{wall_s:.3f}", f"{wall_s / pages:.3f}", f"{_share(wall_s, total):.1%}", cpu_s)

    for step, cost in found.steps.items():
        yield row(step, cost.wall_s, f"{cost.cpu_s:.3f}")
        if step == "read":
            for stage, seconds in sum_stages(found.document).items():
                yield row(f"  {stage}", seconds, "")
    yield row("TỔNG", total.wall_s, f"{total.cpu_s:.3f}")


def _share(wall_s: float, total: Cost) -> float:
    return wall_s / total.wall_s if total.wall_s else 0.0
