"""Which of our errors an S3 server's refusal becomes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dossiers.errors import (
    ConfigurationError,
    NotFoundError,
    SohoaError,
    StorageDeniedError,
    StorageFullError,
    StorageUnavailableError,
)
from storage.s3_errors import find_skew, map_http_status, map_s3_code


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


NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "status", "date", "told"),
    [
        ("RequestTimeTooSkewed", 403, "Sat, 28 Nov 2026 11:00:00 GMT", "60 minutes ahead of"),
        ("", 403, "Sat, 28 Nov 2026 13:00:00 GMT", "60 minutes behind"),
        ("AccessDenied", 403, "Sat, 28 Nov 2026 11:50:00 GMT", None),
        ("", 404, "Sat, 28 Nov 2026 11:00:00 GMT", None),
        ("AccessDenied", 403, "", None),
        ("AccessDenied", 403, "yesterday", None),
        ("AccessDenied", 403, "Sat, 28 Nov 2026 11:00:00 -0000", None),
    ],
)
def test_clocks_that_differ_too_much_are_told_apart_from_a_refused_key(
    code: str, status: int, date: str, told: str | None
) -> None:
    found = find_skew(code, status, date, NOW, "originals")
    assert (found is not None) == (told is not None)
    assert found is None or (found.retryable and told is not None and told in found.message_en)


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
