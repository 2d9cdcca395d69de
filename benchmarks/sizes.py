"""How many bytes a page takes in the store and in the catalog: ``python -m benchmarks.sizes FOLDER…``.

Every scan below the folders is taken through the four steps with the real reader, into a directory store and a PostgreSQL
catalog of their own, which are then weighed; the catalog only after every document was entered so many times more under
other names that what an empty one takes does not matter.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from catalog import CatalogAddress
from dossiers.errors import SohoaError
from dossiers.model import Actor
from operations.paths import FoundScan
from operations.receiving import receive
from operations.steps import archive_documents, make_pdfs, read_scan, understand_scan
from runtime.settings import CatalogSettings, Settings
from runtime.wiring import House
from storage.metadata import to_catalog_entry
from tests.support.postgresql_server import PostgresqlServer, running_postgresql

_ACTOR = Actor("benchmark", "Benchmark")
_ENDINGS = {".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff"}


def main() -> None:
    """Archive what lies in the folders and print a table in Markdown."""
    parser = argparse.ArgumentParser(description="Measure how many bytes a page takes.")
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--limit", type=int, default=1000, help="at most so many scans")
    parser.add_argument("--copies", type=int, default=400, help="so often each document is entered in the catalog again")
    chosen = parser.parse_args()
    scans = [path for folder in chosen.folders for path in sorted(folder.rglob("*")) if path.suffix.lower() in _ENDINGS]
    with tempfile.TemporaryDirectory(prefix="sohoa-sizes-") as folder, running_postgresql() as server:
        address = server.locate(server.create_database())
        catalog = CatalogSettings.model_validate({"url": address.url, "password": address.password})
        with House(Settings(home=Path(folder), catalog=catalog)) as house:
            house.catalog.submissions.counts()
            empty = _weigh(server, address)
            for number, path in enumerate(scans[: chosen.limit]):
                _archive(house, path, f"H01.31.12-261008-{number:04d}")
            _enter_again(house, chosen.copies)
            pages = sum(entry.last_page - entry.first_page + 1 for entry in house.catalog.documents.list_documents())
            catalog_bytes = _weigh(server, address) - empty
            documents = house.catalog.documents.count()
        times = chosen.copies + 1
        _tell(Path(folder) / "objects", documents // times, pages // times, catalog_bytes / times)


def _archive(house: House, path: Path, dossier: str) -> None:
    try:
        scan = receive(house, FoundScan(path, dossier), _ACTOR).sha256
        described = understand_scan(house, scan, read_scan(house, scan))
        archive_documents(house, scan, described, make_pdfs(house, scan, described, _ACTOR), _ACTOR)
    except SohoaError as error:
        sys.stderr.write(f"left out: {path.name}: {error.code}\n")


def _enter_again(house: House, copies: int) -> None:
    entries = [to_catalog_entry(record, house.archive.read_words(record)) for record in house.archive.iter_documents()]
    for copy in range(copies):
        again = (replace(entry, document_id=f"{entry.document_id[:-6]}{copy:06}") for entry in entries)
        house.catalog.documents.upsert(*again)


def _tell(store: Path, documents: int, pages: int, catalog_bytes: float) -> None:
    kinds = {"original": 0, "PDF": 0, "words": 0, "records": 0, "trail and manifest": 0}
    # The directory store links an object's newest version under its plain name: the same bytes, once on the disk.
    files = {path.stat().st_ino: path for path in store.rglob("*") if path.is_file()}
    for path in files.values():
        kinds[_kind_of(path.relative_to(store))] += path.stat().st_size
    sys.stdout.write(f"{documents} documents, {pages} pages\n\n| what | KB a page |\n|---|---|\n")
    for kind, size in {**kinds, "catalog": catalog_bytes}.items():
        sys.stdout.write(f"| {kind} | {size / pages / 1000:.1f} |\n")


def _kind_of(path: Path) -> str:
    """Name what a file of the directory store belongs to; an object is a folder of versions."""
    parts = os.fspath(path)
    told = "trail and manifest"
    for ending, kind in (("original.", "original"), (".pdf", "PDF"), (".words.json", "words"), (".jsonl", told)):
        if ending in parts:
            return kind
    return "records"


def _weigh(server: PostgresqlServer, address: CatalogAddress) -> int:
    name = str(address.parsed.database)
    with server.connect(name) as connection:
        connection.execute("VACUUM FULL")
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(str(row[0])) if row else 0


if __name__ == "__main__":
    main()
