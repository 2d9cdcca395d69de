"""What a package holds: its files with their digests, and what is told of them. Paths are POSIX, relative to the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from xml.etree import ElementTree as ET

from storage.metadata import DocumentMetadata

PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"
CONTENT_TYPE = "OTHER"
OTHER_CONTENT_TYPE = "Hồ sơ thủ tục hành chính đã số hóa"


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package. ``sha256`` is hex; ``original_name`` is that under which a clerk handed it in, or empty."""

    path: str
    media_type: str
    size_bytes: int
    sha256: str
    created_at: datetime
    original_name: str = ""

    @property
    def id(self) -> str:
        """An identifier that XML allows (NCName), the same for the same path."""
        return make_id("file", self.path)


@dataclass(frozen=True, slots=True)
class PackagedDocument:
    """A document of the dossier with its PDF in the package."""

    metadata: DocumentMetadata
    pdf: PackageFile


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What a package says of itself. ``agency`` is who hands it over; ``created_at`` is when it was made."""

    package_id: str
    dossier_number: str
    agency: str
    software: str
    software_version: str
    created_at: datetime


def make_id(kind: str, text: str) -> str:
    """Return an XML identifier that is the same for the same text."""
    return f"{kind}-{sha256(text.encode()).hexdigest()[:24]}"


def tell_time(moment: datetime) -> str:
    """Return a moment as xs:dateTime in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def dump_xml(root: ET.Element, namespaces: dict[str, str]) -> bytes:
    """Return a document as UTF-8, indented; the same tree gives the same bytes. ``namespaces`` maps prefixes to URIs."""
    for prefix, uri in namespaces.items():
        ET.register_namespace(prefix, uri)
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def clean(text: str) -> str:
    """Return a text without the characters that XML 1.0 cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or "\x20" <= char <= "\ud7ff" or char >= "\ue000")
