"""An object store in a bucket of any S3 server. The only module that uses the ``minio`` client library.

The client library and the HTTP library below it raise their own errors; they are turned into ours here, once. The
secret key stays in the client and in ``S3Connection``, neither of which shows it.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO, Protocol
from xml.etree.ElementTree import ParseError  # only the error's class; nothing is parsed here

from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.retention import Retention
from urllib3.exceptions import HTTPError

from dossiers.errors import (
    ConfigurationError,
    IntegrityError,
    NotFoundError,
    SohoaError,
    StorageDeniedError,
    StorageUnavailableError,
)
from storage.files import chunks_of, hash_chunks, open_source, os_errors_mapped, part_path, sync_folder, write_synced
from storage.object_store import (
    CHUNK_BYTES,
    DEFAULT_MAX_BYTES,
    DIGEST_NAME,
    LOCK_MODE,
    Reread,
    StoredObject,
    StoreProperties,
    decode_metadata,
    encode_metadata,
    to_lock_time,
    validate_key,
    validate_prefix,
)
from storage.s3_connection import S3Connection, build_pool, split_endpoint
from storage.s3_errors import find_skew, find_status, map_http_status, map_s3_code
from storage.s3_headers import read_headers, require_digest

PART_BYTES = 16 * 1024 * 1024
"""Larger objects go up in parts of this size, one in memory at a time."""

_NO_DEFAULT_LOCK = "DefaultRetention"  # versitygw answers with a rule without one, which the client cannot read
_NO_LOCK_CODES = frozenset({"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration"})
_MADE_BY_OTHERS = frozenset({"BucketAlreadyOwnedByYou", "BucketAlreadyExists"})


class S3Store:
    """One bucket of an S3 server. Safe for several threads.

    ``client`` is for the probes of ``storage.s3_probe``, which do what nothing else may.
    """

    def __init__(self, connection: S3Connection, bucket: str) -> None:
        self.bucket = bucket
        self._address, secure = split_endpoint(connection)
        self._http = build_pool(connection)
        try:
            self.client = Minio(
                self._address,
                access_key=connection.access_key,
                secret_key=connection.secret_key,
                secure=secure,
                region=connection.region,
                http_client=self._http,
            )
        except ValueError as error:
            raise ConfigurationError(detail=f"{self._address} is not the address of an S3 server") from error

    def __repr__(self) -> str:
        return f"S3Store({self._address!r}, {self.bucket!r})"

    def ensure_bucket(self) -> StoreProperties:
        """Create the bucket with object lock, and so with versioning, when it is absent; see ``ObjectStore``."""
        with self.errors_mapped(self.bucket):
            if not self.client.bucket_exists(self.bucket):
                with suppress_codes(_MADE_BY_OTHERS):
                    self.client.make_bucket(self.bucket, object_lock=True)
        return self.check()

    def check(self) -> StoreProperties:
        """Ask the server for the bucket's properties, see ``ObjectStore.check``."""
        with self.errors_mapped(self.bucket):
            versioning = self.client.get_bucket_versioning(self.bucket).status == "Enabled"
            has_lock = False
            try:
                with suppress_codes(_NO_LOCK_CODES):
                    self.client.get_object_lock_config(self.bucket)
                    has_lock = True
            except ValueError as error:
                if _NO_DEFAULT_LOCK not in str(error):
                    raise
                has_lock = True
        return StoreProperties(versioning=versioning, object_lock=has_lock)

    def put(
        self,
        key: str,
        data: bytes | Path,
        media_type: str,
        metadata: Mapping[str, str],
        retain_until: datetime | None = None,
        *,
        sha256: str | None = None,
    ) -> StoredObject:
        """Store a version and read it back from the server, see ``ObjectStore.put``."""
        validate_key(key)
        encoded = encode_metadata(metadata)
        until = to_lock_time(retain_until)
        known = hash_chunks(chunks_of(data))
        if sha256 is not None and known != sha256:
            raise IntegrityError(what=key, detail="the bytes to be stored are not those of the digest given")
        size_bytes = len(data) if isinstance(data, bytes) else data.stat().st_size
        with _open_data(data) as stream, self.errors_mapped(key):
            written = self.client.put_object(
                self.bucket,
                key,
                stream,
                size_bytes,
                content_type=media_type,
                metadata={**encoded, DIGEST_NAME: known},
                part_size=PART_BYTES,
                num_parallel_uploads=1,
                retention=Retention(GOVERNANCE, until) if until else None,
            )
        version_id = written.version_id or None
        if self.digest(key, version_id=version_id) != known:
            with suppress(SohoaError):
                self.delete(key, version_id=version_id)
            raise IntegrityError(what=key, detail="read back other bytes than were written")
        stored = StoredObject(key, size_bytes, known, version_id, media_type, decode_metadata(encoded))
        return replace(stored, retain_until=until, lock_mode=LOCK_MODE) if until else stored

    def get(self, key: str, *, max_bytes: int = DEFAULT_MAX_BYTES, version_id: str | None = None) -> bytes:
        """Return an object's bytes, see ``ObjectStore.get``."""
        data = bytearray()
        with self.errors_mapped(key), self._opened(key, version_id) as response:
            for chunk in response.stream(CHUNK_BYTES):
                data += chunk
                if len(data) > max_bytes:
                    raise IntegrityError(what=key, detail=f"it is larger than {max_bytes} bytes")
            require_digest(key, response.headers, hashlib.sha256(data).hexdigest())
        return bytes(data)

    def download(self, key: str, path: Path, *, version_id: str | None = None) -> StoredObject:
        """Write an object's bytes to a file, see ``ObjectStore.download``."""
        with self.errors_mapped(key), self._opened(key, version_id) as response, os_errors_mapped(str(path.name)):
            part = part_path(path.parent)
            try:
                found = write_synced(part, response.stream(CHUNK_BYTES))
                require_digest(key, response.headers, found)
                stored = read_headers(key, part.stat().st_size, response.headers)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            sync_folder(path.parent)
        return stored

    def digest(self, key: str, *, version_id: str | None = None) -> str:
        """Read all of an object from the server and return its SHA-256, see ``ObjectStore.digest``."""
        with self.errors_mapped(key), self._opened(key, version_id) as response:
            return hash_chunks(response.stream(CHUNK_BYTES))

    def reread(
        self, key: str, *, version_id: str | None = None, on_chunk: Callable[[int], None] = lambda _size: None
    ) -> Reread:
        """Read all of a version in one request, see ``ObjectStore.reread``."""
        hashed, size_bytes = hashlib.sha256(), 0
        with self.errors_mapped(key), self._opened(key, version_id) as response:
            for chunk in response.stream(CHUNK_BYTES):
                hashed.update(chunk)
                size_bytes += len(chunk)
                on_chunk(len(chunk))
            stored = read_headers(key, size_bytes, response.headers)
        return Reread(stored, hashed.hexdigest())

    def stat(self, key: str, *, version_id: str | None = None) -> StoredObject | None:
        """Return what is known of an object, see ``ObjectStore.stat``."""
        validate_key(key)
        try:
            with self.errors_mapped(key):
                found = self.client.stat_object(self.bucket, key, version_id=version_id)
        except NotFoundError:
            self._require_bucket()  # an answer without a body does not say whether the bucket or the key is absent
            return None
        return read_headers(key, found.size or 0, found.metadata or {})

    def list(self, prefix: str = "", *, after: str = "") -> Iterator[StoredObject]:
        """Yield newest versions in order of keys, without digests and metadata; see ``ObjectStore.list``."""
        validate_prefix(prefix)
        with self.errors_mapped(f"{self.bucket}/{prefix}"):
            for found in self.client.list_objects(self.bucket, prefix=prefix, recursive=True, start_after=after or None):
                if found.object_name and not found.is_dir:
                    size_bytes, at = found.size or 0, found.last_modified
                    yield StoredObject(found.object_name, size_bytes, None, found.version_id, stored_at=at)

    def versions(self, key: str) -> tuple[StoredObject, ...]:
        """Return a key's versions, see ``ObjectStore.versions``."""
        validate_key(key)
        with self.errors_mapped(key):
            found = self.client.list_objects(self.bucket, prefix=key, recursive=True, include_version=True)
            ids = [one.version_id for one in found if one.object_name == key and not one.is_delete_marker]
        stored = (self.stat(key, version_id=version_id) for version_id in ids)
        return tuple(one for one in stored if one)

    def extend_retention(self, key: str, retain_until: datetime, *, version_id: str | None = None) -> StoredObject:
        """Lock a version in GOVERNANCE mode, see ``ObjectStore.extend_retention``."""
        stored = self.stat(key, version_id=version_id)
        until = to_lock_time(retain_until)
        if stored is None or until is None:
            raise NotFoundError(what=key)
        if stored.retain_until and until < stored.retain_until:
            raise StorageDeniedError(detail=f"the lock on {key} cannot be shortened")
        with self.errors_mapped(key):
            self.client.set_object_retention(self.bucket, key, Retention(GOVERNANCE, until), version_id=stored.version_id)
        locked = self.stat(key, version_id=stored.version_id)
        if locked is None or locked.retain_until is None:
            raise StorageDeniedError(detail=f"{self.bucket} does not lock {key}")
        return locked

    def read_lock(self, key: str, *, version_id: str | None = None) -> StoredObject | None:
        """Ask for a version's lock and hold, see ``ObjectStore.read_lock``."""
        stored = self.stat(key, version_id=version_id)
        if stored is None:
            return None
        with self.errors_mapped(key):
            lock = self.client.get_object_retention(self.bucket, key, version_id=stored.version_id)
            is_held = self.client.is_object_legal_hold_enabled(self.bucket, key, version_id=stored.version_id)
        if lock is None:
            return replace(stored, retain_until=None, lock_mode=None, is_held=is_held)
        until = lock.retain_until_date.astimezone(UTC)
        return replace(stored, retain_until=until, lock_mode=lock.mode, is_held=is_held)

    def set_legal_hold(self, key: str, is_held: bool, *, version_id: str | None = None) -> StoredObject:
        """Put a legal hold on a version or take it off, see ``ObjectStore.set_legal_hold``."""
        stored = self.stat(key, version_id=version_id)
        if stored is None:
            raise NotFoundError(what=key)
        change = self.client.enable_object_legal_hold if is_held else self.client.disable_object_legal_hold
        with self.errors_mapped(key):
            change(self.bucket, key, version_id=stored.version_id)
            now_held = self.client.is_object_legal_hold_enabled(self.bucket, key, version_id=stored.version_id)
        if now_held is not is_held:
            raise StorageDeniedError(detail=f"{self.bucket} does not {'hold' if is_held else 'release'} {key}")
        return replace(stored, is_held=is_held)

    def delete(self, key: str, *, version_id: str | None = None) -> None:
        """Remove a version for good; the server refuses when it is locked. See ``ObjectStore.delete``."""
        stored = self.stat(key, version_id=version_id)
        if stored is None:
            return
        with self.errors_mapped(key):
            self.client.remove_object(self.bucket, key, version_id=stored.version_id)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._http.clear()

    def _require_bucket(self) -> None:
        with self.errors_mapped(self.bucket):
            if not self.client.bucket_exists(self.bucket):
                raise ConfigurationError(detail=f"the bucket {self.bucket} does not exist")

    @contextmanager
    def _opened(self, key: str, version_id: str | None) -> Iterator[_Response]:
        validate_key(key)
        response = self.client.get_object(self.bucket, key, version_id=version_id)
        try:
            yield response
        finally:
            response.close()
            response.release_conn()

    @contextmanager
    def errors_mapped(self, what: str) -> Iterator[None]:
        """Turn errors of the client, of HTTP and of the network within the block into ours."""
        try:
            yield
        except SohoaError:
            raise
        except S3Error as error:
            code, status, headers = error.code or "", error.response.status, error.response.headers
            skew = find_skew(code, status, headers.get("Date", ""), datetime.now(UTC), what)
            raise skew or map_s3_code(code, status, what, error.message or "") from error
        except ServerError as error:
            raise map_http_status(error.status_code, what) from error
        except InvalidResponseError as error:
            raise map_http_status(find_status(str(error)), what) from error
        except (MinioException, HTTPError, HTTPException, ParseError, UnicodeDecodeError) as error:
            raise StorageUnavailableError(detail=f"{self._address}: {type(error).__name__}") from error
        except OSError as error:
            raise StorageUnavailableError(detail=f"{self._address}: {type(error).__name__}") from error
        except ValueError as error:
            raise StorageDeniedError(detail=f"{what}: {error}") from error


class _Response(Protocol):
    """What is used of an answer whose body is read in pieces."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def stream(self, amt: int) -> Iterator[bytes]: ...


@contextmanager
def suppress_codes(codes: frozenset[str]) -> Iterator[None]:
    """Pass over S3 errors of these codes."""
    try:
        yield
    except S3Error as error:
        if error.code not in codes:
            raise


def _open_data(data: bytes | Path) -> BinaryIO:
    return io.BytesIO(data) if isinstance(data, bytes) else open_source(data)
