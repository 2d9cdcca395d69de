"""The METS documents of a package: one at its root, one in each representation. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from storage.eark.package import (
    CONTENT_TYPE,
    OTHER_CONTENT_TYPE,
    PROFILE,
    PackageFacts,
    PackageFile,
    clean,
    dump_xml,
    make_id,
    tell_time,
)

_METS = "http://www.loc.gov/METS/"
_CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
_XLINK = "http://www.w3.org/1999/xlink"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NAMESPACES = {"mets": _METS, "csip": _CSIP, "xlink": _XLINK, "xsi": _XSI}


@dataclass(frozen=True, slots=True)
class Representation:
    """A representation: its name, its METS document and its data files."""

    name: str
    mets: PackageFile
    data: tuple[PackageFile, ...]


@dataclass(frozen=True, slots=True)
class RootParts:
    """What the root METS points to."""

    descriptive: PackageFile
    preservation: PackageFile
    other: tuple[PackageFile, ...]
    documentation: tuple[PackageFile, ...]
    schemas: tuple[PackageFile, ...]
    representations: tuple[Representation, ...]


def write_root_mets(facts: PackageFacts, parts: RootParts) -> bytes:
    """Return the METS document of the package: every file outside the representations, and a pointer to each of these."""
    root = _start(facts, facts.package_id, f"Hồ sơ {facts.dossier_number}")
    descriptive = [(parts.descriptive, "EAD", ""), *((file, "OTHER", "Sohoa") for file in parts.other)]
    for file, kind, other in descriptive:
        _add_descriptive(root, file, kind, other)
    _add_preservation(root, parts.preservation)
    groups = [("Documentation", parts.documentation), ("Schemas", parts.schemas)]
    groups += [(f"Representations/{item.name}", (item.mets,)) for item in parts.representations]
    section = _add(root, "fileSec", ID=make_id("files", facts.package_id))
    for use, files in groups:
        _add_group(section, use, files)
    top = _start_map(root, facts.package_id)
    metadata = _add(top, "div", ID=make_id("div", "Metadata"), LABEL="Metadata")
    metadata.set("ADMID", make_id("prov", parts.preservation.path))
    metadata.set("DMDID", " ".join(make_id("dmd", file.path) for file, _, _ in descriptive))
    for use, _ in groups[:2]:
        _add(_add(top, "div", ID=make_id("div", use), LABEL=use), "fptr", FILEID=make_id("group", use))
    # The specification has a division a representation (CSIP105); its Schematron, and eark-validator by it, looks for them
    # within one division for all content (CSIP101). Both stand.
    content = _add(top, "div", ID=make_id("div", "Representations"), LABEL="Representations")
    for item in parts.representations:
        _add(content, "fptr", FILEID=make_id("group", f"Representations/{item.name}"))
    for parent, kind in ((content, "content"), (top, "div")):
        for item in parts.representations:
            _add_representation(parent, kind, item)
    return dump_xml(root, _NAMESPACES)


def write_representation_mets(facts: PackageFacts, name: str, preservation: PackageFile, data: Sequence[PackageFile]) -> bytes:
    """Return the METS document of a representation. The paths are relative to the representation's folder."""
    root = _start(facts, name, f"Hồ sơ {facts.dossier_number}, {name}")
    _add_preservation(root, preservation)
    section = _add(root, "fileSec", ID=make_id("files", name))
    _add_group(section, "Data", data)
    top = _start_map(root, name)
    metadata = _add(top, "div", ID=make_id("div", "Metadata"), LABEL="Metadata")
    metadata.set("ADMID", make_id("prov", preservation.path))
    _add(_add(top, "div", ID=make_id("div", "Data"), LABEL="Data"), "fptr", FILEID=make_id("group", "Data"))
    return dump_xml(root, _NAMESPACES)


def _add_representation(parent: ET.Element, kind: str, item: Representation) -> None:
    use = f"Representations/{item.name}"
    pointer = _add(_add(parent, "div", ID=make_id(kind, use), LABEL=use), "mptr", LOCTYPE="URL")
    pointer.set(f"{{{_XLINK}}}type", "simple")
    pointer.set(f"{{{_XLINK}}}href", item.mets.path)
    pointer.set(f"{{{_XLINK}}}title", make_id("group", use))


def _start(facts: PackageFacts, object_id: str, label: str) -> ET.Element:
    root = ET.Element(f"{{{_METS}}}mets", OBJID=object_id, LABEL=clean(label), TYPE="Textual works – Digital", PROFILE=PROFILE)
    root.set(f"{{{_CSIP}}}CONTENTINFORMATIONTYPE", CONTENT_TYPE)
    root.set(f"{{{_CSIP}}}OTHERCONTENTINFORMATIONTYPE", OTHER_CONTENT_TYPE)
    at = tell_time(facts.created_at)
    header = _add(root, "metsHdr", CREATEDATE=at, LASTMODDATE=at, RECORDSTATUS="NEW")
    header.set(f"{{{_CSIP}}}OAISPACKAGETYPE", "AIP")
    software = _add(header, "agent", ROLE="CREATOR", TYPE="OTHER", OTHERTYPE="SOFTWARE")
    _add(software, "name").text = facts.software
    _add_note(software, facts.software_version, "SOFTWARE VERSION")
    agency = _add(header, "agent", ROLE="ARCHIVIST", TYPE="ORGANIZATION")
    _add(agency, "name").text = clean(facts.agency)
    return root


def _add_note(agent: ET.Element, text: str, kind: str) -> None:
    note = _add(agent, "note")
    note.text = text
    note.set(f"{{{_CSIP}}}NOTETYPE", kind)


def _add_descriptive(root: ET.Element, file: PackageFile, kind: str, other: str) -> None:
    section = _add(root, "dmdSec", ID=make_id("dmd", file.path), CREATED=tell_time(file.created_at), STATUS="CURRENT")
    _add_reference(section, file, kind, other)


def _add_preservation(root: ET.Element, file: PackageFile) -> None:
    section = _add(_add(root, "amdSec"), "digiprovMD", ID=make_id("prov", file.path), STATUS="CURRENT")
    _add_reference(section, file, "PREMIS", "")


def _add_reference(section: ET.Element, file: PackageFile, kind: str, other: str) -> None:
    reference = _add(section, "mdRef", LOCTYPE="URL", MDTYPE=kind, **_file_facts(file))
    if other:
        reference.set("OTHERMDTYPE", other)
    reference.set(f"{{{_XLINK}}}type", "simple")
    reference.set(f"{{{_XLINK}}}href", file.path)


def _add_group(section: ET.Element, use: str, files: Sequence[PackageFile]) -> None:
    group = _add(section, "fileGrp", ID=make_id("group", use), USE=use)
    group.set(f"{{{_CSIP}}}CONTENTINFORMATIONTYPE", CONTENT_TYPE)
    group.set(f"{{{_CSIP}}}OTHERCONTENTINFORMATIONTYPE", OTHER_CONTENT_TYPE)
    for file in files:
        element = _add(group, "file", ID=file.id, **_file_facts(file))
        location = _add(element, "FLocat", LOCTYPE="URL")
        location.set(f"{{{_XLINK}}}type", "simple")
        location.set(f"{{{_XLINK}}}href", file.path)


def _file_facts(file: PackageFile) -> dict[str, str]:
    return {
        "MIMETYPE": file.media_type,
        "SIZE": str(file.size_bytes),
        "CREATED": tell_time(file.created_at),
        "CHECKSUM": file.sha256,
        "CHECKSUMTYPE": "SHA-256",
    }


def _start_map(root: ET.Element, name: str) -> ET.Element:
    structure = _add(root, "structMap", ID=make_id("map", name), TYPE="PHYSICAL", LABEL="CSIP")
    return _add(structure, "div", ID=make_id("div", name), LABEL=name)


def _add(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_METS}}}{name}", attributes)
