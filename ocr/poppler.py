"""Poppler through pdf2image: pages of a PDF drawn as pixels in a process of its own, bounded in time."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from pdf2image import convert_from_path
from pdf2image.exceptions import PDFInfoNotInstalledError, PDFPageCountError, PDFPopplerTimeoutError, PDFSyntaxError
from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile

from dossiers.errors import ConfigurationError, PasswordProtectedError, TooLargeError, TruncatedFileError


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

    Raises TooLargeError when it takes longer than ``timeout_s``, PasswordProtectedError, TruncatedFileError when a page cannot
    be drawn, ConfigurationError when poppler is missing.
    """
    with tempfile.TemporaryDirectory(prefix="sohoa-raster-") as folder:
        try:
            drawn = convert_from_path(
                drawing.path,
                dpi=drawing.dpi,
                first_page=drawing.first,
                last_page=drawing.last,
                output_folder=folder,
                paths_only=True,
                use_cropbox=True,
                grayscale=drawing.is_gray,
                timeout=max(1, round(timeout_s)),
            )
        except PDFPopplerTimeoutError as error:
            raise TooLargeError(name=name, detail=f"trang (page) {drawing.first} > {timeout_s:g} s") from error
        except PDFInfoNotInstalledError as error:
            raise ConfigurationError(detail="poppler-utils is not installed (pdfinfo, pdftoppm)") from error
        except (PDFPageCountError, PDFSyntaxError) as error:
            if "password" in str(error).lower():
                raise PasswordProtectedError(name=name) from error
            raise TruncatedFileError(name=name, detail=f"poppler cannot read page {drawing.first}") from error
        if len(drawn) != drawing.last - drawing.first + 1:
            raise TruncatedFileError(name=name, detail=f"poppler cannot draw page {drawing.first}")
        return [_open_drawn(Path(str(one)), drawing.first, name) for one in drawn]


def _open_drawn(path: Path, number: int, name: str) -> Image.Image:
    # The plug-in classes are used because Image.open would warn about pages larger than its own, smaller bound.
    kind = PngImageFile if path.suffix == ".png" else PpmImageFile
    try:
        with path.open("rb") as stream:
            image = kind(stream)
            image.load()
            return image
    except (OSError, SyntaxError, ValueError) as error:
        raise TruncatedFileError(name=name, detail=f"poppler cannot draw page {number}") from error
