"""How quickly an audit reads, beside a plain read of the same objects by the S3 client library, by turns in one run.

    python -m benchmarks.audit                        # a MinIO of its own in a temporary folder, 400 documents, 3 rounds
    python -m benchmarks.audit --documents 1000 --rounds 5

Sizes are those of docs/scale.md: an original of 698 KB, a PDF of 94 KB, words of 28 KB and metadata of 7 KB. The plain read
takes each listed object through ``get_object`` and looks at nothing; once one after the other, once by as many threads as the
audit has. The audit lists, reads, hashes, compares with the manifest, and writes down how far it is. What both read is in the
page cache of the machine, the least favourable case for the audit: a disk would hold up both alike.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from statistics import median

from minio import Minio

from dossiers.manifest import EntryKind
from dossiers.model import Actor
from operations.auditing import READERS, audit
from runtime.settings import Settings
from runtime.wiring import House
from storage import keys
from storage.keeping import Bucket
from storage.manifests import digest_of
from tests.support.minio_server import S3TestServer, own_minio

_ACTOR = Actor("benchmark", "Benchmark")
_DOSSIER = "H01.50.05.13-261008-0975"
_ORIGINAL, _PDF, _WORDS, _METADATA = 698_000, 94_000, 28_000, 7_000


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description="Measure how quickly an audit reads beside a plain read.")
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="sohoa-audit-") as folder,
        own_minio(Path(folder)) as server,
        House(_settings_of(server, Path(folder))) as house,
    ):
        _fill(house, chosen.documents)
        client = _client(house.settings)
        ways: dict[str, Callable[[], int]] = {
            "plain read, one after the other": lambda: _read_plainly(client, house, 1),
            f"plain read, {READERS} threads": lambda: _read_plainly(client, house, READERS),
            "audit": lambda: audit(house, _ACTOR).size_bytes,
        }
        rates = _measure(ways, chosen.rounds)
    plain = rates["plain read, one after the other"]
    _say(f"{chosen.documents} documents, {chosen.rounds} rounds by turns, medians")
    _say("| | MB/s | of the plain read |")
    _say("|---|---|---|")
    for name, rate in rates.items():
        _say(f"| {name} | {rate:.0f} | {100 * rate / plain:.0f} % |")


def _measure(ways: dict[str, Callable[[], int]], rounds: int) -> dict[str, float]:
    """Return the median MB/s of each way, taken by turns; the first round warms up and does not count."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, read in ways.items():
            begun = time.perf_counter()
            size_bytes = read()
            if number:
                taken[name].append(size_bytes / 1e6 / (time.perf_counter() - begun))
    return {name: median(rates) for name, rates in taken.items()}


def _read_plainly(client: Minio, house: House, threads: int) -> int:
    s3 = house.settings.store.s3
    buckets = (s3.originals_bucket, s3.archive_bucket)
    listed = [(bucket, found.object_name) for bucket in buckets for found in client.list_objects(bucket, recursive=True)]

    def read(where: tuple[str, str | None]) -> int:
        response = client.get_object(where[0], where[1] or "")
        try:
            return sum(len(chunk) for chunk in response.stream(1 << 20))
        finally:
            response.close()
            response.release_conn()

    if threads == 1:
        return sum(map(read, listed))
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(read, listed))


def _fill(house: House, documents: int) -> None:
    """Put what documents leave into the buckets, and into the manifest, without reading a page."""
    originals, archive, manifest = house.archive.originals, house.archive.documents, house.archive.manifest
    for _ in range(documents):
        scan, pdf, words = os.urandom(_ORIGINAL), os.urandom(_PDF), os.urandom(_WORDS)
        digest = sha256(scan).hexdigest()
        document_id = keys.make_document_id(digest, 1, 2)
        stored = originals.put(keys.original_key(digest, "scan.pdf"), scan, "application/pdf", {})
        manifest.add(EntryKind.STORED, digest_of(Bucket.ORIGINALS, stored))
        parts = (
            (keys.pdf_key(_DOSSIER, document_id, sha256(pdf).hexdigest()), pdf),
            (keys.words_key(_DOSSIER, document_id, sha256(words).hexdigest()), words),
            (keys.metadata_key(_DOSSIER, document_id), os.urandom(_METADATA)),
        )
        kept = [digest_of(Bucket.ARCHIVE, archive.put(key, data, "application/octet-stream", {})) for key, data in parts]
        manifest.add(EntryKind.STORED, *kept)


def _client(settings: Settings) -> Minio:
    s3 = settings.store.s3
    secrets_of = s3.access_key.get_secret_value(), s3.secret_key.get_secret_value()
    return Minio(s3.endpoint, *secrets_of, secure=False, region=s3.region)


def _settings_of(server: S3TestServer, folder: Path) -> Settings:
    s3 = {"endpoint": server.endpoint, "access_key": server.access_key, "secret_key": server.secret_key, "secure": False}
    sections = {"reading": {"engine": "null"}, "store": {"kind": "s3", "s3": s3}}
    return Settings.model_validate({"home": folder / "home", **sections})


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
