"""Hand a dossier over to an archive: an E-ARK CSIP package of its accepted documents, with everything that is known of them.

The package is built in a temporary folder and copied to its place, every file of it is read back and compared with the digest
that its METS names, and only then it appears, as a folder or as a zip with one folder in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dossiers.codes import DossierNumber
from dossiers.errors import IntegrityError, InvalidCodeError, NotFoundError, ReviewNeededError, UnreadablePathError
from dossiers.model import Actor, CatalogEntry, Outcome
from dossiers.trail import Detail, TrailAction
from operations.outcomes import load_metadata
from operations.trail import record_event
from runtime.wiring import House
from storage.eark.ead import write_ead
from storage.eark.mets import Representation, RootParts, write_representation_mets, write_root_mets
from storage.eark.package import PackagedDocument, PackageFacts, PackageFile
from storage.eark.placing import place_package
from storage.eark.premis import write_documents_premis, write_originals_premis, write_package_premis
from storage.eark.texts import CATALOG_XML, README
from storage.files import hash_file, os_errors_mapped
from storage.keys import dossier_folder
from storage.metadata import DocumentMetadata

_SOFTWARE = "Sohoa"
_PDF = "application/pdf"
_MEDIA_TYPES = {
    ".pdf": _PDF,
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".heic": "image/heic",
}


@dataclass(frozen=True, slots=True)
class MadePackage:
    """A package that stands where it was asked for. ``waiting`` counts documents left out since a person must look at them."""

    path: Path
    package_id: str
    files: tuple[PackageFile, ...]
    documents: int
    waiting: int

    def to_json(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "package": self.package_id,
            "documents": self.documents,
            "waiting": self.waiting,
            "files": [{"path": file.path, "size": file.size_bytes, "sha256": file.sha256} for file in self.files],
        }


def package_dossier(
    house: House,
    number: str,
    target: Path,
    actor: Actor,
    *,
    with_originals: bool = False,
    without_waiting: bool = False,
    now: datetime | None = None,
) -> MadePackage:
    """Write the package of a dossier into the folder ``target``, or as ``target`` when that ends in ``.zip``.

    Raises NotFoundError when there is no such dossier, ReviewNeededError when a person must still look at one of its documents
    and they are not to be left out, UnreadablePathError when something stands there already, IntegrityError when stored or
    written bytes are not what they were, StorageFullError and its kin.
    """
    number = _parse(number)
    accepted, waiting = _choose(house, number, without_waiting=without_waiting)
    facts = PackageFacts(
        package_id=f"sohoa-{dossier_folder(number).replace('%', '_')}",
        dossier_number=number,
        agency=house.settings.signing.agency,
        software=_SOFTWARE,
        software_version=version("sohoa"),
        created_at=(now or datetime.now(UTC)).replace(microsecond=0),
    )
    place = target if target.suffix.lower() == ".zip" else target / facts.package_id
    if place.exists():
        raise UnreadablePathError(name=str(place), detail="đã có sẵn (it is there already)")
    details: dict[str, Detail] = {"documents": [one.document_id for one in accepted], "originals": with_originals}
    record_event(house, actor, TrailAction.EXPORT, number, details)
    with os_errors_mapped(str(place)), house.temporary_folder() as folder:
        staged = folder / facts.package_id
        staged.mkdir()
        files = _Builder(house, facts, staged).build([load_metadata(house, entry) for entry in accepted], with_originals)
        place_package(staged, files, place, facts.created_at)
    return MadePackage(place, facts.package_id, tuple(files), len(accepted), waiting)


def _parse(number: str) -> str:
    try:
        return str(DossierNumber.parse(number))
    except InvalidCodeError:  # numbers of another form are stored as they came
        return number.strip()


def _choose(house: House, number: str, *, without_waiting: bool) -> tuple[Sequence[CatalogEntry], int]:
    entries = house.catalog.documents.list_of_dossier(number)
    accepted = [entry for entry in entries if entry.state is Outcome.ARCHIVED]
    waiting = len(entries) - len(accepted)
    if not entries:
        raise NotFoundError(what=f"dossier {number}")
    if not accepted or (waiting and not without_waiting):
        raise ReviewNeededError(
            reasons_vi=f"{waiting} tài liệu của hồ sơ {number} chưa được chấp nhận",
            reasons_en=f"{waiting} documents of dossier {number} are not accepted yet",
        )
    return accepted, waiting


class _Builder:
    """Builds a package in a folder. Every file that it writes is told with its digest."""

    def __init__(self, house: House, facts: PackageFacts, folder: Path) -> None:
        self._house, self._facts, self._folder = house, facts, folder
        self._files: list[PackageFile] = []

    def build(self, documents: Sequence[DocumentMetadata], with_originals: bool) -> list[PackageFile]:
        """Write all files, the root METS last, and return them."""
        packaged = [PackagedDocument(item, self._fetch_pdf(item)) for item in documents]
        at = self._facts.created_at
        representations = [
            self._represent("rep1", [item.pdf for item in packaged], write_documents_premis(self._facts, packaged))
        ]
        if with_originals:
            originals = self._fetch_originals(documents)
            representations.append(self._represent("originals", originals, write_originals_premis(self._facts, originals)))
        names = [item.name for item in representations]
        parts = RootParts(
            descriptive=self._write("metadata/descriptive/ead.xml", write_ead(self._facts, packaged), "application/xml"),
            preservation=self._write(
                "metadata/preservation/premis.xml", write_package_premis(self._facts, names), "application/xml"
            ),
            other=tuple(
                self._write(f"metadata/other/{item.document_id}.json", item.to_json(), "application/json", item.archived_at)
                for item in documents
            ),
            documentation=(self._write("documentation/DOC-TRUOC.txt", README.encode(), "text/plain"),),
            schemas=(self._write("schemas/catalog.xml", CATALOG_XML.encode(), "application/xml"),),
            representations=tuple(representations),
        )
        self._write("METS.xml", write_root_mets(self._facts, parts), "application/xml", at)
        return self._files

    def _represent(self, name: str, data: Sequence[PackageFile], premis: bytes) -> Representation:
        root = f"representations/{name}"
        preservation = self._write(f"{root}/metadata/preservation/premis.xml", premis, "application/xml")
        inside = [_move(file, f"{root}/") for file in data]
        mets = write_representation_mets(self._facts, name, _move(preservation, f"{root}/"), inside)
        return Representation(name, self._write(f"{root}/METS.xml", mets, "application/xml"), tuple(data))

    def _fetch_pdf(self, metadata: DocumentMetadata) -> PackageFile:
        path = f"representations/rep1/data/{metadata.document_id}.pdf"
        self._house.archive.read_pdf(metadata, self._make_room(path))
        return self._tell(path, _PDF, metadata.archived_at, metadata.pdf.sha256, metadata.scan_name)

    def _fetch_originals(self, documents: Sequence[DocumentMetadata]) -> list[PackageFile]:
        scans = {item.scan_sha256: item for item in documents}
        found: list[PackageFile] = []
        for sha256, item in scans.items():
            suffix = Path(item.scan_name).suffix.lower()
            path = f"representations/originals/data/{sha256}{suffix if suffix in _MEDIA_TYPES else '.bin'}"
            self._house.archive.open_original(sha256, self._make_room(path))
            media_type = _MEDIA_TYPES.get(suffix, "application/octet-stream")
            found.append(self._tell(path, media_type, item.received_at, sha256, item.scan_name))
        return found

    def _write(self, path: str, data: bytes, media_type: str, at: datetime | None = None) -> PackageFile:
        self._make_room(path).write_bytes(data)
        return self._tell(path, media_type, at or self._facts.created_at)

    def _make_room(self, path: str) -> Path:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _tell(
        self, path: str, media_type: str, at: datetime, expected_sha256: str | None = None, original_name: str = ""
    ) -> PackageFile:
        place = self._folder / path
        digest = hash_file(place)
        if expected_sha256 not in (None, digest):
            raise IntegrityError(what=path, detail="its digest is not the one in the archive")
        file = PackageFile(path, media_type, place.stat().st_size, digest, at, original_name)
        self._files.append(file)
        return file


def _move(file: PackageFile, prefix: str) -> PackageFile:
    """Return a file as seen from a folder of the package."""
    return replace(file, path=file.path.removeprefix(prefix))
