"""The measurements as plain data, and where they are written."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from dataclasses import asdict
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.figures import Measurements, list_figures
from benchmarks.measure import FileResult, SetResult
from benchmarks.page_sets import REAL_DEV, REAL_HELD
from benchmarks.table import render_page


def make_report(found: Measurements, about: dict[str, Any]) -> dict[str, Any]:
    """Return everything measured as plain data; no text of any page is in it."""
    figures = list_figures(found)
    return {
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        **about,
        "figures": [{**asdict(figure), "ratio": figure.ratio} for figure in figures],
        "sets": {
            name: {engine: _describe_set(result) for engine, result in results.items()} for name, results in found.sets.items()
        },
        "ranks": rank_engines(found),
        "long_peak_bytes": list(found.long_peaks),
    }


def rank_engines(found: Measurements) -> dict[str, Any]:
    """Return the engines of each set from the fewest errors to the most, and how well drawn sets agree with the real pages.

    The agreement is Kendall's tau over pairs of engines, averaged over the real sets: 1 the same order, -1 the reverse.
    """
    scored = {name: results for name, results in found.sets.items() if any(r.score.letters for r in results.values())}
    orders = {name: sorted(results, key=lambda engine: _errors(results[engine])) for name, results in scored.items()}
    real = [orders[name] for name in (REAL_DEV, REAL_HELD) if name in orders]
    agreement = {
        name: round(sum(_tau(order, other) for other in real) / len(real), 2)
        for name, order in orders.items()
        if real and name not in (REAL_DEV, REAL_HELD) and len(order) > 1
    }
    return {"orders": orders, "agreement_with_real": agreement}


def write_report(report: dict[str, Any], json_path: Path, page_path: Path) -> None:
    """Write both forms."""
    json_path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page_path.write_text(render_page(report), encoding="utf-8")


def _describe_set(result: SetResult) -> dict[str, Any]:
    score = result.score
    return {
        "pages": result.page_set.page_count,
        "letters": score.letters,
        "error": score.error,
        "insertions": score.insertions,
        "line_error": score.line_error,
        "line_insertions": score.line_insertions,
        "word_f1": score.word_f1,
        "order_tau": score.order_tau,
        "cpu_s_a_page": result.cpu_s_a_page,
        "wall_s_a_page": result.wall_s_a_page,
        "stored_bytes_a_page": result.stored_bytes_a_page,
        "source_bytes_a_page": result.source_bytes_a_page,
        "peak_bytes": result.peak_bytes,
        "stages_s_a_page": _sum_stages(result),
        "failures": [_without_paths(text) for text in result.failures],
        "files": [_describe_file(file) for file in result.files],
    }


def _describe_file(result: FileResult) -> dict[str, Any]:
    score = result.score
    return {
        "name": result.file.name,
        "error": round(score.error, 5),
        "insertions": round(score.insertions, 5),
        "word_f1": round(score.word_f1, 5),
        "cpu_s": round(result.reading.cpu_s, 3),
        "stored_bytes": result.reading.stored_bytes,
    }


def _sum_stages(result: SetResult) -> dict[str, float]:
    stages: dict[str, float] = {}
    for file in result.files:
        for stage, seconds in file.reading.stages.items():
            stages[stage] = stages.get(stage, 0.0) + seconds / result.page_set.page_count
    return {stage: round(seconds, 4) for stage, seconds in stages.items()}


def _without_paths(text: str) -> str:
    """A complaint names files of this machine."""
    return " ".join(word for word in text.split() if "/" not in word[:1])


def _errors(result: SetResult) -> float:
    return result.score.error + result.score.insertions


def _tau(order: list[str], other: list[str]) -> float:
    """Return Kendall's tau of two orders of the same names."""
    pairs = list(combinations([name for name in order if name in other], 2))
    agree = sum(other.index(a) < other.index(b) for a, b in pairs)
    return (2 * agree - len(pairs)) / len(pairs) if pairs else 1.0
