"""Draw dossiers: ``python -m samples.generator --seed 7 --out DIR`` or ``python -m samples.generator --committed``."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from samples.generator.build import SCANS, TRUTHS, build_dossiers
from samples.generator.degrade import PROFILES
from samples.generator.plans import COMMITTED, SPECIMENS, plan_dossiers

SPECIMENS_FOLDER = "types"
SAMPLES = Path(__file__).resolve().parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Draw what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m samples.generator", description="Draw fictional dossiers as scanned.")
    parser.add_argument("--committed", action="store_true", help="draw the set kept in the repository, in place unless --out")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn depends on this number alone")
    parser.add_argument("--dossiers", type=int, default=10, help="how many dossiers to draw")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="", help="how bad the scans are; mixed by default")
    parser.add_argument("--out", type=Path, help="folder for dossiers/, ground_truth/ and SHA256SUMS")
    options = parser.parse_args(arguments)
    if options.out is None and not options.committed:
        parser.error("say --out DIR, or --committed")
    out: Path = options.out or SAMPLES
    if options.out is None:
        for folder in (SCANS, TRUTHS, SPECIMENS_FOLDER):
            shutil.rmtree(SAMPLES / folder, ignore_errors=True)
    plans = COMMITTED if options.committed else plan_dossiers(options.seed, options.dossiers, options.profile)
    truths = build_dossiers(plans, out)
    if options.committed:
        truths += build_dossiers((SPECIMENS,), out / SPECIMENS_FOLDER)
    pages = sum(len(truth.pages) for truth in truths)
    sys.stdout.write(f"{len(plans)} dossiers, {len(truths)} files, {pages} pages in {out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
