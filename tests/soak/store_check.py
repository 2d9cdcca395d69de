"""Hold what stands in the object store against the list of what was dropped, by a plain S3 client and nothing of Sohoa's."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from minio import Minio

from tests.soak.dropping import Dropped
from tests.soak.plan import Way


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an object, or the mark of a deletion."""

    key: str
    version_id: str
    is_deletion: bool


@dataclass(slots=True)
class StoreCheck:
    """What was found. ``wrong`` is empty when the store holds each dropped file once, and nothing else.

    ``digitized`` are the dossiers with an accepted component and an accepted result.
    """

    originals: int = 0
    documents: int = 0
    digitized: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def check_store(client: Minio, originals: str, archive: str, dropped: Sequence[Dropped]) -> StoreCheck:
    """Compare both buckets with what was dropped: 0 lost, 0 stored twice, 0 that nobody dropped."""
    found = StoreCheck()
    _check_originals(found, client, originals, {file.sha256 for file in dropped})
    refused = {file.sha256 for file in dropped if file.way is Way.TRUNCATED}
    _check_archive(found, client, archive, {file.sha256 for file in dropped} - refused)
    return found


def _check_originals(found: StoreCheck, client: Minio, bucket: str, expected: set[str]) -> None:
    versions = list(_list_versions(client, bucket))
    found.wrong += [f"deleted: {version.key}" for version in versions if version.is_deletion]
    bytes_of = [version for version in versions if version.key.split("/")[2].startswith("original.")]
    stored = Counter(version.key.split("/")[1] for version in bytes_of)
    found.originals = len(stored)
    found.wrong += [f"lost: the original {sha256}" for sha256 in sorted(expected - set(stored))]
    found.wrong += [f"stored and never dropped: {sha256}" for sha256 in sorted(set(stored) - expected)]
    found.wrong += [f"stored {times} times: the original {sha256}" for sha256, times in stored.items() if times > 1]
    for version in bytes_of:
        if hashlib.sha256(_read(client, bucket, version.key)).hexdigest() != version.key.split("/")[1]:
            found.wrong.append(f"other bytes: {version.key}")


def _check_archive(found: StoreCheck, client: Minio, bucket: str, expected: set[str]) -> None:
    versions = list(_list_versions(client, bucket))
    keys = Counter(version.key for version in versions)
    found.wrong += [f"deleted: {version.key}" for version in versions if version.is_deletion]
    records = [json.loads(_read(client, bucket, key)) for key in keys if key.endswith("/metadata.json")]
    valid = [record for record in records if record["superseded_by"] is None]
    found.documents = len(valid)
    found.wrong += [f"lost: no document of {sha256}" for sha256 in sorted(expected - {one["scan_sha256"] for one in valid})]
    found.wrong += [f"a document of nothing: {one['document_id']}" for one in records if one["scan_sha256"] not in expected]
    found.wrong += _list_twice(valid)
    named = {key for record in records for key in (record["pdf"]["key"], record["words"]["key"])}
    stored = {key for key in keys if not key.endswith("/metadata.json")}
    found.wrong += [f"lost: {key}" for key in sorted(named - stored)]
    found.wrong += [f"stored twice: {key}" for key in sorted(stored - named)]
    found.wrong += [f"stored {keys[key]} times: {key}" for key in sorted(stored) if keys[key] > 1]
    accepted = [record for record in valid if record["outcome"] == "archived"]
    components, results = (
        {record["dossier_number"] for record in accepted if record["role"] == role} for role in ("component", "result")
    )
    found.digitized = components & results


def _list_twice(records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield what says that a page of a scan stands in two valid documents."""
    pages = Counter(
        (record["scan_sha256"], page) for record in records for page in range(record["first_page"], record["last_page"] + 1)
    )
    return (f"page {page} of {sha256} is in {times} documents" for (sha256, page), times in pages.items() if times > 1)


def _list_versions(client: Minio, bucket: str) -> Iterator[Version]:
    for item in client.list_objects(bucket, recursive=True, include_version=True):
        if str(item.object_name).startswith("_custody/"):  # what Sohoa keeps about the archive, not of it
            continue
        yield Version(str(item.object_name), str(item.version_id), bool(item.is_delete_marker))


def _read(client: Minio, bucket: str, key: str) -> bytes:
    answer = client.get_object(bucket, key)
    try:
        return answer.read()
    finally:
        answer.close()
        answer.release_conn()
