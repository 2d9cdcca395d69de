"""Open the two stores of an archive, or of its second copy, from the settings; ``runtime.wiring`` hands them on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dossiers.store_properties import CheckedProperty, StoreReport
from runtime.store_settings import S3Settings
from storage.directory_check import check_directory
from storage.directory_store import DirectoryStore
from storage.files import make_folder, os_errors_mapped
from storage.object_store import ObjectStore
from storage.s3_connection import S3Connection
from storage.s3_probe import S3Probe
from storage.s3_store import S3Store

Stores = tuple[ObjectStore, ObjectStore]
"""That of originals and that of documents."""


def open_directories(root: Path) -> Stores:
    """Open the two stores of a folder, which is made when it is absent."""
    with os_errors_mapped(str(root)):
        make_folder(root)
    return DirectoryStore(root / "originals"), DirectoryStore(root / "archive")


def open_buckets(s3: S3Settings, access_key: str = "", secret_key: str = "") -> Stores:
    """Open the two buckets with the key of the settings, or with another key."""
    connection = S3Connection(
        endpoint=s3.endpoint,
        access_key=access_key or s3.access_key.get_secret_value(),
        secret_key=secret_key or s3.secret_key.get_secret_value(),
        region=s3.region,
        secure=s3.secure,
        ca_file=s3.ca_file,
        read_timeout_s=s3.timeout_s,
    )
    return S3Store(connection, s3.originals_bucket), S3Store(connection, s3.archive_bucket)


@contextmanager
def closing_stores(stores: Stores) -> Iterator[Stores]:
    """Lend stores and give back their connections."""
    try:
        yield stores
    finally:
        for store in stores:
            store.close()


def probe(stores: Stores) -> StoreReport:
    """Prove by trying what two stores do."""
    checked: list[CheckedProperty] = []
    for store, name in zip(stores, ("originals", "archive"), strict=True):
        if isinstance(store, S3Store):
            checked += S3Probe(store).run()
        elif isinstance(store, DirectoryStore):
            checked += check_directory(store, name)
    return StoreReport(tuple(checked))
