"""An S3 server's refusals, and a network's failures, in our own words. Pure: it knows codes, not the client library.

Codes: Amazon S3 API reference, "Error responses"; those that begin with XMinio are MinIO's own (cmd/api-errors.go).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from dossiers.errors import (
    ConfigurationError,
    NotFoundError,
    SohoaError,
    StorageDeniedError,
    StorageFullError,
    StorageUnavailableError,
)

_FULL = frozenset(
    {
        "XMinioStorageFull",
        "XMinioAdminBucketQuotaExceeded",
        "QuotaExceeded",
        "InsufficientStorage",
        "InsufficientCapacity",
        "ServiceUnavailableStorageFull",
    }
)
_MAX_SKEW = timedelta(minutes=15)
_ABSENT = frozenset({"NoSuchKey", "NoSuchVersion", "ResourceNotFound"})
_UNAVAILABLE = frozenset(
    {
        "SlowDown",
        "SlowDownRead",
        "SlowDownWrite",
        "ServiceUnavailable",
        "InternalError",
        "RequestTimeout",
        "OperationAborted",
        "XMinioServerNotInitialized",
        "ServerNotInitialized",
        "Busy",
        "ServerBusy",
        "IncompleteBody",
        "BadDigest",  # the bytes were damaged on their way
        "XAmzContentSHA256Mismatch",
    }
)


_FULL_CAUSES = ("no space left on device", "disk quota exceeded", "file too large")
"""What MinIO says behind InternalError when its disk fills while an object is on the way (seen in version 2026-02-12)."""


def map_s3_code(code: str, status: int | None, what: str, message: str = "") -> SohoaError:
    """Return our error for an S3 error code, its message and HTTP status. ``what`` names the object, never a secret."""
    detail = f"{what}: {code or 'HTTP'} {status or ''}".rstrip()
    if code in _FULL or status == 507 or any(cause in message for cause in _FULL_CAUSES):
        return StorageFullError(detail=detail)
    if code == "NoSuchBucket":
        return ConfigurationError(detail=f"{what}: the bucket does not exist")
    if code in _ABSENT:
        return NotFoundError(what=what)
    if code in _UNAVAILABLE or status in (408, 429) or (status is not None and status >= 500):
        return StorageUnavailableError(detail=detail)
    return StorageDeniedError(detail=detail)


def find_skew(code: str, status: int | None, date: str, now: datetime, what: str) -> SohoaError | None:
    """Return the error of a refusal that comes from clocks which differ, or None. ``date`` is the answer's ``Date`` header.

    An S3 server refuses what was signed more than 15 minutes before or after its own time (Signature Version 4), with a code of
    its own or, where the answer has no body, with a bare 403. Setting the clock mends it, so a later try is worth it.
    """
    try:
        ahead = now - parsedate_to_datetime(date)
    except (TypeError, ValueError):  # no date, or none that can be compared
        return None
    if code != "RequestTimeTooSkewed" and not (status == 403 and abs(ahead) > _MAX_SKEW):
        return None
    minutes = round(ahead.total_seconds() / 60)
    standing = f"{abs(minutes)} minutes {'ahead of' if minutes > 0 else 'behind'}"
    return StorageUnavailableError(detail=f"{what}: this machine's clock is {standing} the store's; set it")


def map_http_status(status: int | None, what: str) -> SohoaError:
    """Return our error for an answer that is no S3 answer, such as a gateway's page before the server."""
    if status in (401, 403):
        return StorageDeniedError(detail=f"{what}: HTTP {status}")
    if status == 507:
        return StorageFullError(detail=f"{what}: HTTP {status}")
    return StorageUnavailableError(detail=f"{what}: HTTP {status or 'answer'} is not that of an S3 server")


def find_status(message: str) -> int | None:
    """Return the HTTP status that the client's words for an answer it cannot read name, if they do."""
    found = re.search(r"Response code: (\d{3})", message)
    return int(found.group(1)) if found else None
