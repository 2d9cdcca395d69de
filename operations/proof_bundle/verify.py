"""Verify this bundle offline:  python3 -I verify.py [FOLDER]

It needs Python's standard library and `openssl` on the PATH. Nothing is fetched, and nothing is written but temporary files.
Exit code 0: everything holds. 1: something does not. 2: openssl is missing. See README.txt for what that proves.

    --ca FILE   trust these authorities (PEM), obtained from elsewhere, instead of the certificates inside the bundle
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FAILED: list[str] = []
STAMP = bytes.fromhex("060b2a864886f70d0109100104")  # id-ct-TSTInfo (RFC 3161), near the beginning of what is a time stamp


def main() -> int:
    """Check everything, say what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description="Verify a proof bundle offline.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--ca", type=Path, default=None)
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    roots: Path = arguments.ca or folder / "certificates.pem"
    if shutil.which("openssl") is None:
        print("NOT CHECKED / CHƯA KIỂM TRA: cần có lệnh openssl (the command openssl is needed)")
        return 2
    try:
        check_members(folder)
        check_manifest_signature(folder, roots)
        check_chain(folder, roots)
        check_trail(folder, roots)
        check_pdf(folder, roots)
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
    code, signer = ask_cms(statement, signature, "-CAfile", str(roots))
    if code != 0:
        code, signer = ask_cms(statement, signature, "-CAfile", str(roots), "-no_check_time")
        what += " (its certificate has expired since; when it signed is its own or its time stamp's word)" if code == 0 else ""
    say(code == 0, what)
    if code == 0:
        print(f"       by {printable(signer)}")


def ask_cms(statement: Path, signature: Path, *options: str) -> tuple[int, str]:
    """Let openssl check a detached signature; return its exit code and whose certificate signed."""
    with tempfile.TemporaryDirectory() as folder:
        signer = Path(folder, "signer.pem")
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-out", os.devnull]
        command += ["-in", str(signature), "-content", str(statement), "-signer", str(signer), *options]
        code, _ = run(command)
        names = ["openssl", "x509", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus_space,esc_ctrl", "-in", str(signer)]
        return code, run(names)[1].strip() if code == 0 else ""


def run(command: list[str]) -> tuple[int, str]:
    """Run a program and return its exit code and what it printed. Of openssl: nothing that this machine trusts is trusted."""
    environment = {**os.environ, "SSL_CERT_DIR": os.devnull, "SSL_CERT_FILE": os.devnull}
    done = subprocess.run(
        command, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=120
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


def check_pdf(folder: Path, roots: Path) -> None:
    """Cut each signature out of the PDF (ISO 32000-1, 12.8.1) and let openssl check it over the bytes that it signs.

    Those of a file that came in signed by others must hold; whether their authorities are trusted is told, not asked.
    """
    data = (folder / "document.pdf").read_bytes()
    is_ours = load(folder / "metadata.json")["pdf"]["level"] is not None
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", data)
    say(len(ranges) > 0, "the PDF is signed")
    for number, (start, length, second, rest) in enumerate((map(int, found) for found in ranges), start=1):
        with tempfile.TemporaryDirectory() as work:
            signature, signed = Path(work, "signature.der"), Path(work, "signed")
            envelope = bytes.fromhex(data[start + length + 1 : second - 1].decode("ascii"))
            signature.write_bytes(envelope)
            signed.write_bytes(data[start : start + length] + data[second : second + rest])
            what = f"signature {number} of {len(ranges)} in the PDF holds"
            stamp = ["openssl", "ts", "-verify", "-token_in", "-CAfile", str(roots)]
            stamp += ["-in", str(signature), "-data", str(signed)]
            if STAMP in envelope[:100]:
                holds = run(stamp)[0] == 0 or run([*stamp, "-no_check_time"])[0] == 0
                say(holds, f"{what}: a time stamp over the whole document before it")
            elif is_ours:
                check_signature(signed, signature, roots, what)
            else:
                code, signer = ask_cms(signed, signature, "-noverify")
                say(code == 0, f"{what} (by others: whether their authority is trusted says validation.json): {signer}")


def tell_lock(folder: Path) -> None:
    """Print what the store answered when the bundle was made; nobody can check that offline."""
    receipt = load(folder / "lock.json")
    for item in receipt["objects"]:
        lock = f"locked until {item['retain_until']}" if item["retain_until"] else "not locked"
        print(printable(f"NOTE   {receipt['asked_at']}: the store said that {item['key']} is {lock}"))


if __name__ == "__main__":
    sys.exit(main())
