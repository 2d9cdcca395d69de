"""Write what proves a document into one zip, which a stranger verifies offline with the short program inside."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import Any

from asn1crypto import cms, pem

from dossiers.errors import ConfigurationError, NotFoundError
from dossiers.model import Actor, CatalogEntry
from dossiers.trail import TrailAction
from operations.outcomes import load_metadata
from operations.receipt_manifest import find_day_manifest
from operations.statements import sign_statement
from operations.trail import record_event
from operations.trail_anchoring import anchor_trail
from operations.trail_extract import extract_spans
from operations.verifying import verify_entry
from runtime.wiring import House
from storage.files import hash_file, os_errors_mapped, part_path, sync_folder
from storage.metadata import DocumentMetadata
from storage.submissions import dump_submission

_INSIDE = Path(__file__).parent / "proof_bundle"
_EPOCH = (2026, 1, 1, 0, 0, 0)  # the same bytes give the same zip


@dataclass(slots=True)
class _Bundle:
    """A zip in the making, the digest of each member so far, and the detached signatures among them."""

    zip: zipfile.ZipFile
    members: dict[str, str] = field(default_factory=dict)
    signatures: list[bytes] = field(default_factory=list)

    def add(self, name: str, data: bytes | Path) -> None:
        info = zipfile.ZipInfo(name, _EPOCH)
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
        if isinstance(data, bytes):
            self.zip.writestr(info, data)
            self.members[name] = new_sha256(data).hexdigest()
            if name.endswith(".p7s"):
                self.signatures.append(data)
            return
        with data.open("rb") as source, self.zip.open(info, "w", force_zip64=True) as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        self.members[name] = hash_file(data)

    def add_json(self, name: str, value: Mapping[str, Any]) -> None:
        self.add(name, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def prove_document(house: House, entry: CatalogEntry, to_path: Path, actor: Actor, purpose: str = "") -> Path:
    """Write the proof bundle of a document to a new file and return its path.

    It holds personal data as they stand in the document. That it was made is written into the trail, which is anchored then, so
    that the bundle's own entry can be proved as well. Raises ConfigurationError when the file exists, IntegrityError when a
    stored part or the trail is not what it was, SigningError, StorageUnavailableError and its kin.
    """
    if to_path.exists():
        raise ConfigurationError(detail=f"{to_path} exists already")
    metadata = load_metadata(house, entry)
    record_event(house, actor, TrailAction.PROVE, entry.document_id, {"pdf_sha256": entry.pdf_sha256}, purpose)
    anchor_trail(house)
    with house.temporary_folder() as folder, _writing(to_path) as bundle:
        _add_document(house, bundle, metadata, folder, actor)
        _add_trail(house, bundle, metadata)
        bundle.add_json("lock.json", _ask_for_locks(house, metadata))
        bundle.add_json("validation.json", verify_entry(house, entry, actor).to_json())
        bundle.add("certificates.pem", _list_certificates(house, bundle))
        for path in sorted(_INSIDE.iterdir()):
            if path.suffix in (".py", ".txt"):
                bundle.add(path.name, path)
        _sign(house, bundle, metadata)
    return to_path


def _add_document(house: House, bundle: _Bundle, metadata: DocumentMetadata, folder: Path, actor: Actor) -> None:
    house.archive.read_pdf(metadata, folder / "document.pdf")
    original = house.archive.open_original(metadata.scan_sha256, folder / "original")
    original_name = original.key.rpartition("/")[2]
    bundle.add("document.pdf", folder / "document.pdf")
    bundle.add(original_name, folder / "original")
    bundle.add("metadata.json", house.archive.read_bytes(metadata.metadata_key))
    bundle.add("words.json", house.archive.read_bytes(metadata.words.key))
    submission = house.archive.find_submission(metadata.scan_sha256)
    if submission is None:
        raise NotFoundError(what=f"the record of the scan {metadata.scan_sha256}")
    bundle.add("submission.json", dump_submission(submission))
    stored_since = datetime.fromisoformat(original.metadata.get("received-at", metadata.received_at.isoformat()))
    manifest = find_day_manifest(house, metadata.scan_sha256, stored_since, actor)
    day = {"segment": "day/segment.jsonl", "head": "day/head.json", "signature": "day/head.p7s"} if manifest else None
    if manifest is not None and day is not None:
        bundle.add(day["segment"], manifest.segment)
        bundle.add(day["head"], manifest.head)
        bundle.add(day["signature"], manifest.signature)
    bundle.add_json(
        "chain.json",
        {
            "document_id": metadata.document_id,
            "original": original_name,
            "scan_sha256": metadata.scan_sha256,
            "words_sha256": metadata.words.sha256,
            "pdf_sha256": metadata.pdf.sha256,
            "day_manifest": day,
        },
    )


def _add_trail(house: House, bundle: _Bundle, metadata: DocumentMetadata) -> None:
    spans = []
    for span in extract_spans(house, (metadata.document_id, metadata.scan_sha256)):
        stem = f"anchors/{span.anchor.key.rpartition('/')[2].removesuffix('.json')}"
        bundle.add(f"{stem}.json", span.anchor.statement or b"")
        bundle.add(f"{stem}.p7s", span.anchor.signature or b"")
        spans.append(span.to_json(f"{stem}.json"))
    bundle.add_json("trail.json", {"rule": "hash = SHA-256(hash before + SHA-256(content)), in hex", "spans": spans})


def _ask_for_locks(house: House, metadata: DocumentMetadata) -> dict[str, Any]:
    """Return what the store answers now; both kinds of store lock in GOVERNANCE mode."""
    objects = [
        {
            "key": stored.key,
            "version_id": stored.version_id,
            "sha256": stored.sha256,
            "mode": "GOVERNANCE" if stored.retain_until else None,
            "retain_until": stored.retain_until.isoformat() if stored.retain_until else None,
        }
        for stored in house.archive.stat_document(metadata)
    ]
    store = house.settings.store
    where = f"{store.s3.endpoint}/{store.s3.archive_bucket}" if store.kind == "s3" else "directory"
    return {"asked_at": datetime.now(UTC).isoformat(timespec="seconds"), "store": where, "objects": objects}


def _list_certificates(house: House, bundle: _Bundle) -> bytes:
    """Return the authorities that this house trusts and the certificates of those who signed, as PEM."""
    known = [*house.trust_roots, house.identity.certificate, *house.identity.chain]
    for signature in bundle.signatures:
        known += [choice.chosen for choice in cms.ContentInfo.load(signature)["content"]["certificates"]]
    return b"".join(pem.armor("CERTIFICATE", der) for der in dict.fromkeys(certificate.dump() for certificate in known))


def _sign(house: House, bundle: _Bundle, metadata: DocumentMetadata) -> None:
    """Sign the digest of every member; the signature's name tells its own digest, so that it cannot change unseen either."""
    at = datetime.now(UTC)
    facts = {"kind": "sohoa proof 1", "document_id": metadata.document_id, "made_at": at.isoformat(), "members": bundle.members}
    statement = (json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
    signature = sign_statement(house, statement, at)
    bundle.add("manifest.json", statement)
    bundle.add(f"manifest-{new_sha256(signature).hexdigest()}.p7s", signature)


@contextmanager
def _writing(to_path: Path) -> Iterator[_Bundle]:
    """Write a zip that appears only when it is whole."""
    with os_errors_mapped(str(to_path)):
        part = part_path(to_path.parent)
        try:
            part.touch(mode=0o600, exist_ok=False)
            with zipfile.ZipFile(part, "w") as writing:
                yield _Bundle(writing)
            part.rename(to_path)
            sync_folder(to_path.parent)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
