"""Measure the pipeline on dossiers that the generator drew: ``python -m benchmarks.samples [FOLDER]``.

FOLDER holds ``dossiers/`` and ``ground_truth/``; without one the committed samples are taken. For fresh pages:
``python -m samples.generator --seed 7 --out FOLDER``. Fields are scored as in ``benchmarks.fields_realscans``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import samples
from benchmarks.fields_realscans import Result, print_totals, read_scan
from classifiers import ReviewThresholds, understand
from dossiers.document_type import load_document_types
from dossiers.model import DescribedDocument, RecognizedDocument
from ocr.pool import PagePool
from ocr.two_readers import open_engine

MAX_SKEW_ERROR_DEG = 0.2


def score_documents(truths: list[dict[str, Any]], found: tuple[DescribedDocument, ...]) -> Iterator[tuple[str, bool]]:
    """Yield whether each true document was found with its pages, and then with its type."""
    by_pages = {(item.document.first_page, item.document.last_page): item.document.type_id for item in found}
    for truth in truths:
        pages = (truth["first_page"], truth["last_page"])
        yield "boundaries", pages in by_pages
        yield "type", by_pages.get(pages) == truth["type"]


def score_pages(truths: list[dict[str, Any]], read: RecognizedDocument) -> Iterator[tuple[str, bool]]:
    """Yield whether each page stands upright, level within 0.2 degrees, and is blank when it is."""
    for truth, page in zip(truths, read.pages, strict=True):
        yield "blank", page.quality.is_blank == truth["blank"]
        if not truth["blank"]:
            yield "rotation", page.rotation_deg == truth["rotation_deg"]
            yield "skew", abs(page.skew_deg - truth["skew_deg"]) <= MAX_SKEW_ERROR_DEG


def score_fields(truths: list[dict[str, Any]], found: tuple[DescribedDocument, ...]) -> Iterator[Result]:
    """Yield each true field beside what was found in the document with the same pages."""
    by_first = {item.document.first_page: item.fields for item in found}
    for truth in truths:
        fields = by_first.get(truth["first_page"], {})
        for name, wanted in truth["fields"].items():
            field = fields.get(name)
            yield Result(name, wanted, field.value if field else "", field.confidence if field else 0.0)


def main() -> None:
    """Read every sample and print the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(samples.__file__).parent)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    types, thresholds = load_document_types(), ReviewThresholds()
    results: list[Result] = []
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    with PagePool(open_engine(), workers=arguments.workers) as pool:
        for path in sorted((arguments.folder / "ground_truth").rglob("*.json")):
            truth = json.loads(path.read_text(encoding="utf-8"))
            read = read_scan(arguments.folder / "dossiers" / truth["path"], pool)
            found = understand(read, truth["dossier_number"], types, thresholds)
            for name, is_right in (*score_documents(truth["documents"], found), *score_pages(truth["pages"], read)):
                total[name] += 1
                right[name] += is_right
            needs_person = any(item.needs_review for item in found)
            total["accepted by the machine"] += 1
            right["accepted by the machine"] += not needs_person
            results.extend(score_fields(truth["documents"], found))
    for name, count in total.items():
        sys.stdout.write(f"{name:25}{right[name]:5} of {count}\n")
    print_totals(results, sorted({result.name for result in results}), thresholds.field_confidence)


if __name__ == "__main__":
    main()
