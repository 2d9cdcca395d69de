"""The one place where engines, stores and signers are made from the settings."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from asn1crypto.x509 import Certificate

from catalog import Catalog, CatalogAddress, open_catalog
from classifiers import ReviewThresholds
from dossiers.document_type import DocumentType, load_document_types
from dossiers.errors import ConfigurationError
from ocr.engine import OcrEngine
from ocr.limits import ScanLimits
from ocr.null_engine import NullEngine
from ocr.pool import PagePool
from ocr.two_readers import open_engine
from pdf.demonstration import create_demonstration_identity
from pdf.identity import SigningIdentity, load_identity, read_trust_roots
from runtime.settings import Settings, load_settings
from storage.archive import Archive
from storage.directory_store import DirectoryStore
from storage.files import PART_PREFIX, make_folder, os_errors_mapped
from storage.object_store import ObjectStore
from storage.s3_connection import S3Connection
from storage.s3_store import S3Store

# Raise when the same scan would now give other documents; a replay then works anew instead of re-using what it finds.
PIPELINE_VERSION = "4"

_LEFT_OVER_S = 7 * 24 * 3600


class House:
    """Every room, opened when first used. Close it when done, or use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __enter__(self) -> House:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def home(self) -> Path:
        return _make_folder(self.settings.home)

    @cached_property
    def work_dir(self) -> Path:
        folder = _make_folder(self.home / "work")
        _keep_temporary_files_in(_make_folder(folder / "tmp"))
        return folder

    @cached_property
    def quarantine_dir(self) -> Path:
        return _make_folder(self.home / "quarantine")

    @cached_property
    def archive(self) -> Archive:
        archive = Archive(*self._open_stores())
        archive.ensure_buckets()
        return archive

    @cached_property
    def catalog(self) -> Catalog:
        _make_folder(self.home)
        return open_catalog(self.catalog_address)

    @cached_property
    def catalog_address(self) -> CatalogAddress:
        catalog = self.settings.catalog
        password = catalog.password.get_secret_value()
        if catalog.password_file is not None:
            password = _read_secret(catalog.password_file).decode(errors="replace")
        return CatalogAddress(self.settings.catalog_url, password)

    @cached_property
    def types(self) -> Mapping[str, DocumentType]:
        return load_document_types()

    @cached_property
    def thresholds(self) -> ReviewThresholds:
        review = self.settings.review
        return ReviewThresholds(
            type_score=review.min_type_score,
            field_confidence=review.min_field_confidence,
            text_confidence=review.min_text_confidence,
        )

    @cached_property
    def limits(self) -> ScanLimits:
        reading = self.settings.reading
        return ScanLimits(
            max_bytes=reading.max_file_mb * 1024 * 1024,
            max_pages=reading.max_pages,
            max_page_pixels=reading.max_page_megapixels * 1_000_000,
        )

    @cached_property
    def engine(self) -> OcrEngine:
        if self.settings.reading.engine == "null":
            return NullEngine()
        return open_engine(self.settings.reading.language, self.settings.reading.tessdata_dir)

    @cached_property
    def recipe(self) -> str:
        """Name what a result depends on besides the scan: reader, its version and the pipeline's."""
        return f"{self.engine.name}; {self.pipeline_version}"

    @cached_property
    def pipeline_version(self) -> str:
        """Name the pipeline and what of the settings changes its results."""
        review = self.settings.review
        levels = (review.min_type_score, review.min_field_confidence, review.min_text_confidence)
        reviewed = "/".join(f"{level:g}" for level in levels)
        return f"pipeline {PIPELINE_VERSION}, page images {self.settings.archive.page_images}, review below {reviewed}"

    @cached_property
    def pages(self) -> PagePool:
        reading = self.settings.reading
        workers = 0 if reading.engine == "null" else reading.workers or None  # nothing is read that other cores could share
        return PagePool(self.engine, workers, reading.page_timeout_s)

    @cached_property
    def identity(self) -> SigningIdentity:
        signing = self.settings.signing
        if signing.identity == "demonstration":
            files = create_demonstration_identity(self.home / "keys")
            return load_identity(files.pkcs12_path, _read_secret(files.passphrase_path))
        if signing.pkcs12_file is None or signing.passphrase_file is None:
            raise ConfigurationError(detail="signing.identity = pkcs12 needs pkcs12_file and passphrase_file")
        return load_identity(signing.pkcs12_file, _read_secret(signing.passphrase_file))

    @cached_property
    def trust_roots(self) -> tuple[Certificate, ...]:
        """Return the certificates that a verification trusts: the signing identity's own and the configured ones."""
        configured = (root for path in self.settings.signing.trust_files for root in read_trust_roots(path))
        return (*self.identity.trust_roots, *configured)

    def work_folder(self, sha256: str) -> Path:
        """Return the folder that holds what was made so far of one scan."""
        return _make_folder(self.work_dir / sha256)

    @contextmanager
    def temporary_folder(self) -> Iterator[Path]:
        """Lend an empty folder of the home for a while. Raises StorageFullError and its kin when it cannot be made."""
        with os_errors_mapped("temporary folder"):
            folder = tempfile.TemporaryDirectory(prefix="sohoa-", dir=self.work_dir / "tmp")
        with folder as name:
            yield Path(name)

    def close(self) -> None:
        """Give back processes and connections that were opened."""
        for name in ("pages", "catalog", "archive"):
            room = self.__dict__.pop(name, None)
            if room is not None:
                room.close()

    def _open_stores(self) -> tuple[ObjectStore, ObjectStore]:
        store = self.settings.store
        if store.kind == "directory":
            root = _make_folder(self.home / "objects")
            return DirectoryStore(root / "originals"), DirectoryStore(root / "archive")
        s3 = store.s3
        connection = S3Connection(
            endpoint=s3.endpoint,
            access_key=s3.access_key.get_secret_value(),
            secret_key=s3.secret_key.get_secret_value(),
            region=s3.region,
            secure=s3.secure,
            ca_file=s3.ca_file,
            read_timeout_s=s3.timeout_s,
        )
        return S3Store(connection, s3.originals_bucket), S3Store(connection, s3.archive_bucket)


class _InUse:
    house: House | None = None


@contextmanager
def use_house(house: House) -> Iterator[None]:
    """Let the flows of this process work in ``house``."""
    before, _InUse.house = _InUse.house, house
    try:
        yield
    finally:
        _InUse.house = before


def house_in_use() -> House | None:
    """Return the house that ``use_house`` put in use, if any."""
    return _InUse.house


def current_house() -> House:
    """Return the house in use, else open the one that the settings describe (a worker process, a retry from Prefect's page)."""
    if _InUse.house is None:
        _InUse.house = House(load_settings())
    return _InUse.house


def _keep_temporary_files_in(folder: Path) -> None:
    """Pages of citizens' papers do not belong into the system's temporary folder; what a killed run left goes after a week."""
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    week_ago = time.time() - _LEFT_OVER_S
    for entry in (*folder.iterdir(), *folder.parent.glob(f"{PART_PREFIX}*")):
        with suppress(OSError):
            if entry.stat().st_mtime < week_ago:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _make_folder(path: Path) -> Path:
    with os_errors_mapped(str(path)):
        make_folder(path)
    return path


def _read_secret(path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise ConfigurationError(detail=f"cannot read {path}: {error.strerror}") from error
