"""``sohoa reconcile``: prove that nothing is lost and that catalog and object store agree."""

from __future__ import annotations

import typer

from cli.console import current_actor, err, errors_as_exit_codes, print_json, print_table, progress_bar
from cli.exit_codes import ExitCode
from cli.options import AsJson
from dossiers.reconciliation import Ending
from operations.reconciling import Reconciliation
from operations.reconciling import reconcile as reconcile_house
from runtime.settings import load_settings
from runtime.wiring import House

_ENDINGS_VI = {
    Ending.ARCHIVED: "đã lưu trữ",
    Ending.DESTROYED: "đã hủy theo thời hạn",
    Ending.NEEDS_PERSON: "cần người xử lý",
    Ending.DUPLICATE: "trùng lặp",
    Ending.REJECTED: "bị từ chối",
    Ending.IN_PARTS: "đã tách, ghép thành tệp khác",
    Ending.IN_PROGRESS: "đang xử lý",
}


def reconcile(as_json: AsJson = False) -> None:
    """Count every file ever seen by where it ended, and list what catalog and object store do not agree on."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        with progress_bar("Đối chiếu", total=None) as advance:
            found = reconcile_house(house, current_actor(), lambda: advance(1))
        if as_json:
            print_json(found.to_json())
        else:
            _print(found)
    raise typer.Exit(ExitCode.OK if found.agrees else ExitCode.INTEGRITY)


def _print(found: Reconciliation) -> None:
    rows: list[tuple[object, ...]] = [(_ENDINGS_VI[ending], count) for ending, count in found.endings.items()]
    print_table("Mọi tệp đã nhận", ("kết thúc", "số tệp"), [*rows, ("tổng", found.total)])
    print_table(
        "Hai nguồn",
        ("", "số"),
        [
            ("tệp trong danh mục", found.submissions),
            ("lần nhận lại", found.sightings),
            ("tệp gốc trong kho", found.originals),
            ("tài liệu trong kho", found.documents),
        ],
    )
    if found.agrees:
        return
    differences = [(one.kind.value, one.what, one.detail) for one in found.differences]
    print_table("Sai lệch", ("loại", "tệp hoặc tài liệu", "chi tiết"), differences)
    err.print("CẢNH BÁO: danh mục và kho lưu trữ không khớp. Catalog and object store do not agree.", style="red")
