"""Verify this bundle offline:  python3 -I verify.py [FOLDER]

It needs Python's standard library and `openssl` on the PATH; `pdfsig` (poppler) is asked as well when it is there. Nothing is
fetched and nothing is written. Exit code 0: everything holds. 1: something does not. See README.txt for what that proves.

    --ca FILE   trust these authorities (PEM), obtained from elsewhere, instead of the certificates inside the bundle
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FAILED: list[str] = []


def main() -> int:
    """Check everything, say what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description="Verify a proof bundle offline.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--ca", type=Path, default=None)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    roots: Path = arguments.ca or folder / "certificates.pem"
    try:
        check_members(folder)
        check_manifest_signature(folder, roots)
        check_chain(folder, roots)
        check_trail(folder, roots)
        check_pdf(folder)
        tell_lock(folder)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        say(False, f"the bundle cannot be read: {type(error).__name__}: {error}")
    if arguments.ca is None:
        print("NOTE   the authorities are those inside the bundle: compare their fingerprints with the agency's, or give --ca")
    print("VALID / HỢP LỆ" if not FAILED else f"NOT VALID / KHÔNG HỢP LỆ: {len(FAILED)} check(s) failed")
    return 1 if FAILED else 0


def say(holds: bool, what: str) -> None:
    """Print one finding and remember it when it is a failure."""
    print(f"{'ok    ' if holds else 'FAILED'} {printable(what)}")
    if not holds:
        FAILED.append(what)


def printable(text: str) -> str:
    """Return a text that cannot steer a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def load(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file."""
    return dict(json.loads(path.read_bytes()))


# --- 1. every file is the one that was put into the bundle --------------------------------------------------------------------


def check_members(folder: Path) -> None:
    """Compare every file with the manifest, whose signature is a file named by its own digest."""
    members = load(folder / "manifest.json")["members"]
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}
    (signature,) = folder.glob("manifest-*.p7s")
    for name in sorted(members):
        say(name in found and sha256(folder / name) == members[name], f"{name} is the file that the manifest names")
    say(signature.name == f"manifest-{sha256(signature)}.p7s", "the manifest's signature is the file that its name says")
    foreign = found - set(members) - {"manifest.json", signature.name}
    say(not foreign, f"no other file is here{': ' + ', '.join(sorted(foreign)) if foreign else ''}")


# --- 2. the agency signed the manifest ----------------------------------------------------------------------------------------


def check_manifest_signature(folder: Path, roots: Path) -> None:
    """Let openssl check the signature of the manifest."""
    (signature,) = folder.glob("manifest-*.p7s")
    check_signature(folder / "manifest.json", signature, roots, "the agency signed the manifest")


def check_signature(statement: Path, signature: Path, roots: Path, what: str) -> None:
    """Let openssl check a detached signature (CMS, RFC 5652); a certificate that has expired since is told, not refused.

    Any certificate of the trusted authorities would do, so whose it is is told as well: that is for the reader to judge.
    """
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", "/dev/null"]
    command += ["-in", str(signature), "-content", str(statement), "-CAfile", str(roots), "-signer", "/dev/stdout"]
    code, told = run(command)
    if code != 0:
        code, told = run([*command, "-no_check_time"])
        what += " (its certificate has expired since; when it signed is its own or its time stamp's word)" if code == 0 else ""
    say(code == 0, what)
    if code == 0:
        _, named = run(["openssl", "x509", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus_space,esc_ctrl"], told)
        print(f"       by {printable(named.strip())}")


def run(command: list[str], given: str = "") -> tuple[int, str]:
    """Run a program and return its exit code and what it printed. Of openssl: nothing that this machine trusts is trusted."""
    environment = {**os.environ, "SSL_CERT_DIR": os.devnull, "SSL_CERT_FILE": os.devnull}
    done = subprocess.run(
        command, input=given, env=environment, capture_output=True, text=True, errors="replace", check=False, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


# --- 3. scan -> words -> PDF --------------------------------------------------------------------------------------------------


def check_chain(folder: Path, roots: Path) -> None:
    """Compare the digests that the archive's own record names with the files."""
    chain, metadata = load(folder / "chain.json"), load(folder / "metadata.json")
    scan, words, pdf = metadata["scan_sha256"], metadata["words"]["sha256"], metadata["pdf"]["sha256"]
    say(sha256(folder / chain["original"]) == scan, "the scan is the one that the record names")
    say(sha256(folder / "words.json") == words, "the words are those that the record names")
    say(load(folder / "words.json").get("scan_sha256") == scan, "the words were read from this scan")
    say(sha256(folder / "document.pdf") == pdf, "the PDF is the one that the record names")
    day = chain["day_manifest"]
    if day is not None:
        segment, head = folder / day["segment"], folder / day["head"]
        say(scan.encode() in segment.read_bytes(), "the scan stands in the manifest of the day it was received")
        say(sha256(segment).encode() in head.read_bytes(), "the signed head of that day names this part of the manifest")
        check_signature(head, folder / day["signature"], roots, "the agency signed that head")


# --- 4. the trail -------------------------------------------------------------------------------------------------------------


def check_trail(folder: Path, roots: Path) -> None:
    """Walk from each entry to the signed anchor after it: hash = SHA-256(hash before + SHA-256(content)), all in hex."""
    spans = load(folder / "trail.json")["spans"]
    say(len(spans) > 0, "the trail tells of this document")
    for span in spans:
        statement = folder / span["anchor"]
        anchor = load(statement)
        sequence, chained = span["before"]["sequence"], span["before"]["hash"]
        for step in span["steps"]:
            sequence += 1
            digest = step
            if isinstance(step, dict):  # an entry on this document; of the others only the digest is told
                content = json.dumps(step, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
                digest = hashlib.sha256(content).hexdigest()
                told = f"{step['at']} {step['actor']} {step['action']} {step['subject']}"
                say(step["sequence"] == sequence, f"entry {sequence}: {told}")
            chained = hashlib.sha256((chained + digest).encode("ascii")).hexdigest()
        say((sequence, chained) == (anchor["sequence"], anchor["hash"]), f"these entries lead to the anchor of {anchor['at']}")
        signature = statement.with_suffix(".p7s")
        check_signature(statement, signature, roots, f"the agency signed the anchor of {anchor['at']}")


# --- 5. the PDF, and what the store said --------------------------------------------------------------------------------------


def check_pdf(folder: Path) -> None:
    """Ask pdfsig for the signatures inside the PDF, when it is installed; any PDF reader shows them as well."""
    if shutil.which("pdfsig") is None:
        print("NOTE   pdfsig is not installed: open document.pdf in a PDF reader to see its signatures")
        return
    _, told = run(["pdfsig", "-nocert", str(folder / "document.pdf")])
    valid, signatures = told.count("Signature is Valid."), told.count("Signature Validation:")
    say(signatures > 0 and valid == signatures, f"pdfsig: {valid} of {signatures} signature(s) in the PDF valid")


def tell_lock(folder: Path) -> None:
    """Print what the store answered when the bundle was made; nobody can check that offline."""
    receipt = load(folder / "lock.json")
    for item in receipt["objects"]:
        until = item["retain_until"] or "(not locked)"
        print(printable(f"NOTE   {receipt['asked_at']}: the store said that {item['key']} is locked until {until}"))


if __name__ == "__main__":
    sys.exit(main())
