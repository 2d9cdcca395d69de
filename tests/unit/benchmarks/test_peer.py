"""How OCRmyPDF's output is taken in and its use of the machine is counted; a stand-in plays its part, nothing is measured."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.peer import OPTIONS, Peer, choose_dpi, parse_sidecar
from benchmarks.programs import run_program

_STAND_IN = """#!/bin/sh
[ "$1" = --version ] && { echo 1.2.3; exit 0; }
echo run >>"$(dirname "$0")/runs"
while [ $# -gt 2 ]; do [ "$1" = --sidecar ] && sidecar="$2"; shift; done
grep -q bad "$1" && { echo "it is bad" >&2; exit 2; }
printf 'dòng một\\n\\ndòng hai\\f\\ftrang ba\\n\\f' >"$sidecar"
printf '%%PDF' >"$2"
"""


@pytest.fixture
def peer(tmp_path: Path) -> Peer:
    program = tmp_path / "ocrmypdf"
    program.write_text(_STAND_IN, encoding="utf-8")
    program.chmod(0o755)
    return Peer(program, tmp_path / "cache", use_cache=True)


def count_runs(tmp_path: Path) -> int:
    return (tmp_path / "runs").read_text(encoding="utf-8").count("run")


def test_pages_lines_and_size_are_taken_in(peer: Peer, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"a scan")
    reading = peer.digitize(scan)
    assert peer.name == "OCRmyPDF 1.2.3"
    assert [page.lines for page in reading.pages] == [("dòng một", "dòng hai"), (), ("trang ba",)]
    assert (reading.failure, reading.stored_bytes) == ("", 4)
    assert Path(reading.pdfs[0]).read_bytes() == b"%PDF"


def test_what_was_read_before_is_not_read_again(peer: Peer, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"a scan")
    first = peer.digitize(scan)
    assert peer.digitize(scan) == first
    assert count_runs(tmp_path) == 1
    scan.write_bytes(b"another scan")
    peer.digitize(scan)
    assert Peer(peer.program, peer.cache).digitize(scan).pages == first.pages
    assert count_runs(tmp_path) == 3


def test_a_file_that_it_cannot_take_is_read_empty(peer: Peer, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"a bad scan")
    reading = peer.digitize(scan)
    assert (reading.pages, reading.pdfs) == ((), ())
    assert reading.failure == "it is bad"


def test_a_sidecar_without_a_last_form_feed_is_read() -> None:
    assert [page.lines for page in parse_sidecar("một\fhai\n")] == [("một",), ("hai",)]


def test_the_options_are_those_that_the_comparison_names() -> None:
    assert " ".join(OPTIONS) == "-l vie --deskew --rotate-pages --output-type pdfa --jobs 1"


def test_only_a_picture_without_a_resolution_gets_one(tmp_path: Path) -> None:
    picture = Image.new("L", (827, 1169))
    picture.save(tmp_path / "plain.png")
    picture.save(tmp_path / "said.png", dpi=(200, 200))
    assert choose_dpi(tmp_path / "plain.png") == ("--image-dpi", "100")
    assert choose_dpi(tmp_path / "said.png") == ()
    assert choose_dpi(tmp_path / "scan.pdf") == ()


def test_a_run_counts_the_programs_that_it_starts(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; echo out; echo err >&2; (exit 3)"]
    run = run_program(["/bin/sh", "-c", f"/bin/sh -c '{command[2]}'; exit $?"], os.environ, tmp_path / "log")
    assert run.code == 3
    assert run.output.split() == ["out", "err"]
    assert run.cpu_s > 0.005
    assert run.peak_bytes > 100_000


def test_the_memory_of_whoever_starts_a_program_is_not_the_programs(tmp_path: Path) -> None:
    ballast = bytearray(os.urandom(1) * 200_000_000)
    assert run_program(["/bin/true"], os.environ, tmp_path / "log").peak_bytes < 50_000_000
    assert len(ballast) == 200_000_000


def test_a_program_that_is_not_there_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="cannot be started"):
        run_program([str(tmp_path / "nowhere")], os.environ, tmp_path / "log")
    assert "nowhere" in capfd.readouterr().err
