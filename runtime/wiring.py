"""The one place where engines, stores and signers are made from the settings."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from asn1crypto.x509 import Certificate
from pyhanko.sign.timestamps import TimeStamper

from catalog import Catalog, CatalogAddress, MachineLocks, open_catalog
from classifiers import ReviewThresholds
from dossiers.document_type import DocumentType, load_document_types
from dossiers.errors import ConfigurationError
from dossiers.store_properties import StoreReport
from ocr.engine import OcrEngine
from ocr.limits import ScanLimits
from ocr.null_engine import NullEngine
from ocr.pool import PagePool
from ocr.two_readers import open_engine
from pdf.identity import SigningIdentity, read_trust_roots
from pdf.long_term import Assurance
from pdf.timestamps import make_timestamper
from runtime.settings import Settings, load_settings
from runtime.signing_wiring import make_assurance, open_identity
from runtime.stores import Stores, closing_stores, open_buckets, open_directories, probe
from runtime.unlocking import read_secret_file
from storage.archive import Archive
from storage.audits import Audits
from storage.custody import Custody
from storage.destructions import Destructions
from storage.erasing import Eraser
from storage.files import PART_PREFIX, make_folder, os_errors_mapped
from storage.keeping import Keeping
from storage.manifests import Manifests
from storage.trail_spool import TrailSpool
from storage.trail_store import TrailStore

# Raise when the same scan would now give other documents; a replay then works anew instead of re-using what it finds.
PIPELINE_VERSION = "7"

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
        archive = Archive(*self._stores)
        archive.ensure_buckets()
        return archive

    @cached_property
    def trail(self) -> TrailStore:
        originals, _ = self._stores
        locks = originals.ensure_bucket().object_lock
        return TrailStore(originals, timedelta(days=self.settings.trail.lock_days) if locks else None)

    @cached_property
    def trail_spool(self) -> TrailSpool:
        return TrailSpool(self.home / "trail-spool")

    @cached_property
    def custody(self) -> Custody:
        return Custody(self.archive.documents)

    @cached_property
    def keeping(self) -> Keeping:
        return Keeping(self.archive.originals, self.archive.documents)

    @cached_property
    def destructions(self) -> Destructions:
        return Destructions(self.archive.documents)

    @cached_property
    def manifests(self) -> Manifests:
        return Manifests(self.archive.documents)

    @cached_property
    def audits(self) -> Audits:
        return Audits(self.archive.documents)

    @cached_property
    def mirror(self) -> Stores | None:
        """The two stores of the second copy, or None; they are made when they are absent."""
        stores = self._open_mirror()
        for store in stores or ():
            store.ensure_bucket()
        return stores

    def open_eraser(self) -> Eraser:
        """Open the store with the key for destruction. Raises ConfigurationError where there is none and one is needed."""
        store, key = self.settings.store, self.settings.destruction
        if store.kind == "directory":
            return Eraser(*self._open_stores())
        if not key.access_key.get_secret_value():
            raise ConfigurationError(detail="destruction.access_key and secret_key: a key of the store that may delete")
        return Eraser(*open_buckets(store.s3, key.access_key.get_secret_value(), key.secret_key.get_secret_value()))

    def open_mirror_eraser(self) -> Eraser | None:
        """Open the second copy likewise; None where there is none."""
        mirror, key = self.settings.mirror, self.settings.destruction
        if mirror.kind != "s3" or not key.mirror_access_key.get_secret_value():
            if mirror.kind == "s3":
                raise ConfigurationError(detail="destruction.mirror_access_key and mirror_secret_key: a key that may delete")
            return Eraser(*self.mirror) if self.mirror is not None else None
        secrets = (key.mirror_access_key.get_secret_value(), key.mirror_secret_key.get_secret_value())
        return Eraser(*open_buckets(mirror.s3, *secrets))

    def probe_store(self) -> StoreReport:
        """Prove by trying, with our own key, what the store's buckets do. Raises nothing of the store's."""
        with closing_stores(self._open_stores()) as stores:
            return probe(stores)

    @cached_property
    def catalog(self) -> Catalog:
        _make_folder(self.home)
        return open_catalog(self.catalog_address)

    @cached_property
    def machine_locks(self) -> MachineLocks:
        return MachineLocks(self.catalog_address)

    @cached_property
    def catalog_address(self) -> CatalogAddress:
        catalog = self.settings.catalog
        password = catalog.password.get_secret_value()
        if catalog.password_file is not None:
            password = read_secret_file(catalog.password_file).decode(errors="replace")
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
        """The officer's, who signs the scanned components."""
        return open_identity(self.settings.signing, self.home / "keys", "Sohoa Demonstration Signer")

    @cached_property
    def agency_identity(self) -> SigningIdentity:
        """The agency's, which signs results, copies and statements; the officer's where the agency has none configured."""
        signing = self.settings.signing
        if not signing.has_agency_key:
            return self.identity
        return open_identity(signing.agency_key, self.home / "agency-keys", "Sohoa Demonstration Agency")

    @cached_property
    def timestamper(self) -> TimeStamper | None:
        """A client of the time-stamping authority, if one is configured."""
        signing = self.settings.signing
        if not signing.timestamp_url:
            return None
        return make_timestamper(signing.timestamp_url, signing.network_timeout_s, self.trust_roots)

    @cached_property
    def assurance(self) -> Assurance:
        """To which level is signed, and who proves what; what was fetched for one document serves the next."""
        return make_assurance(self.settings.signing, self.timestamper, self.trust_roots)

    @cached_property
    def trust_roots(self) -> tuple[Certificate, ...]:
        """Return the certificates that a verification trusts: the signing identities' own and the configured ones."""
        configured = (root for path in self.settings.signing.trust_files for root in read_trust_roots(path))
        return tuple(dict.fromkeys((*self.identity.trust_roots, *self.agency_identity.trust_roots, *configured)))

    @cached_property
    def agency_certificates(self) -> frozenset[str]:
        """Return the digests (SHA-256, hex) of the certificates by which the agency signs statements, and did before."""
        former = (one for path in self.settings.signing.former_agency_files for one in read_trust_roots(path))
        return frozenset(one.sha256.hex() for one in (self.agency_identity.certificate, *former))

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
        for store in self.__dict__.pop("mirror", None) or ():
            store.close()
        self.close_catalog()
        for name in ("pages", "machine_locks"):
            room = self.__dict__.pop(name, None)
            if room is not None:
                room.close()
        for name in ("archive", "trail", "custody", "keeping", "destructions", "manifests", "audits"):
            self.__dict__.pop(name, None)
        for store in self.__dict__.pop("_stores", ()):
            store.close()

    def close_catalog(self) -> None:
        """Give the catalog back; it is opened anew when it is used next."""
        catalog = self.__dict__.pop("catalog", None)
        if catalog is not None:
            catalog.close()

    def _open_mirror(self) -> Stores | None:
        mirror = self.settings.mirror
        if mirror.kind == "directory" and mirror.path is not None:
            return open_directories(mirror.path)
        return open_buckets(mirror.s3) if mirror.kind == "s3" else None

    @cached_property
    def _stores(self) -> Stores:
        return self._open_stores()

    def _open_stores(self) -> Stores:
        store = self.settings.store
        return open_directories(self.home / "objects") if store.kind == "directory" else open_buckets(store.s3)


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
