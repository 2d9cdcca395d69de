"""Soak Sohoa. Exit code 0 when nothing was lost, stored twice or counted twice; else 1 and what is wrong (docs/faults.md)."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.soak import Measure, Soak, Verdict

_DISK_MB = 256
_MOUNTED = "--mounted"
_OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private", "--")


def main() -> int:
    """Run a soak and print its verdict."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description="Let stations drop scans while everything is killed.")
    parser.add_argument("--dossiers", type=int, default=500, help="dossiers for the reader that reads nothing")
    parser.add_argument("--files", type=int, default=4, help="files a dossier")
    parser.add_argument("--real", type=int, default=20, help="dossiers of two files for the real reader, afterwards")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pace", type=float, default=3.0, help="seconds between two dossiers of a station")
    parser.add_argument("--steps", type=int, default=100, help="files claimed or come to their end between two faults")
    parser.add_argument("--faults", type=int, help="at most so many faults")
    parser.add_argument("--max-s", type=float, default=1200.0, help="seconds that it may take, verdict included")
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    parser.add_argument(_MOUNTED, action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if not chosen.mounted and _can_mount():
        command = [sys.executable, "-m", "tests.soak", _MOUNTED, *sys.argv[1:]]
        return subprocess.run([*_OWN_MOUNTS, *command], check=False).returncode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all that was started is stopped
    measure = Measure(
        chosen.dossiers, chosen.files, chosen.real, chosen.seed, chosen.pace, chosen.steps, chosen.max_s, chosen.faults
    )
    with tempfile.TemporaryDirectory(prefix="sohoa-soak-", ignore_cleanup_errors=True) as temporary:
        folder = chosen.keep or Path(temporary)
        home = folder / "home"
        home.mkdir(parents=True)
        if chosen.mounted:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m,mode=700", "tmpfs", str(home)], check=True)
        try:
            verdict = Soak(folder, measure, _tell).run()
        finally:
            if chosen.mounted:
                subprocess.run(["umount", "--lazy", str(home)], check=True)
    _print(verdict, is_mounted=chosen.mounted)
    return 1 if verdict.wrong else 0


def _can_mount() -> bool:
    """Say whether a disk of our own can be mounted here, where nobody else sees it."""
    script = f"mount -t tmpfs -o size=1m tmpfs {tempfile.gettempdir()}"
    try:
        return subprocess.run([*_OWN_MOUNTS, "sh", "-c", script], capture_output=True, timeout=30, check=False).returncode == 0
    except OSError:
        return False


def _tell(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")


def _print(verdict: Verdict, *, is_mounted: bool) -> None:
    told, progress = verdict.reconciled, verdict.progress
    lines = [
        f"{verdict.dropped} files of {verdict.dossiers} dossiers in {verdict.seconds:.0f} s",
        f"processor time without PostgreSQL's: {verdict.cpu_s:.0f} s",
        "dropped: " + ", ".join(f"{count} {way}" for way, count in verdict.ways.most_common()),
        "faults: " + ", ".join(f"{count} x {fault}" for fault, count in verdict.faults.most_common()),
        f"the disk was {'a small one of its own' if is_mounted else 'full by RLIMIT_FSIZE'}",
        "ended by themselves and started anew: " + (", ".join(f"{n} x {what}" for what, n in verdict.ended.items()) or "none"),
        f"given up by the dispatcher and replayed: {verdict.replayed}",
        f"by the S3 client: {verdict.store.originals} originals, {verdict.store.documents} documents",
        f"by sohoa reconcile: {told['endings']}, total {told['total']}" if told else "by sohoa reconcile: not asked",
        f"by sohoa progress: {progress['dossiers']} dossiers, {progress['digitized']} digitized" if progress else "",
        *(f"WRONG: {one}" for one in verdict.wrong),
        "0 lost, 0 stored twice, 0 counted twice; the sums agree" if not verdict.wrong else f"{len(verdict.wrong)} faults",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
