"""Measure what a signature costs, level by level, beside pyHanko's stock signer: ``python -m benchmarks.signatures``.

Both sign the same one-page PDF/A with the same PKCS#12 key, one file after another as in a batch, against a test PKI (time
stamps, OCSP, CRLs) on loopback, in a process of its own, so that its work is not counted. The figure is the processor time of
this process a file, the median of ``--files``; the share is ours by the peer's. With ``--flips N``, so many single bits of a
file of each level are flipped, one at a time, and what the signatures alone notice is counted; in the archive the digest in the
metadata notices all (``tests/integration/test_flipped_bytes.py``).
"""

from __future__ import annotations

import argparse
import io
import logging
import multiprocessing
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend

from dossiers.errors import SohoaError
from dossiers.model import ArchivalPdf, SignatureLevel
from pdf.archival import build_archival_pdf
from pdf.certificate_check import Demand, TrustBase
from pdf.identity import load_identity, read_trust_roots
from pdf.long_term import Assurance
from pdf.revocation import RevocationSource
from pdf.signing import sign_pdf
from pdf.timestamps import make_timestamper
from pdf.verification import verify_pdf
from samples.generator.dice import Dice
from tests.support.drawn_pages import FACTS, ScanStyle, make_document, make_page
from tests.support.pki import PASSPHRASE, running_pki

MAY_TAKE_S = 1.0
_SEED = 20261128


@dataclass(frozen=True, slots=True)
class Served:
    """Where the test PKI answers, and the files it made."""

    pkcs12_path: Path
    root_path: Path
    tsa_url: str


def _serve(folder: Path, told: Connection) -> None:
    with running_pki(folder) as pki:
        told.send(Served(pki.write_pkcs12("officer"), pki.write_root(), pki.tsa_url()))
        told.recv()


@contextmanager
def serving_pki(folder: Path) -> Iterator[Served]:
    """Run the test PKI in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(folder, theirs))
    process.start()
    try:
        yield ours.recv()
        ours.send(None)
        process.join(30)
    finally:
        process.kill()


def sign_ours(served: Served, level: SignatureLevel, letter: ArchivalPdf) -> Callable[[Path], None]:
    """Return what signs as a batch of Sohoa does: one key, one source of revocation, a check before each signature."""
    identity = load_identity(served.pkcs12_path, PASSPHRASE)
    roots = read_trust_roots(served.root_path)
    demand = Demand.REQUIRE if level.is_long_term else Demand.TRY
    assurance = Assurance(level, make_timestamper(served.tsa_url), TrustBase(roots, RevocationSource(), demand))
    return lambda out: void(sign_pdf(letter, out, identity, assurance=assurance))


def sign_stock(served: Served, level: SignatureLevel, letter: ArchivalPdf) -> Callable[[Path], None]:
    """Return what signs as pyHanko's manual shows it."""
    signer = signers.SimpleSigner.load_pkcs12(str(served.pkcs12_path), passphrase=PASSPHRASE)
    stamper = RequestsHTTPTimeStamper(served.tsa_url) if level.is_stamped else None
    roots = read_trust_roots(served.root_path)

    def sign(out: Path) -> None:
        context = None
        if level.is_long_term:
            context = ValidationContext(
                trust_roots=roots,
                allow_fetching=True,
                revocation_mode="require",
                fetcher_backend=RequestsFetcherBackend(),
            )
        meta = signers.PdfSignatureMetadata(
            field_name="Signature",
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            embed_validation_info=level.is_long_term,
            use_pades_lta=level is SignatureLevel.B_LTA,
            validation_context=context,
            signer_key_usage={"digital_signature"},
        )
        with letter.path.open("rb") as file:
            signed = signers.sign_pdf(IncrementalPdfFileWriter(file), meta, signer=signer, timestamper=stamper)
        out.write_bytes(signed.getvalue() if isinstance(signed, io.BytesIO) else bytes(signed.read()))

    return sign


def void(_: object) -> None:
    """Drop a value."""


def median_cpu_s(sign: Callable[[Path], None], folder: Path, files: int) -> float:
    """Return the median processor time of a signature, the first one (which opens everything) left out."""
    spent: list[float] = []
    for number in range(files + 1):
        begin = time.process_time()
        sign(folder / f"{number}.pdf")
        spent.append(time.process_time() - begin)
    return statistics.median(spent[1:])


def count_noticed(path: Path, roots: tuple[x509.Certificate, ...], level: SignatureLevel, flips: int) -> int:
    """Flip single bits of a file, one at a time, and return how many the signatures alone give away."""
    data = path.read_bytes()
    flipped = path.with_name("flipped.pdf")
    chance = Dice(_SEED)
    noticed = 0
    for _ in range(flips):
        changed = bytearray(data)
        changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        flipped.write_bytes(changed)
        try:
            report = verify_pdf(flipped, roots)
        except SohoaError:
            noticed += 1
        else:
            noticed += not report.is_trusted or report.signatures[-1].level is not level
    return noticed


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10, help="files a level and signer")
    parser.add_argument("--flips", type=int, default=0, help="single flipped bits a level")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)  # damaged files make pyHanko talk
    folder = Path(tempfile.mkdtemp(prefix="sohoa-signatures-"))
    try:
        letter = build_archival_pdf(make_document(make_page(folder, 1, ScanStyle("png", "1"))), folder / "letter.pdf", FACTS)
        with serving_pki(folder) as served:
            sys.stdout.write("| level | CPU s | pyHanko's stock signer, CPU s | share | at most 1 s | flipped bits noticed |\n")
            sys.stdout.write("|---|---|---|---|---|---|\n")
            for level in SignatureLevel:
                sys.stdout.write(f"{measure(served, level, letter, folder, chosen.files, chosen.flips)}\n")
                sys.stdout.flush()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(served: Served, level: SignatureLevel, letter: ArchivalPdf, folder: Path, files: int, flips: int) -> str:
    """Return one level's row."""
    ours = median_cpu_s(sign_ours(served, level, letter), folder, files)
    stock = median_cpu_s(sign_stock(served, level, letter), folder, files)
    noticed = "not tried"
    if flips:
        sign_ours(served, level, letter)(folder / "whole.pdf")
        found = count_noticed(folder / "whole.pdf", read_trust_roots(served.root_path), level, flips)
        noticed = f"{found} of {flips}"
    kept = "yes" if ours <= MAY_TAKE_S else "NO"
    return f"| {level} | {ours:.3f} | {stock:.3f} | {ours / stock:.2f} | {kept} | {noticed} |"


if __name__ == "__main__":
    main()
