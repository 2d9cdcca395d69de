"""``sohoa reindex``: rebuild the catalog from the object store."""

from __future__ import annotations

from cli.console import current_actor, errors_as_exit_codes, out, print_json, progress_bar
from cli.options import AsJson
from operations.reindexing import reindex_catalog
from runtime.settings import load_settings
from runtime.wiring import House


def reindex(as_json: AsJson = False) -> None:
    """Rebuild the catalog from the object store alone; the old one stays until the new one is whole."""
    with (
        errors_as_exit_codes(as_json=as_json),
        House(load_settings()) as house,
        progress_bar("Lập lại danh mục", total=None) as advance,
    ):
        counts = reindex_catalog(house, current_actor(), lambda: advance(1))
    if as_json:
        trail = {"sequence": counts.trail_head.sequence, "hash": counts.trail_head.hash}
        print_json({"documents": counts.documents, "submissions": counts.submissions, "trail": trail})
    else:
        out.print(f"Đã lập lại danh mục: {counts.documents} tài liệu, {counts.submissions} tệp đã nhận.")
        out.print(f"Nhật ký: {counts.trail_head.sequence} mục, đến {counts.trail_head.hash}")
