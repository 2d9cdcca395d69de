"""The measurements as a page that a person reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.figures import Figure

METHOD = """
Both engines take the same files by turns, on one core each (OCRmyPDF with `--jobs 1` and `OMP_THREAD_LIMIT=1`). CPU is user
and system time with that of every program started. OCRmyPDF pays its start for each file, as its users do; Sohoa's worker is
warm: its imports, the loading of its models and the storing in S3 are left out. OCRmyPDF's text is its sidecar, Tesseract's own
lines in their order.

Character error counts edits on matched lines and lines not found, however an engine cuts lines: a header read across two
columns is no error. The same line by line stands beside. Spurious characters are those of lines that match nothing printed.
Pages of `real-dev` were looked at while the reader was made; those of `real-held` were not.
"""
FIGURE_HEAD = ("figure", "Sohoa", "OCRmyPDF", "ratio", "goal", "met")
SET_HEAD = (
    "set",
    "pages",
    "engine",
    "error",
    "spurious",
    "error line by line",
    "word F1",
    "order",
    "CPU s a page",
    "stored KiB a page",
    "peak MiB",
)
ENGINES = {"ours": "Sohoa", "peer": "OCRmyPDF", "plain": "Tesseract alone"}


def render_page(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown."""
    parts = [
        "# Sohoa beside OCRmyPDF",
        _render_about(report),
        METHOD.strip(),
        _render_table(FIGURE_HEAD, list_figure_rows(report["figures"])),
        "## By set",
        _render_table(SET_HEAD, _list_set_rows(report["sets"])),
    ]
    agreement = report["ranks"]["agreement_with_real"]
    if agreement:
        parts.append("## Do the drawn sets rank the engines as the real pages do?")
        parts.append("Kendall's tau of the order by errors with insertions, against the real sets:")
        parts.append(", ".join(f"{name} {tau:+.2f}" for name, tau in agreement.items()) + ".")
    failures = [
        f"- {ENGINES[engine]}, {text}"
        for engines in report["sets"].values()
        for engine, result in engines.items()
        for text in result["failures"]
    ]
    if failures:
        parts += ["## Files that an engine could not take", "\n".join(failures)]
    return "\n\n".join(parts) + "\n"


def list_figure_rows(figures: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each figure, in the order of FIGURE_HEAD."""
    for form in figures:
        figure = Figure(**{key: value for key, value in form.items() if key != "ratio"})
        yield (
            figure.name,
            say_value(figure.ours, figure.unit),
            say_value(figure.peer, figure.unit),
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.goal,
            {True: "yes", False: "**no**", None: ""}[figure.met],
        )


def render_figures(figures: Sequence[Mapping[str, Any]]) -> str:
    """Return the figures alone as a Markdown table."""
    return _render_table(FIGURE_HEAD, list_figure_rows(figures))


def say_value(value: float | None, unit: str) -> str:
    """Return a value with its unit; a dash for none."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{value:.2%}"
    return f"{value:.0f} {unit}" if unit in {"KiB", "MiB"} else f"{value:.2f} {unit}".strip()


def _tell_runs(report: Mapping[str, Any]) -> str:
    drawn = report.get("drawn_runs", report["runs"])
    return (
        f"{report['runs']} run(s)" if drawn == report["runs"] else f"{report['runs']} runs of real pages, {drawn} of drawn ones"
    )


def _render_about(report: Mapping[str, Any]) -> str:
    told = "earlier runs" if report.get("peer_times_cached") else "this run"
    engines = f"{report.get('ours', 'nothing of ours')} beside {report.get('peer', 'nothing')}"
    return (
        f"Made by `scripts/bench` on {report['made_at'][:10]} ({report['machine']}): {engines}; "
        f"seed {report['seed']}, medians of {_tell_runs(report)}, the peer's times of {told}. "
        f"Starting OCRmyPDF alone takes {report.get('peer_start_cpu_s', 0.0):.1f} s of CPU."
    )


def _list_set_rows(sets: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[tuple[str, ...]]:
    for name, engines in sets.items():
        for engine, row in engines.items():
            yield (
                name,
                str(row["pages"]),
                ENGINES[engine],
                *(f"{row[key]:.2%}" if row["letters"] else "–" for key in ("error", "insertions", "line_error", "word_f1")),
                f"{row['order_tau']:.3f}" if row["letters"] else "–",
                f"{row['cpu_s_a_page']:.2f}",
                f"{row['stored_bytes_a_page'] / 1024:.0f}",
                f"{row['peak_bytes'] / 2**20:.0f}",
            )


def _render_table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (tuple(head), ("---",) * len(head), *rows))
