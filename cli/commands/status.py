"""``sohoa status``: where every file stands, what failed and why."""

from __future__ import annotations

from cli.console import current_actor, errors_as_exit_codes, out, print_json, print_table
from cli.options import AsJson, Limit
from dossiers.model import SubmissionState
from dossiers.scan_verdict import VIETNAM_TIME
from operations.custody_standing import CustodyStanding
from operations.reporting import report_status
from runtime.settings import load_settings
from runtime.wiring import House

STATES_VI = {
    SubmissionState.RECEIVED: "đang xử lý",
    SubmissionState.FAILED: "lỗi, chạy lại được",
    SubmissionState.ARCHIVED: "đã lưu trữ",
    SubmissionState.NEEDS_REVIEW: "cần kiểm tra",
    SubmissionState.DUPLICATE: "trùng lặp",
    SubmissionState.REJECTED: "bị từ chối",
    SubmissionState.REARRANGED: "đã tách, ghép thành tệp khác",
}


def status(limit: Limit = 20, as_json: AsJson = False) -> None:
    """Count the files by where they stand, and list what failed, was rejected or waits for a person."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        report = report_status(house, current_actor(), limit=limit)
    if as_json:
        print_json(report.to_json())
        return
    counts = [(STATES_VI[state], count) for state, count in report.counts.items()]
    print_table("Tệp đã nhận", ("trạng thái", "số tệp"), [*counts, ("tổng", report.total)])
    if report.failures:
        rows = [(group.error_code, group.count, group.error_vi, group.newest.name) for group in report.failures]
        print_table("Lỗi theo nguyên nhân", ("mã lỗi", "số tệp", "lý do", "gần nhất"), rows)
    if report.open_submissions:
        rows_open = [
            (
                item.scan_sha256[:12],
                STATES_VI[item.state],
                item.name,
                item.dossier_number or "",
                item.error_vi or "",
                item.attempts,
            )
            for item in report.open_submissions
        ]
        print_table("Cần xử lý", ("mã", "trạng thái", "tệp", "mã hồ sơ", "lý do", "lần"), rows_open)
    if report.is_withheld:
        out.print("Không ghi được nhật ký nên không liệt kê tệp (the trail takes no entry, so that no file is named).")
    if report.custody is not None:
        _print_custody(report.custody)
    if report.store is not None and not report.store.report.locks:
        out.print("Kho KHÔNG khóa được (the store does not lock): sohoa store check")
    if report.counts[SubmissionState.FAILED]:
        out.print("Chạy lại: sohoa replay --failed")


def _print_custody(custody: CustodyStanding) -> None:
    last = custody.last_audit
    rows: list[tuple[object, ...]] = [
        ("lệnh giữ", custody.holds),
        ("danh sách hủy chưa xong", custody.open_destructions),
        ("kiểm tra toàn kho", last.finished_at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M") if last else "chưa lần nào"),
    ]
    if last is not None:
        rows.append(("hỏng hoặc mất, chưa khôi phục", len(last.unhealed)))
    print_table("Bảo quản", ("", ""), rows)
    if last is not None and last.unhealed:
        out.print("CẢNH BÁO: có dữ liệu không còn nguyên vẹn (stored bytes are not intact): sohoa audit", markup=False)
