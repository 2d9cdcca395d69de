"""What an entry of the trail costs, beside a plain put of the same bytes into the same store: ``python -m benchmarks.trail``.

Both are measured in one run, in turns, so that the ratio means something on a busy machine. Stores: the directory, and a MinIO
that is started for it (scripts/minio-server finds or builds one). The plain put of a MinIO is the SDK's, without read-back.
"""

from __future__ import annotations

import argparse
import io
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from minio import Minio

from dossiers.model import Actor
from dossiers.trail import Detail, TrailAction, dump_entries
from operations.trail import record_event
from runtime.settings import Settings
from runtime.store_settings import S3Settings, StoreSettings
from runtime.wiring import House
from storage.directory_store import DirectoryStore
from tests.support.minio_server import S3TestServer, running_minio

_ACTOR = Actor("clerk-1", "Clerk", "Bộ phận Một cửa")
_DETAILS: dict[str, Detail] = {
    "query": "quyết định cấp giấy phép",
    "total": 12,
    "offset": 0,
    "documents": ["p0001-0002-" + "ab" * 16] * 10,
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--events", type=int, default=300, help="entries a store")
    events = parser.parse_args().events
    _say("| store | an entry, ms (median) | a plain put, ms (median) | ratio of the sums |")
    _say("|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="sohoa-trail-") as folder:
        with House(Settings(home=Path(folder) / "directory")) as house:
            _tell("directory", house, events, _directory_put(Path(folder) / "plain"))
        with running_minio() as server, House(_on_minio(Path(folder) / "minio", server)) as house:
            _tell("MinIO", house, events, _minio_put(server, house.settings.store.s3.originals_bucket))


def _tell(name: str, house: House, events: int, put: Callable[[bytes], object]) -> None:
    record_event(house, _ACTOR, TrailAction.SEARCH, "", _DETAILS)  # opens what is opened once
    head = house.catalog.trail.head()
    data = dump_entries(house.trail.read(house.catalog.trail.list_segments(head.sequence, head.sequence)[0]))
    put(data)
    ours: list[float] = []
    plain: list[float] = []
    for _ in range(events):
        ours.append(_time(lambda: record_event(house, _ACTOR, TrailAction.SEARCH, "", _DETAILS)))
        plain.append(_time(lambda: put(data)))
    median_ms = (statistics.median(ours) * 1000, statistics.median(plain) * 1000)
    _say(f"| {name} | {median_ms[0]:.1f} | {median_ms[1]:.1f} | {sum(ours) / sum(plain):.1f} |")


def _directory_put(folder: Path) -> Callable[[bytes], object]:
    store = DirectoryStore(folder)
    store.ensure_bucket()
    return lambda data: store.put(secrets.token_hex(16), data, "application/json", {})


def _minio_put(server: S3TestServer, bucket: str) -> Callable[[bytes], object]:
    client = Minio(server.endpoint, server.access_key, server.secret_key, secure=False)
    return lambda data: client.put_object(bucket, f"plain/{secrets.token_hex(16)}", io.BytesIO(data), len(data))


def _on_minio(home: Path, server: S3TestServer) -> Settings:
    keys = {"access_key": server.access_key, "secret_key": server.secret_key}
    s3 = S3Settings.model_validate({"endpoint": server.endpoint, "secure": False, **keys})
    return Settings(home=home, store=StoreSettings(kind="s3", s3=s3))


def _time(act: Callable[[], object]) -> float:
    begun_s = time.perf_counter()
    act()
    return time.perf_counter() - begun_s


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
