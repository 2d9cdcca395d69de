"""Poppler: pages of a PDF drawn as pixels in a process of its own, bounded in time."""

from __future__ import annotations

import asyncio
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PIL.PpmImagePlugin import PpmImageFile

from dossiers.errors import ConfigurationError, PasswordProtectedError, TooLargeError, TruncatedFileError

PROGRAM = "pdftoppm"
MAX_TOLD_BYTES = 64 * 1024  # of complaints; a small file can make it write hundreds of megabytes


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be drawn: pages ``first`` to ``last`` (from 1) of a PDF at ``dpi``, in colour or in gray."""

    path: Path
    first: int
    last: int
    dpi: int
    is_gray: bool = False


def draw_pages(drawing: Drawing, name: str, timeout_s: float) -> list[Image.Image]:
    """Return the pages (modes RGB, or L in gray) as they look within their crop boxes. ``name`` is for error messages.

    One program is started, and none to ask for the number of pages before. Raises TooLargeError when it takes longer than
    ``timeout_s``, PasswordProtectedError, TruncatedFileError when a page cannot be drawn, ConfigurationError when poppler is
    missing.
    """
    with tempfile.TemporaryDirectory(prefix="sohoa-raster-") as folder:
        try:
            run = _run_program(drawing, Path(folder) / "page", max(1, round(timeout_s)))
            with ThreadPoolExecutor(max_workers=1) as aside:  # the caller's thread may have an event loop
                told = aside.submit(asyncio.run, run).result()
        except TimeoutError as error:
            raise TooLargeError(name=name, detail=f"trang (page) {drawing.first} > {timeout_s:g} s") from error
        except FileNotFoundError as error:
            raise ConfigurationError(detail=f"poppler-utils is not installed ({PROGRAM})") from error
        drawn = sorted(Path(folder).iterdir())  # their numbers have zeros in front
        if len(drawn) != drawing.last - drawing.first + 1:
            if b"password" in told.lower():
                raise PasswordProtectedError(name=name)
            raise TruncatedFileError(name=name, detail=f"poppler cannot draw page {drawing.first}")
        return [_open_drawn(one, drawing.first, name) for one in drawn]


async def _run_program(drawing: Drawing, out: Path, timeout_s: float) -> bytes:
    """Draw into files that begin with ``out``, and return what the program complained of first."""
    what = ["-r", str(drawing.dpi), "-f", str(drawing.first), "-l", str(drawing.last), "-cropbox"]
    command = [PROGRAM, *what, *(["-gray"] if drawing.is_gray else []), str(drawing.path.absolute()), str(out)]
    nowhere, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(*command, stdin=nowhere, stdout=nowhere, stderr=pipe)
    try:
        return await asyncio.wait_for(_listen(program), timeout_s)
    except TimeoutError:
        program.kill()
        await program.wait()
        raise


async def _listen(program: asyncio.subprocess.Process) -> bytes:
    told = b""
    while program.stderr is not None and (part := await program.stderr.read(MAX_TOLD_BYTES)):
        told += part[: MAX_TOLD_BYTES - len(told)]
    await program.wait()
    return told


def _open_drawn(path: Path, number: int, name: str) -> Image.Image:
    # The plug-in class is used because Image.open would warn about pages larger than its own, smaller bound.
    try:
        with path.open("rb") as stream:
            image = PpmImageFile(stream)
            image.load()
            return image
    except (OSError, SyntaxError, ValueError) as error:
        raise TruncatedFileError(name=name, detail=f"poppler cannot draw page {number}") from error
