"""Measure types and fields on a folder of real scans: ``python -m benchmarks.fields_realscans FOLDER``.

FOLDER holds ``scans/`` and ``fields.tsv`` (path, number, date, agency, type, subject, signer, signer_title). Every scan is
read and understood; its first document is compared. Numbers are compared without blanks, dates as they
are; the other fields exactly (NFC, without a remark in brackets) and alike (ratio of the folded letters 0.9 or more).

A value counts as right, wrong or missing; a wrong one whose confidence is not below the review threshold counts as
"wrong and sure" too, the worst outcome.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rapidfuzz import fuzz

from classifiers import ReviewThresholds, understand
from classifiers.folding import fold
from dossiers.document_type import load_document_types
from dossiers.model import DescribedDocument, RecognizedDocument
from ocr.document import read_document
from ocr.load import extract_pages
from ocr.pool import PagePool
from ocr.two_readers import open_engine

ALIKE = 90
FIELDS = {
    "number": "document_number",
    "date": "issue_date",
    "agency": "issuing_authority",
    "type": "type",
    "subject": "abstract",
    "signer": "signatory",
    "signer_title": "signatory_position",
}
EXACT_ONLY = {
    "number",
    "date",
    "type",
    "document_number",
    "document_symbol",
    "issue_date",
    "personal_id_number",
    "date_of_birth",
}
REMARK = re.compile(r"\s*\([^)]*\)\s*$")


@dataclass(frozen=True)
class Result:
    """One field of one scan: what was wanted, what was found and how sure it was."""

    name: str
    wanted: str
    found: str
    confidence: float

    @property
    def is_exact(self) -> bool:
        return _plain(self.wanted) == _plain(self.found)

    @property
    def is_right(self) -> bool:
        """Exact, or for running text alike enough."""
        if self.is_exact or self.name in EXACT_ONLY:
            return self.is_exact
        return bool(self.found) and fuzz.ratio(fold(_plain(self.wanted)), fold(_plain(self.found))) >= ALIKE


def _plain(text: str) -> str:
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return re.sub(r"\s*/\s*", "/", spaced).casefold()


def read_scan(path: Path, pool: PagePool) -> RecognizedDocument:
    """Read every page of a scan."""
    with tempfile.TemporaryDirectory() as folder:
        extracted = extract_pages(path, path.name, Path(folder))
        return read_document(sha256(path.read_bytes()).hexdigest(), extracted, pool, path.name)


def compare(row: dict[str, str], described: DescribedDocument) -> list[Result]:
    """Put each wanted field of ``row`` beside what was found."""
    results = []
    for column, name in FIELDS.items():
        wanted = row[column] if column in {"number", "date", "subject"} else REMARK.sub("", row[column])
        if name == "type":
            results.append(Result(column, wanted, described.document.type_name, described.document.type_score))
        else:
            field = described.fields.get(name)
            results.append(Result(column, wanted, field.value if field else "", field.confidence if field else 0.0))
    return results


def main() -> None:
    """Read the scans, print what differs and the totals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    with (arguments.folder / "fields.tsv").open(encoding="utf-8", newline="") as table:
        rows = {row["path"]: row for row in csv.DictReader(table, delimiter="\t")}
    types, thresholds = load_document_types(), ReviewThresholds()
    results: list[Result] = []
    with PagePool(open_engine(), workers=arguments.workers) as pool:
        for path in sorted((arguments.folder / "scans").iterdir()):
            described = understand(read_scan(path, pool), None, types, thresholds)
            sys.stdout.write(f"{path.name}\n")
            for item in described:
                _print_document(item)
            if path.name in rows:
                found = compare(rows[path.name], described[0])
                results.extend(found)
                _print_differences(found)
    print_totals(results, list(FIELDS), thresholds.field_confidence)


def _print_document(item: DescribedDocument) -> None:
    document = item.document
    reasons = ", ".join(reason.value.removeprefix("review.") for reason in item.review_reasons)
    pages = f"{document.first_page}-{document.last_page}"
    sys.stdout.write(f"  p{pages:5} {document.type_id} {document.type_score:.2f}  review: {reasons or '-'}\n")
    for field in item.fields.values():
        sys.stdout.write(f"      {field.name:20} {field.confidence:.2f} p{field.page} {field.value}\n")


def _print_differences(results: list[Result]) -> None:
    for result in results:
        if not result.is_exact:
            kind = "alike" if result.is_right else "WRONG" if result.found else "missing"
            sys.stdout.write(f"    {kind:8}{result.name:13}{result.confidence:.2f}  {result.found!r} for {result.wanted!r}\n")


def print_totals(results: list[Result], names: list[str], sure: float) -> None:
    """Print a row a field and one for all; a wrong value is sure when its confidence is ``sure`` or more."""
    sys.stdout.write(f"\n{'field':20}{'of':>5}{'exact':>7}{'right':>7}{'wrong':>7}{'missing':>9}{'wrong and sure':>16}\n")
    for name in (*names, "all"):
        chosen = [result for result in results if name in {result.name, "all"}]
        counts = Counter(
            exact=sum(r.is_exact for r in chosen),
            right=sum(r.is_right for r in chosen),
            missing=sum(not r.found for r in chosen),
            sure=sum(bool(r.found) and not r.is_right and r.confidence >= sure for r in chosen),
        )
        wrong = len(chosen) - counts["right"] - counts["missing"]
        sys.stdout.write(
            f"{name:20}{len(chosen):5}{counts['exact']:7}{counts['right']:7}{wrong:7}{counts['missing']:9}{counts['sure']:16}\n"
        )


if __name__ == "__main__":
    main()
