"""What orchestration costs: Prefect's share of the processor time of a batch, and the queue as it grows.

    python -m benchmarks.orchestration                         # both, as a table in Markdown
    python -m benchmarks.orchestration --batches 20 60 --queues 100 1000 10000

A batch is worked off by the real flow against a real Prefect API of its own, with steps that do nothing; so all the
processor time of its process (start, imports, states, results, claims) and of the API is orchestration. Beside it stands
what dossiers of five pages take with the real reader, PDF/A, signature and archive, without Prefect. The queue is received,
planned, claimed and settled by the real dispatcher with an engine that does nothing; what one dossier takes is left out,
as that is the start of the program.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.orchestration_parts import PAGES_A_DOSSIER
from benchmarks.programs import ProgramRun, run_program

_START_S = 240
_PORT = 47213


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure what orchestration costs.")
    parser.add_argument("--batches", type=int, nargs="*", default=[20], help="dossiers a batch")
    parser.add_argument("--queues", type=int, nargs="*", default=[100, 1000, 10000], help="dossiers that wait")
    parser.add_argument("--real", type=int, default=2, help="dossiers read for the comparison")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sohoa-orchestration-") as folder:
        if chosen.batches:
            _tell_batches(Path(folder), chosen.batches, chosen.real)
        if chosen.queues:
            _tell_queues(Path(folder), chosen.queues)


def _tell_batches(folder: Path, batches: list[int], real: int) -> None:
    a_dossier_s = _run(folder / "real", "real", real).cpu_s / real
    _say(f"A dossier of {PAGES_A_DOSSIER} pages without Prefect: {a_dossier_s:.1f} s of processor time ({real} measured)\n")
    _say(
        "| dossiers a batch | batch process, CPU s | Prefect API, CPU s | a dossier, CPU s | of the whole | wall s | peak MB |"
    )
    _say("|---|---|---|---|---|---|---|")
    with running_prefect(folder / "prefect") as (api, server):
        _run(folder / "warm", "batch", 1, api)
        for count in batches:
            before_s = _cpu_s(server)
            run = _run(folder / f"batch-{count}", "batch", count, api)
            server_s = _cpu_s(server) - before_s
            spent_s = run.cpu_s + server_s
            share = spent_s / (spent_s + count * a_dossier_s)
            _say(
                f"| {count} | {run.cpu_s:.1f} | {server_s:.1f} | {spent_s / count:.2f} | {share:.1%} | {run.wall_s:.0f} "
                f"| {run.peak_bytes / 1e6:.0f} |"
            )


def _tell_queues(folder: Path, queues: list[int]) -> None:
    _say("\n| dossiers that wait | CPU s | a dossier, CPU ms | peak MB | first look, ms | last look, ms |")
    _say("|---|---|---|---|---|---|")
    start_s = _run(folder / "queue-start", "queue", 1).cpu_s
    for count in queues:
        run = _run(folder / f"queue-{count}", "queue", count)
        first_ms, last_ms = run.output.split()[-2:]
        spent_s = run.cpu_s - start_s
        peak_mb = run.peak_bytes / 1e6
        _say(f"| {count} | {spent_s:.1f} | {spent_s / count * 1000:.1f} | {peak_mb:.0f} | {first_ms} | {last_ms} |")


def _run(home: Path, part: str, count: int, api_url: str = "") -> ProgramRun:
    home.mkdir(parents=True)
    environment = environment_of(home, api_url)
    command = [sys.executable, "-m", "benchmarks.orchestration_parts", part, str(count)]
    done = run_program(command, environment, home / "log")
    if done.code:
        raise RuntimeError(f"{part} failed:\n{done.output[-3000:]}")
    return done


@contextmanager
def running_prefect(home: Path) -> Iterator[tuple[str, int]]:
    """Serve a Prefect API and give its address and its process."""
    home.mkdir()
    api_url = f"http://127.0.0.1:{_PORT}/api"
    log = os.open(home / "log", os.O_WRONLY | os.O_CREAT, 0o600)
    command = [sys.executable, "-m", "cli.main", "engine"]
    actions = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
    server = os.posix_spawn(command[0], command, environment_of(home, api_url), file_actions=actions)
    try:
        _wait_until_it_answers()
        yield api_url, server
    finally:
        os.kill(server, signal.SIGTERM)
        os.waitpid(server, 0)
        os.close(log)


def _wait_until_it_answers() -> None:
    give_up_s = time.monotonic() + _START_S
    while time.monotonic() < give_up_s:
        connection = HTTPConnection("127.0.0.1", _PORT, timeout=2)
        try:
            connection.request("GET", "/api/health")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, HTTPException):
            time.sleep(0.5)
        finally:
            connection.close()
    raise RuntimeError("the Prefect API does not answer")


def environment_of(home: Path, api_url: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SOHOA_", "PREFECT_"))}
    return {**kept, "SOHOA_HOME": str(home), **({"SOHOA_PREFECT__API_URL": api_url} if api_url else {})}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _cpu_s(process: int) -> float:
    """Return the processor time of a process so far (man 5 proc, fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
