"""Give a MinIO server the keys that Sohoa works with, each with no more rights than it needs. Uses the root key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from minio import MinioAdmin
from minio.credentials.providers import StaticProvider
from minio.error import MinioAdminException
from urllib3.exceptions import HTTPError

from dossiers.errors import StorageDeniedError, StorageUnavailableError
from storage.s3_connection import S3Connection, build_pool, split_endpoint
from storage.s3_rights import destruction_policy, service_policy
from storage.s3_store import S3Store


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A key of an S3 server."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)


def provision_minio(root: S3Connection, buckets: Sequence[str], service: KeyPair, destruction: KeyPair | None) -> None:
    """Make the buckets, and the users of the two keys with their policies. What is there already is set anew.

    Raises StorageUnavailableError or StorageDeniedError.
    """
    for bucket in buckets:
        store = S3Store(root, bucket)
        try:
            store.ensure_bucket()
        finally:
            store.close()
    address, secure = split_endpoint(root)
    pool = build_pool(root)
    provider = StaticProvider(root.access_key, root.secret_key)
    admin = MinioAdmin(endpoint=address, credentials=provider, secure=secure, region=root.region or "", http_client=pool)
    keys = {"sohoa-service": (service, service_policy(buckets))}
    if destruction is not None:
        keys["sohoa-destruction"] = (destruction, destruction_policy(buckets))
    try:
        for name, (key, policy) in keys.items():
            admin.policy_add(name, policy=policy)
            admin.user_add(key.access_key, key.secret_key)
            admin.policy_set(name, user=key.access_key)
    except MinioAdminException as error:
        raise StorageDeniedError(detail=f"{address}: the root key may not make users") from error
    except (HTTPError, OSError) as error:
        raise StorageUnavailableError(detail=f"{address}: {type(error).__name__}") from error
    finally:
        pool.clear()
