"""Measure Sohoa beside OCRmyPDF: ``scripts/bench`` installs both and calls this.

Results go to ``benchmarks/results.json`` and ``benchmarks/results.md``, unless ``--out`` names another folder.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.draw_pages import draw_sets
from benchmarks.figures import OURS, PEER, PLAIN, Figure, Measurements
from benchmarks.headers import HEADERS_DEV, HEADERS_HELD, list_header_figures, load_headers, read_facts
from benchmarks.measure import Digitize, SetResult, measure_set
from benchmarks.ours import OurWorker
from benchmarks.page_sets import REAL_DEV, REAL_HELD, BenchFile, PageSet, load_drawn, load_real
from benchmarks.peer import Peer
from benchmarks.plain import PlainTesseract
from benchmarks.report import make_report, write_report
from benchmarks.scoring import Score, score_page, total
from benchmarks.table import render_figures
from benchmarks.upright import judge_set
from samples.generator.levels import GROUPS, LEVELS
from samples.generator.single_pages import PAGES_A_TURNED_FILE

ROOT = Path(__file__).resolve().parents[1]
REALSCANS = ROOT.parent / "shared" / "realscans"
SAMPLES = "samples"
REAL_SETS = {REAL_DEV, REAL_HELD, HEADERS_DEV, HEADERS_HELD}
REREAD_SETS = (REAL_DEV, REAL_HELD, "moderate-200", "marks-200")
QUICK_SETS = (REAL_DEV, "clean-300", "moderate-200", "forms-200", "hard-shadow", "turned")


def tell(text: str) -> None:
    """Tell the person how it goes."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options; ``--quick`` lowers what was not given."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="few pages of few sets: some minutes")
    sets = (*GROUPS, "real", SAMPLES, *REAL_SETS)
    parser.add_argument("--set", dest="sets", action="append", choices=sorted(set(sets)), help="this set; may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="which pages are drawn")
    parser.add_argument("--count", type=int, default=0, help="pages of each drawn kind (8 for the mixed turns); default 6")
    parser.add_argument("--runs", type=int, default=1, help="how often each file is read; times are medians")
    parser.add_argument(
        "--drawn-runs", type=int, default=0, help="the same for all but the real pages with transcripts; default as --runs"
    )
    parser.add_argument("--realscans", type=Path, default=REALSCANS, help="folder of real scans with transcripts")
    parser.add_argument("--engine", choices=(OURS, PEER), help="measure this engine alone")
    parser.add_argument("--rank", action="store_true", help="let Tesseract alone read them too, and say how sets rank engines")
    parser.add_argument("--cached-peer", action="store_true", help="take what OCRmyPDF did with the same file before")
    parser.add_argument("--long", type=int, default=0, metavar="PAGES", help="also read this many pages in one worker")
    parser.add_argument(
        "--peer", type=Path, default=Path(os.environ.get("SOHOA_BENCH_PEER", "ocrmypdf")), help=argparse.SUPPRESS
    )
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where OCRmyPDF's results are kept")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks", help="folder for results.json and results.md")
    options = parser.parse_args(arguments)
    options.count = options.count or (2 if options.quick else 6)
    return options


def default_cache() -> Path:
    """Return the folder outside the clone where the peer's results are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sohoa" / "bench"


def gather_sets(options: argparse.Namespace, scratch: Path) -> Iterator[PageSet]:
    """Yield the sets that were asked for; a folder of real scans that is not there is told and left out."""
    wanted: list[str] = options.sets or (list(QUICK_SETS) if options.quick else ["real", SAMPLES, "all"])
    real = REAL_SETS if "real" in wanted else REAL_SETS & set(wanted)
    if real and not (options.realscans / "gt").is_dir():
        tell(f"no real scans in {options.realscans}: left out")
    elif real:
        found = (*load_real(options.realscans, scratch / "real"), *load_headers(options.realscans, scratch / "real"))
        yield from (page_set for page_set in found if page_set.name in real)
    if SAMPLES in wanted:
        yield load_drawn(SAMPLES, ROOT / "samples")
    for name in dict.fromkeys(name for group in wanted if group in GROUPS for name in GROUPS[group]):
        count = PAGES_A_TURNED_FILE if LEVELS[name].turned else options.count
        folder = draw_sets(name, options.seed, count, scratch / "drawn")[name]
        yield load_drawn(name, folder)


def reread_stored(worker: OurWorker, result: SetResult) -> tuple[Score, Score]:
    """Return the score of the sources and that of the stored pages read again."""
    scores = []
    for file in result.files:
        pages = [page for pdf in file.reading.pdfs for page in worker.read(Path(pdf)).pages]
        scores += [score_page(printed.lines, page.lines) for printed, page in zip(file.file.pages, pages, strict=False)]
    return result.score, total(scores)


def run_long(worker: OurWorker, sets: dict[str, dict[str, SetResult]], pages: int, scratch: Path) -> tuple[int, ...]:
    """Digitize the files of all sets over and over, ``pages`` pages in all, and return the worker's peak for each file."""
    files = [file.file for results in sets.values() for file in results[OURS].files]
    peaks: list[int] = []
    done = 0
    while files and done < pages:
        file = files[len(peaks) % len(files)]
        peaks.append(worker.digitize(file.path, scratch / "long").peak_bytes)
        done += len(file.pages)
        if len(peaks) % 25 == 0:
            tell(f"long run: {done} of {pages} pages, peak {peaks[-1] / 2**20:.0f} MiB")
    return tuple(peaks)


def measure(options: argparse.Namespace, scratch: Path) -> Iterator[tuple[Measurements, dict[str, object]]]:
    """Measure everything that was asked for; yield all that is known after each set, so that a broken run loses little."""
    about: dict[str, object] = {
        "seed": options.seed,
        "runs": options.runs,
        "drawn_runs": options.drawn_runs or options.runs,
        "count": options.count,
    }
    engines: dict[str, Digitize] = {}
    with ExitStack() as stack:
        if options.engine != OURS:
            peer = Peer(options.peer, options.cache / "peer", use_cache=options.cached_peer)
            engines[PEER] = lambda file: peer.digitize(file.path)
            about |= {"peer": peer.name, "peer_start_cpu_s": peer.start_cpu_s, "peer_times_cached": options.cached_peer}
        worker = stack.enter_context(OurWorker()) if options.engine != PEER else None
        if worker is not None:
            engines[OURS] = lambda file: worker.digitize(file.path, scratch / "stored" / _plain_name(file))
            about["ours"] = worker.name
        if options.rank:
            plain = PlainTesseract()
            engines[PLAIN] = lambda file: plain.digitize(file.path)
        found = Measurements({})
        for page_set in gather_sets(options, scratch):
            runs = options.runs if page_set.name in (REAL_DEV, REAL_HELD) else options.drawn_runs or options.runs
            results = measure_set(page_set, engines, runs, tell)
            found = _add_set(found, page_set.name, results, worker)
            found = replace(found, extra=list_extra_figures(options, found.sets))
            yield found, about
        if worker is not None and options.long:
            yield replace(found, long_peaks=run_long(worker, found.sets, options.long, scratch)), about


def _add_set(found: Measurements, name: str, results: dict[str, SetResult], worker: OurWorker | None) -> Measurements:
    stands, reread = found.stands, found.reread
    if name == "turned":
        stands = {engine: judge_set(result) for engine, result in results.items() if engine != PLAIN}
    if worker is not None and name in REREAD_SETS:
        reread = {**reread, name: reread_stored(worker, results[OURS])}
    return replace(found, sets={**found.sets, name: results}, stands=stands, reread=reread)


def list_extra_figures(options: argparse.Namespace, sets: dict[str, dict[str, SetResult]]) -> tuple[Figure, ...]:
    """Return the figures that need more than the text of a page."""
    if not {HEADERS_DEV, HEADERS_HELD} & set(sets):
        return ()
    return tuple(list_header_figures(read_facts(options.realscans), sets))


def _plain_name(file: BenchFile) -> str:
    return file.name.replace("/", "_")


def main() -> None:
    """Measure, write the report after each set, print the figures at the end."""
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="sohoa-bench-") as scratch:
        for found, about in measure(options, Path(scratch)):
            report = make_report(found, about)
            write_report(report, options.out / "results.json", options.out / "results.md")
    if report:
        sys.stdout.write(render_figures(report["figures"]) + "\n")
        tell(f"written: {options.out / 'results.json'} and results.md")


if __name__ == "__main__":
    main()
