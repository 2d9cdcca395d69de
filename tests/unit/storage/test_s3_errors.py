"""Which of our errors an S3 server's refusal becomes."""

from __future__ import annotations

import pytest

from dossiers.errors import (
    ConfigurationError,
    NotFoundError,
    SohoaError,
    StorageDeniedError,
    StorageFullError,
    StorageUnavailableError,
)
from storage.s3_errors import map_http_status, map_s3_code


@pytest.mark.parametrize(
    ("code", "status", "message", "kind"),
    [
        ("SlowDown", 503, "", StorageUnavailableError),
        ("ServiceUnavailable", 503, "", StorageUnavailableError),
        ("XMinioServerNotInitialized", 503, "", StorageUnavailableError),
        ("InternalError", 500, "", StorageUnavailableError),
        ("SomethingNew", 502, "", StorageUnavailableError),
        ("TooManyRequests", 429, "", StorageUnavailableError),
        ("XMinioStorageFull", 507, "", StorageFullError),
        ("XMinioAdminBucketQuotaExceeded", 400, "", StorageFullError),
        ("InternalError", 500, "cause(no space left on device)", StorageFullError),
        ("AccessDenied", 403, "", StorageDeniedError),
        ("SignatureDoesNotMatch", 403, "", StorageDeniedError),
        ("InvalidAccessKeyId", 403, "", StorageDeniedError),
        ("RequestTimeTooSkewed", 403, "", StorageDeniedError),
        ("InvalidRequest", 400, "Object is WORM protected and cannot be overwritten", StorageDeniedError),
        ("NoSuchKey", 404, "", NotFoundError),
        ("NoSuchVersion", 404, "", NotFoundError),
        ("NoSuchBucket", 404, "", ConfigurationError),
        ("", None, "", StorageDeniedError),
    ],
)
def test_codes(code: str, status: int | None, message: str, kind: type[SohoaError]) -> None:
    assert type(map_s3_code(code, status, "a/key", message)) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, StorageDeniedError),
        (403, StorageDeniedError),
        (507, StorageFullError),
        (502, StorageUnavailableError),
        (404, StorageUnavailableError),
        (None, StorageUnavailableError),
    ],
)
def test_answers_of_something_else(status: int | None, kind: type[SohoaError]) -> None:
    assert type(map_http_status(status, "a/key")) is kind
