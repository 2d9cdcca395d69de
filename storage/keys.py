"""Where things stand in the buckets: keys that name their content and that a person can read. Pure.

originals bucket   <sha[:2]>/<sha>/original.<ext>
                   <sha[:2]>/<sha>/submission.json
archive bucket     <dossier number or _unfiled>/<document id>/<pdf sha>.pdf
                   <dossier number or _unfiled>/<document id>/<words sha>.words.json
                   <dossier number or _unfiled>/<document id>/metadata.json
                   _custody/…                   what is kept about the archive itself: manifests, acts, tombstones
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from dossiers.errors import InvalidCodeError

ORIGINAL_STEM = "original."
SUBMISSION_NAME = "submission.json"
METADATA_NAME = "metadata.json"
UNFILED = "_unfiled"

CUSTODY_PREFIX = "_custody/"
"""No dossier's folder begins with an underscore, save that of the unfiled."""
CHECK_PREFIX = CUSTODY_PREFIX + "check/"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")
_DOCUMENT_ID = re.compile(r"p[0-9]{4,}-[0-9]{4,}-[0-9a-f]{32}")
_MAX_FOLDER_BYTES = 200
_SCAN_DIGITS = 32  # 128 bits of the digest: no two scans will ever share them


def original_prefix(sha256: str) -> str:
    """Return the start of all keys of one handed-in file."""
    return f"{require_sha256(sha256)[:2]}/{sha256}/"


def original_key(sha256: str, name: str) -> str:
    """Return the key of a handed-in file's bytes; the ending is that of its name where it is a plain one."""
    _, dot, extension = name.rpartition(".")
    extension = extension.lower()
    return f"{original_prefix(sha256)}{ORIGINAL_STEM}{extension if dot and _EXTENSION.fullmatch(extension) else 'bin'}"


def sha256_of_original(key: str) -> str | None:
    """Return the digest in a key of a handed-in file's bytes; None for any other key."""
    parts = key.split("/")
    is_original = len(parts) == 3 and parts[2].startswith(ORIGINAL_STEM) and parts[0] == parts[1][:2]
    return parts[1] if is_original and _SHA256.fullmatch(parts[1]) else None


def submission_key(sha256: str) -> str:
    """Return the key of the record of what became of a handed-in file."""
    return original_prefix(sha256) + SUBMISSION_NAME


def is_submission_key(key: str) -> bool:
    """Return whether a key of the originals bucket is that of a submission's record."""
    parts = key.split("/")
    return len(parts) == 3 and parts[2] == SUBMISSION_NAME and bool(_SHA256.fullmatch(parts[1])) and parts[0] == parts[1][:2]


def make_document_id(scan_sha256: str, first_page: int, last_page: int) -> str:
    """Return a document's id, made from its scan's digest and its pages, so that a replay finds the same document."""
    if not 1 <= first_page <= last_page:
        raise ValueError("pages count from 1, and the last is not before the first")
    return f"p{first_page:04d}-{last_page:04d}-{require_sha256(scan_sha256)[:_SCAN_DIGITS]}"


def document_prefix(dossier_number: str | None, document_id: str) -> str:
    """Return the start of all keys of one document. Raises ``ValueError`` when the id is none that we make."""
    if not _DOCUMENT_ID.fullmatch(document_id):
        raise ValueError("not a document id")
    return f"{dossier_folder(dossier_number)}/{document_id}/"


def pdf_key(dossier_number: str | None, document_id: str, pdf_sha256: str) -> str:
    """Return the key of a document's signed PDF."""
    return f"{document_prefix(dossier_number, document_id)}{require_sha256(pdf_sha256)}.pdf"


def words_key(dossier_number: str | None, document_id: str, words_sha256: str) -> str:
    """Return the key of a document's words with their boxes."""
    return f"{document_prefix(dossier_number, document_id)}{require_sha256(words_sha256)}.words.json"


def metadata_key(dossier_number: str | None, document_id: str) -> str:
    """Return the key of a document's metadata, by which the document exists."""
    return document_prefix(dossier_number, document_id) + METADATA_NAME


def is_metadata_key(key: str) -> bool:
    """Return whether a key of the archive bucket is that of a document's metadata."""
    parts = key.split("/")
    return len(parts) == 3 and parts[2] == METADATA_NAME and bool(_DOCUMENT_ID.fullmatch(parts[1]))


def dossier_folder(dossier_number: str | None) -> str:
    """Return the segment of a key that stands for a dossier; different numbers give different segments.

    Letters that have a meaning in a path or an address are percent-encoded, so is a leading dot or underscore.
    Raises ``InvalidCodeError`` when the number is too long for a segment or is no text.
    """
    number = unicodedata.normalize("NFC", dossier_number or "").strip()
    if not number:
        return UNFILED
    segment = quote(number, safe="", errors="replace")
    if segment[0] in "._":
        segment = f"%{ord(segment[0]):02X}{segment[1:]}"
    if len(segment) > _MAX_FOLDER_BYTES or not number.isprintable():
        raise InvalidCodeError(value=ascii(number[:60]), kind="mã hồ sơ")
    return segment


def is_sha256(text: str) -> bool:
    """Say whether a text is a SHA-256 in lower-case hex."""
    return bool(_SHA256.fullmatch(text))


def require_sha256(digest: str) -> str:
    """Return a digest unchanged when it is a SHA-256 in lower-case hex. Raises ``ValueError`` otherwise."""
    if not _SHA256.fullmatch(digest):
        raise ValueError("not a SHA-256 in lower-case hex")
    return digest
