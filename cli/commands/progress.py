"""``sohoa progress``: each counter's rate, pace and the date it will reach its target."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from catalog import CounterProgress, ProgressReport
from cli.console import current_actor, errors_as_exit_codes, out, print_json, print_table
from cli.options import AsJson
from operations.reporting import report_progress
from runtime.settings import load_settings
from runtime.wiring import House

_COLUMNS = (
    "bộ phận",
    "hồ sơ",
    "có thành phần",
    "có kết quả",
    "đã số hóa",
    "chờ kiểm tra",
    "tỷ lệ",
    "chỉ tiêu",
    "điểm",
    "còn thiếu",
)


def progress(as_json: AsJson = False) -> None:
    """Show how far each counter is from its digitization target."""
    with errors_as_exit_codes(as_json=as_json), House(load_settings()) as house:
        report = report_progress(house, current_actor())
    if as_json:
        print_json(progress_to_json(report))
    else:
        print_progress(report)


def print_progress(report: ProgressReport) -> None:
    """Print the counters, the total, the pace, and what cannot be computed yet."""
    rows = [_row(counter.counter, counter) for counter in report.counters]
    title = f"{report.indicator.name_vi}, {report.day:%d/%m/%Y}"
    print_table(title, _COLUMNS, [*rows, _row("TỔNG", report.total)])
    if not report.is_target_current:
        out.print(f"Lưu ý: đang dùng “{report.targets.title_vi}”; chưa có chỉ tiêu mới hơn.", markup=False)
    pace = report.pace
    if pace.reach_on:
        out.print(
            f"Nhịp độ {pace.per_day} hồ sơ/ngày trong {pace.days} ngày; dự kiến đạt chỉ tiêu ngày {pace.reach_on:%d/%m/%Y}."
        )
    elif pace.reason_vi:
        out.print(f"Dự báo: {pace.reason_vi}", markup=False)
    if report.unfiled_documents:
        out.print(f"{report.unfiled_documents} tài liệu chưa có mã hồ sơ, không tính cho bộ phận nào.")
    for indicator in report.not_computable:
        out.print(f"{indicator.name_vi} (chỉ tiêu {indicator.target_percent} %): N/A. {indicator.missing_vi}", markup=False)


def progress_to_json(report: ProgressReport) -> dict[str, Any]:
    """Return the form of ``sohoa progress --json``; percentages are numbers with two decimals or null (N/A)."""
    pace = report.pace
    return {
        "day": report.day.isoformat(),
        "targets": report.targets.id,
        "targets_current": report.is_target_current,
        "indicator": report.indicator.id,
        "total": _counter_to_json(report.total),
        "counters": [_counter_to_json(counter) for counter in report.counters],
        "unfiled_documents": report.unfiled_documents,
        "pace": {
            "days": pace.days,
            "digitized": pace.digitized,
            "per_day": _number(pace.per_day),
            "reach_on": pace.reach_on.isoformat() if pace.reach_on else None,
            "reason_vi": pace.reason_vi or None,
            "reason_en": pace.reason_en or None,
        },
        "not_computable": [
            {
                "indicator": one.id,
                "target_percent": _number(one.target_percent),
                "reason_vi": one.missing_vi,
                "reason_en": one.missing_en,
            }
            for one in report.not_computable
        ],
    }


def _row(name: str, counter: CounterProgress) -> tuple[object, ...]:
    return (
        name,
        counter.seen,
        counter.with_component,
        counter.with_result,
        counter.digitized,
        counter.waiting_for_review,
        "N/A" if counter.rate_percent is None else f"{counter.rate_percent} %",
        f"{counter.target_percent} %",
        "N/A" if counter.points is None else f"{counter.points}/{counter.max_points}",
        counter.gap,
    )


def _counter_to_json(counter: CounterProgress) -> dict[str, Any]:
    return {
        "counter": counter.counter,
        "dossiers": counter.seen,
        "with_component": counter.with_component,
        "with_result": counter.with_result,
        "digitized": counter.digitized,
        "waiting_for_review": counter.waiting_for_review,
        "rate_percent": _number(counter.rate_percent),
        "target_percent": _number(counter.target_percent),
        "points": _number(counter.points),
        "max_points": _number(counter.max_points),
        "gap": counter.gap,
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
