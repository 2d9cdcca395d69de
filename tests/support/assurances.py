"""What a test's signatures are assured by, and what poppler says of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dossiers.model import SignatureLevel
from pdf.certificate_check import Demand, TrustBase
from pdf.long_term import Assurance
from pdf.revocation import RevocationSource
from pdf.timestamps import make_timestamper
from tests.support.pki import TestPki


def assure(
    pki: TestPki,
    level: SignatureLevel = SignatureLevel.B_LTA,
    *,
    tsa: str = "tsa",
    demand: Demand = Demand.REQUIRE,
    source: RevocationSource | None = None,
) -> Assurance:
    stamper = make_timestamper(pki.tsa_url(tsa), 120)
    return Assurance(level, stamper, TrustBase((pki.root,), source or RevocationSource(timeout_s=120), demand))


def ask_pdfsig(path: Path) -> str:
    return subprocess.run(["pdfsig", str(path)], capture_output=True, encoding="utf-8", check=False).stdout
