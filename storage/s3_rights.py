"""What each key may do in the buckets, as policies of Amazon S3. Pure.

The service's key may read, write, lock longer and hold; it may not delete and not get around a lock. The key for destruction
may read and delete what no lock and no hold protects. MinIO asks for ``s3:DeleteObject`` to delete a version, others for
``s3:DeleteObjectVersion``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_BUCKET = (
    "s3:GetBucketLocation",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketVersioning",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListBucketVersions",
)
_READ = ("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention", "s3:GetObjectLegalHold")
_WRITE = (
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
)
_DELETE = ("s3:DeleteObject", "s3:DeleteObjectVersion")


def service_policy(buckets: Sequence[str]) -> dict[str, Any]:
    """Return what Sohoa's own key may do: everything that archiving needs, and nothing that removes."""
    return _policy(buckets, (*_READ, *_WRITE))


def destruction_policy(buckets: Sequence[str]) -> dict[str, Any]:
    """Return what the key for ``sohoa destroy execute`` may do: read, and delete what is neither locked nor held."""
    return _policy(buckets, (*_READ, *_DELETE))


def _policy(buckets: Sequence[str], on_objects: Sequence[str]) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": list(_BUCKET), "Resource": [f"arn:aws:s3:::{bucket}" for bucket in buckets]},
            {"Effect": "Allow", "Action": list(on_objects), "Resource": [f"arn:aws:s3:::{bucket}/*" for bucket in buckets]},
        ],
    }
