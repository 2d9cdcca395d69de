"""A watch that is killed again and again while stations scan: nothing is lost, nothing is counted twice."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import numpy as np

from tests.support.inbox import wait_until
from tests.support.sohoa_command import SohoaCommand

QUICK = {"SOHOA_WATCH__SETTLE_S": "0.2", "SOHOA_WATCH__POLL_S": "0.1", "SOHOA_WATCH__VERDICTS": "false"}
DOSSIERS, FILES, KILLS = 6, 5, 4


def scan_all_day(station: Path, seed: int, is_over: threading.Event) -> None:
    """Write dossiers as scanners do: in pieces, under a temporary name, and some bytes that the other station has, too."""
    dice = np.random.default_rng(seed)
    pause = threading.Event()
    for dossier in range(DOSSIERS):
        folder = station / f"H01.31.12-2610{10 + dossier}-000{seed}"
        for number in range(FILES):
            content = bytes_of(seed, dossier, number)
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"{number}.pdf"
            writing = target.with_suffix(".pdf.part") if dice.random() < 0.5 else target
            try:
                with writing.open("wb", buffering=0) as stream:
                    for start in range(0, len(content), 4000):
                        stream.write(content[start : start + 4000])
                        pause.wait(dice.random() * 0.1)
                if writing != target:
                    writing.rename(target)
            except FileNotFoundError:  # the folder was cleared away in this very moment: a scanner tries again
                folder.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
        pause.wait(dice.random())
    is_over.set()


def bytes_of(seed: int, dossier: int, number: int) -> bytes:
    """The last file of each dossier is the same at both stations."""
    owner = 0 if number == FILES - 1 else seed
    return hashlib.sha256(f"{owner} {dossier} {number}".encode()).digest() * 400


def test_killed_again_and_again_nothing_is_lost_or_counted_twice(sohoa: SohoaCommand) -> None:
    inbox = sohoa.home / "inbox"
    watched = sohoa.with_settings(QUICK)
    over = [threading.Event(), threading.Event()]
    stations = [threading.Thread(target=scan_all_day, args=(inbox / f"quay-{seed}", seed, over[seed - 1])) for seed in (1, 2)]
    dice = np.random.default_rng(7)
    for index in range(KILLS):
        process = watched.start("watch", "--claim-only")
        try:
            if index == 0:
                for thread in stations:
                    thread.start()
            wait_until(lambda: any((sohoa.home / "claims").glob("*.json")) or all(event.is_set() for event in over))
            threading.Event().wait(dice.random() * 1.5)
        finally:
            process.kill()
            process.wait(30)
    for thread in stations:
        thread.join()
    done = watched("watch", "--claim-only", "--once", "--json")
    assert done.exit_code == 0, done.err

    digests = {
        hashlib.sha256(bytes_of(seed, dossier, number)).hexdigest()
        for seed in (1, 2)
        for dossier in range(DOSSIERS)
        for number in range(FILES)
    }
    assert [path for path in inbox.rglob("*") if path.is_file()] == []
    counts = sohoa("status", "--json").one()["counts"]
    assert counts["received"] == len(digests) == DOSSIERS * (2 * FILES - 1)
    assert counts["duplicate"] == DOSSIERS
    assert sum(counts.values()) == 2 * DOSSIERS * FILES, "every file is counted once"
    kept = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (sohoa.home / "objects" / "originals").rglob("*")
        if path.is_file()
    }
    assert digests <= kept
