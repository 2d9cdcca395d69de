"""What happened to the files of a package, in PREMIS 3: objects with their digests, events, and who acted. Pure.

The types of events are those of the Library of Congress (id.loc.gov, Preservation / Event Type).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from storage.eark.package import PackagedDocument, PackageFacts, PackageFile, clean, dump_xml, make_id, tell_time
from storage.metadata import DocumentMetadata

_PREMIS = "http://www.loc.gov/premis/v3"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOCAL = "local"
_HISTORY = {
    "archived": "ingestion",
    "stored_for_review": "ingestion",
    "accepted": "validation",
    "superseded": "metadata modification",
}


@dataclass(frozen=True, slots=True)
class Agent:
    """Who acted: a person, an organisation or a program."""

    name: str
    kind: str
    version: str = ""

    @property
    def id(self) -> str:
        return make_id("agent", f"{self.kind} {self.name} {self.version}")


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to an object, when and by whom."""

    kind: str
    at: datetime
    agent: Agent
    object_id: str
    detail: str = ""
    outcome: str = ""

    @property
    def id(self) -> str:
        return make_id("event", f"{self.kind} {self.at.isoformat()} {self.object_id} {self.detail}")


def write_documents_premis(facts: PackageFacts, documents: Sequence[PackagedDocument]) -> bytes:
    """Return what happened to the PDFs of the documents: receipt, reading, conversion, signing, checks."""
    events = [event for document in documents for event in list_document_events(facts, document)]
    return _write([document.pdf for document in documents], events, "PDF/A-2b")


def write_originals_premis(facts: PackageFacts, files: Sequence[PackageFile]) -> bytes:
    """Return what happened to the files as they were handed in."""
    software = Agent(facts.software, "software", facts.software_version)
    events = [Event("fixity check", facts.created_at, software, file.id, "SHA-256", "pass") for file in files]
    return _write(files, events, "")


def write_package_premis(facts: PackageFacts, representations: Iterable[str]) -> bytes:
    """Return what is told of the package as a whole."""
    root = _start()
    entity = _add(root, "object")
    entity.set(f"{{{_XSI}}}type", "intellectualEntity")
    _add_identifier(entity, "objectIdentifier", facts.package_id)
    _add(entity, "originalName").text = clean(facts.dossier_number)
    for name in representations:
        item = _add(root, "object")
        item.set(f"{{{_XSI}}}type", "representation")
        _add_identifier(item, "objectIdentifier", f"{facts.package_id}/representations/{name}")
    software = Agent(facts.software, "software", facts.software_version)
    _add_event(root, Event("information package creation", facts.created_at, software, facts.package_id, "E-ARK CSIP 2.1"))
    _add_agent(root, software)
    return dump_xml(root, {"": _PREMIS, "xsi": _XSI})


def list_document_events(facts: PackageFacts, document: PackagedDocument) -> list[Event]:
    """Return what happened to a document, from its record, and that its bytes were read back for the package."""
    metadata, pdf = document.metadata, document.pdf
    software = Agent(facts.software, "software", facts.software_version)
    reader = Agent(metadata.recipe.engine, "software", metadata.recipe.pipeline_version)
    clerk = Agent(metadata.actor.name or metadata.actor.id, "person")
    events = [
        Event("transfer", metadata.received_at, clerk, pdf.id, clean(metadata.scan_name)),
        Event("message digest calculation", metadata.received_at, software, pdf.id, f"SHA-256 {metadata.scan_sha256}"),
        Event("metadata extraction", metadata.archived_at, reader, pdf.id, f"OCR, {metadata.text_confidence:.2f}"),
        *_list_signature_events(metadata, pdf, software),
    ]
    for item in metadata.history:
        agent = Agent(item.actor.name or item.actor.id, "person")
        kind = _HISTORY.get(item.what, "modification")
        events.append(Event(kind, item.at, agent, pdf.id, clean(f"{item.what}: {item.detail}")))
    events.append(Event("fixity check", facts.created_at, software, pdf.id, "SHA-256", "pass"))
    return events


def _list_signature_events(metadata: DocumentMetadata, pdf: PackageFile, software: Agent) -> list[Event]:
    check = metadata.signature_check
    if check is not None:  # signed by others and kept as it came
        detail = clean("; ".join(signature.signer for signature in check.signatures))
        return [Event("digital signature validation", check.checked_at, software, pdf.id, detail, check.standing.value)]
    at = metadata.pdf.signed_at or metadata.archived_at
    events = [Event("normalization", at, software, pdf.id, "PDF/A-2b")]
    if metadata.pdf.level is not None:
        signer = Agent(clean(metadata.pdf.signer), "organization")
        events.append(Event("digital signature generation", at, signer, pdf.id, f"PAdES {metadata.pdf.level.value}"))
    return events


def _write(files: Sequence[PackageFile], events: Sequence[Event], format_name: str) -> bytes:
    root = _start()
    for file in files:
        linked = [event.id for event in events if event.object_id == file.id]
        _add_file(root, file, format_name or file.media_type, linked)
    for event in events:
        _add_event(root, event)
    for agent in dict.fromkeys(event.agent for event in events):
        _add_agent(root, agent)
    return dump_xml(root, {"": _PREMIS, "xsi": _XSI})


def _start() -> ET.Element:
    return ET.Element(f"{{{_PREMIS}}}premis", version="3.0")


def _add_file(root: ET.Element, file: PackageFile, format_name: str, events: Iterable[str]) -> None:
    element = _add(root, "object")
    element.set(f"{{{_XSI}}}type", "file")
    _add_identifier(element, "objectIdentifier", file.id)
    facts = _add(element, "objectCharacteristics")
    _add(facts, "compositionLevel").text = "0"
    fixity = _add(facts, "fixity")
    _add(fixity, "messageDigestAlgorithm").text = "SHA-256"
    _add(fixity, "messageDigest").text = file.sha256
    _add(facts, "size").text = str(file.size_bytes)
    _add(_add(_add(facts, "format"), "formatDesignation"), "formatName").text = format_name
    _add(element, "originalName").text = clean(file.original_name or file.path)
    for event in dict.fromkeys(events):
        _add_identifier(element, "linkingEventIdentifier", event)


def _add_event(root: ET.Element, event: Event) -> None:
    element = _add(root, "event")
    _add_identifier(element, "eventIdentifier", event.id)
    _add(element, "eventType").text = event.kind
    _add(element, "eventDateTime").text = tell_time(event.at)
    if event.detail:
        _add(_add(element, "eventDetailInformation"), "eventDetail").text = event.detail
    if event.outcome:
        _add(_add(element, "eventOutcomeInformation"), "eventOutcome").text = event.outcome
    _add_identifier(element, "linkingAgentIdentifier", event.agent.id)
    _add_identifier(element, "linkingObjectIdentifier", event.object_id)


def _add_agent(root: ET.Element, agent: Agent) -> None:
    element = _add(root, "agent")
    _add_identifier(element, "agentIdentifier", agent.id)
    _add(element, "agentName").text = clean(agent.name)
    _add(element, "agentType").text = agent.kind
    if agent.version:
        _add(element, "agentVersion").text = clean(agent.version)


def _add_identifier(parent: ET.Element, name: str, value: str) -> None:
    element = _add(parent, name)
    _add(element, f"{name}Type").text = _LOCAL
    _add(element, f"{name}Value").text = value


def _add(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_PREMIS}}}{name}")
