"""The description of a dossier and its documents in EAD 3, with the fields of TT 05/2025 and NĐ 30/2020 under their own names.

What the regulations name has no place in EAD; it stands as lists of label and value (``odd``), which any archive reads. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from storage.eark.package import PackagedDocument, PackageFacts, clean, dump_xml, make_id, tell_time
from storage.legal_metadata import fill_tt05_dossier

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_EAD = "http://ead3.archivists.org/schema/"


def write_ead(facts: PackageFacts, documents: Sequence[PackagedDocument]) -> bytes:
    """Return the finding aid of a dossier."""
    dossier = fill_tt05_dossier(facts.dossier_number, [document.metadata.tt05 for document in documents])
    root = ET.Element(f"{{{_EAD}}}ead")
    _add_control(root, facts)
    description = _add(root, "archdesc", level="file")
    identity = _add(description, "did")
    _add(identity, "unitid").text = clean(facts.dossier_number)
    _add(identity, "unittitle").text = clean(dossier["title"] or f"Hồ sơ {facts.dossier_number}")
    _add_dates(identity, dossier["startDate"], dossier["endDate"])
    extent = _add(identity, "physdescstructured", coverage="whole", physdescstructuredtype="carrier")
    _add(extent, "quantity").text = str(len(documents))
    _add(extent, "unittype").text = "tài liệu"
    _add(_add(identity, "langmaterial"), "language", langcode="vie").text = "Tiếng Việt"
    if facts.agency:
        _add(_add(_add(identity, "repository"), "corpname"), "part").text = clean(facts.agency)
    _add_fields(description, "tt05", dossier)
    components = _add(description, "dsc", dsctype="combined")
    for document in documents:
        _add_document(components, document)
    return dump_xml(root, {"": _EAD})


def _add_control(root: ET.Element, facts: PackageFacts) -> None:
    control = _add(root, "control")
    _add(control, "recordid").text = facts.package_id
    title = _add(_add(_add(control, "filedesc"), "titlestmt"), "titleproper")
    title.text = clean(f"Hồ sơ {facts.dossier_number}")
    _add(control, "maintenancestatus", value="new")
    agency = _add(_add(control, "maintenanceagency"), "agencyname")
    agency.text = clean(facts.agency) or facts.software
    event = _add(_add(control, "maintenancehistory"), "maintenanceevent")
    _add(event, "eventtype", value="created")
    at = tell_time(facts.created_at)
    _add(event, "eventdatetime", standarddatetime=at).text = at
    _add(event, "agenttype", value="machine")
    _add(event, "agent").text = f"{facts.software} {facts.software_version}".strip()


def _add_document(components: ET.Element, document: PackagedDocument) -> None:
    metadata = document.metadata
    component = _add(components, "c", level="item", id=make_id("doc", metadata.document_id))
    identity = _add(component, "did")
    _add(identity, "unitid").text = metadata.document_id
    _add(identity, "unittitle").text = clean(metadata.tt05.get("subject") or metadata.type_name)
    issued = metadata.tt05.get("issuedDate", "")
    if _DATE.fullmatch(issued):
        _add(_add(identity, "unitdatestructured"), "datesingle", standarddate=issued).text = issued
    _add(identity, "dao", daotype="derived", href=document.pdf.path)
    _add_fields(component, "tt05", metadata.tt05)
    for block, values in metadata.nd30.items():
        _add_fields(component, f"nd30-{block}", values)


def _add_dates(identity: ET.Element, start: str, end: str) -> None:
    if not _DATE.fullmatch(start) or not _DATE.fullmatch(end):
        return
    span = _add(_add(identity, "unitdatestructured"), "daterange")
    _add(span, "fromdate", standarddate=start).text = start
    _add(span, "todate", standarddate=end).text = end


def _add_fields(parent: ET.Element, kind: str, values: Mapping[str, str]) -> None:
    """Add the values that are known, each under its name; an empty list is no list to EAD."""
    known = [(name, value) for name, value in values.items() if value]
    if not known:
        return
    items = _add(_add(parent, "odd", localtype=kind), "list", listtype="deflist")
    for name, value in known:
        item = _add(items, "defitem")
        _add(item, "label").text = name
        _add(item, "item").text = clean(value)


def _add(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_EAD}}}{name}", attributes)
