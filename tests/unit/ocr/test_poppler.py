"""Poppler draws in a process of its own, one for all pages that are asked for."""

from __future__ import annotations

import asyncio
import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from dossiers.errors import ConfigurationError, PasswordProtectedError, TruncatedFileError
from ocr.poppler import PROGRAM, Drawing, draw_pages


def write_pdf(path: Path, pages: int, encryption: pikepdf.Encryption | None = None) -> Path:
    """Write pages of 100 by 50 points, the number of each as the width of a black field."""
    with pikepdf.Pdf.new() as pdf:
        for number in range(1, pages + 1):
            page = pdf.add_blank_page(page_size=(100, 50))
            page.obj.Contents = pdf.make_stream(f"0 0 {number} 50 re f".encode())
        pdf.save(path, encryption=encryption or False)
    return path


@pytest.fixture
def lone_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PATH with nothing on it but the program, which writes down each of its runs; returns what it writes to."""
    real = shutil.which(PROGRAM)
    folder, runs = tmp_path / "bin", tmp_path / "runs"
    folder.mkdir()
    (folder / PROGRAM).write_text(f'#!/bin/sh\necho run >> "{runs}"\nexec "{real}" "$@"\n', encoding="utf-8")
    (folder / PROGRAM).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return runs


def test_one_program_draws_all_pages_in_order(tmp_path: Path, lone_program: Path) -> None:
    drawn = draw_pages(Drawing(write_pdf(tmp_path / "a.pdf", 12), 2, 11, 72, is_gray=True), "a.pdf", 30)
    assert [(image.mode, image.size) for image in drawn] == [("L", (100, 50))] * 10
    assert [int((np.asarray(image)[25] < 128).sum()) for image in drawn] == list(range(2, 12))
    assert lone_program.read_text(encoding="utf-8") == "run\n"


def test_what_cannot_be_drawn_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TruncatedFileError):
        draw_pages(Drawing(write_pdf(tmp_path / "short.pdf", 2), 2, 3, 72), "short.pdf", 30)
    (tmp_path / "bad.pdf").write_bytes(b"no PDF at all")
    with pytest.raises(TruncatedFileError):
        draw_pages(Drawing(tmp_path / "bad.pdf", 1, 1, 72), "bad.pdf", 30)
    locked = write_pdf(tmp_path / "locked.pdf", 1, pikepdf.Encryption(user="mở", owner="chủ"))
    with pytest.raises(PasswordProtectedError):
        draw_pages(Drawing(locked, 1, 1, 72), "locked.pdf", 30)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError):
        draw_pages(Drawing(locked, 1, 1, 72), "locked.pdf", 30)


def test_pages_are_drawn_where_an_event_loop_runs_too(tmp_path: Path) -> None:
    drawing = Drawing(write_pdf(tmp_path / "a.pdf", 1), 1, 1, 72)

    async def draw() -> int:
        return len(draw_pages(drawing, "a.pdf", 30))

    assert asyncio.run(draw()) == 1


def test_of_endless_complaints_only_the_first_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "noisy.pdf"
    with pikepdf.Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(100, 50))
        page.obj.Contents = pdf.make_stream(b"zz \n" * 100_000)  # some 14 MB of "unknown operator"
        pdf.save(path)
    tracemalloc.start()
    try:
        assert len(draw_pages(Drawing(path, 1, 1, 72), "noisy.pdf", 60)) == 1
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    finally:
        tracemalloc.stop()
