"""Draw fresh pages to measure readers on: ``python -m benchmarks.draw_pages --set hard --seed 7 --count 14 --out FOLDER``.

FOLDER/SET gets ``dossiers/`` (the scans), ``ground_truth/`` (the form of ``samples/``), and ``upright/`` (small pictures of the
pages as they should stand). ``--count`` is for each kind of page; ``hard`` and ``all`` stand for several kinds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from samples.generator.levels import GROUPS
from samples.generator.single_pages import draw_level


def draw_sets(group: str, seed: int, count: int, out: Path) -> dict[str, Path]:
    """Draw ``count`` pages of each kind in ``group``; return the folder of each kind."""
    folders = {name: out / name for name in GROUPS[group]}
    for name, folder in folders.items():
        draw_level(name, seed, count, folder)
    return folders


def main() -> None:
    """Draw what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=sorted(GROUPS), required=True, dest="group")
    parser.add_argument("--seed", type=int, default=1, help="what is drawn depends on this number")
    parser.add_argument("--count", type=int, default=4, help="pages of each kind")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    for name, folder in draw_sets(arguments.group, arguments.seed, arguments.count, arguments.out).items():
        sys.stdout.write(f"{arguments.count:3} pages of {name} in {folder}\n")


if __name__ == "__main__":
    main()
