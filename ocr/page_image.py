"""A page's pixels. They never leave ``ocr/``; between tasks only paths and digests travel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from dossiers.errors import TruncatedFileError, UnreadablePathError
from dossiers.page import PageSource

Pixels = NDArray[np.uint8]
EXIF_ORIENTATION_TAG = 0x0112
EXIF_TURNS_DEG = {1: 0, 3: 180, 6: 90, 8: 270}
READERS: dict[str, type[JpegImageFile] | type[PngImageFile] | type[TiffImageFile]] = {
    "image/jpeg": JpegImageFile,
    "image/png": PngImageFile,
    "image/tiff": TiffImageFile,
}
CV2_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
WHITE = 255
READING_DPI = 200  # read better and faster than 300 (docs/design.md); Tesseract scales lines to its own height anyway
READING_PIXELS = 36_000_000  # A4 at 600 dpi has 35 million
MIN_SHRUNK_DPI = 150
# As fine as a page need be seen for its digits by hand and its smallest codes; A4 has six million pixels then.
FINE_DPI, FINE_PIXELS = 250, 6_000_000
STRIP_PX = 512
LEVELLED_PX = 256
TWO_THIRDS = 2 / 3


@dataclass(frozen=True, slots=True)
class PageImage:
    """Pixels of a page: uint8, height x width (gray) or height x width x 3 (blue, green, red).

    ``hint_deg`` is the clockwise turn that the file's EXIF orientation asks for; the pixels are *not* turned by it.
    None when the file says nothing. ``shrunk``: how many pixels of the scan one of these spans, each way.
    """

    pixels: Pixels
    dpi: int
    hint_deg: int | None = None
    shrunk: float = 1.0

    @property
    def is_gray(self) -> bool:
        return self.pixels.ndim == 2


def decode_page(source: PageSource) -> PageImage:
    """Decode a page's image file, without applying its EXIF orientation.

    A page of more than READING_PIXELS comes smaller, and so does one that is still at FINE_DPI when it is halved, with
    FINE_PIXELS or more: A4 at 600 dpi takes 105 MB for each copy of its pixels, and is read no better than at 300.

    Raises TruncatedFileError when it is damaged or not of the size that the source states, UnreadablePathError.
    """
    try:
        with source.path.open("rb") as stream:
            image = READERS[source.media_type](stream)
            if image.size != (source.width_px, source.height_px):
                raise TruncatedFileError(name=source.path.name, detail=f"size {image.size}")
            orientation = image.getexif().get(EXIF_ORIENTATION_TAG) if source.media_type == "image/jpeg" else None
            hint_deg = EXIF_TURNS_DEG.get(orientation) if orientation is not None else None
            if _choose_shrinking(source.width_px * source.height_px, source.dpi) == 1:
                pixels = _decode_plain(source.path, image)
                if pixels is not None:
                    return PageImage(pixels, source.dpi, hint_deg)
            plain = image if image.mode in {"L", "RGB"} else image.convert("L" if image.mode == "1" else "RGB")
            plain, shrunk = _shrink(plain, source.dpi)
            array = np.asarray(plain, dtype=np.uint8)
    except FileNotFoundError as error:
        raise UnreadablePathError(name=source.path.name, detail="missing") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise TruncatedFileError(name=source.path.name, detail=f"{type(error).__name__}: {error}") from error
    pixels = array if array.ndim == 2 else as_pixels(cv2.cvtColor(array, cv2.COLOR_RGB2BGR))
    return PageImage(pixels, round(source.dpi / shrunk), hint_deg, shrunk)


def _decode_plain(path: Path, image: Image.Image) -> Pixels | None:
    if not isinstance(image, JpegImageFile) or image.mode not in {"L", "RGB"}:
        return None
    return decode_jpeg(path.read_bytes(), image.size, is_gray=image.mode == "L")


def decode_jpeg(data: bytes, size_px: tuple[int, int], *, is_gray: bool) -> Pixels | None:
    """Decode a plain JPEG sooner than Pillow, to the same pixels; None for what is damaged or of another size.

    Its EXIF orientation is not applied. What is missing at the end of the data is filled in.
    """
    flags = (cv2.IMREAD_GRAYSCALE if is_gray else cv2.IMREAD_COLOR) | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None  # Pillow names the fault
    return as_pixels(pixels) if pixels is not None and pixels.shape[1::-1] == size_px else None


def _shrink(image: Image.Image, dpi: int) -> tuple[Image.Image, float]:
    """Return a huge or needlessly fine picture smaller, and by how much each way."""
    width, height = image.size
    wanted = _choose_shrinking(width * height, dpi)
    if wanted == 1:
        return image, 1.0
    if wanted.is_integer():
        image.draft(None, (width // int(wanted), height // int(wanted)))  # a JPEG is decoded in half or a quarter of its size
    size = (math.ceil(width / wanted), math.ceil(height / wanted))
    return (image if image.size == size else _average(image, size)), width / size[0]


def _choose_shrinking(pixels: int, dpi: int) -> float:
    """Return how much smaller each way so many pixels are read: by a power of two, where that leaves MIN_SHRUNK_DPI."""
    needed = max(1.0, math.sqrt(pixels / READING_PIXELS))
    whole = 2 ** math.ceil(math.log2(needed))
    if dpi / whole < MIN_SHRUNK_DPI:
        return needed
    while dpi / (2 * whole) >= FINE_DPI and pixels / (2 * whole) ** 2 >= FINE_PIXELS:
        whole *= 2
    return float(whole)


def _average(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale down in strips: in one go Pillow holds half as much again beside the picture."""
    small = Image.new(image.mode, size)
    for top in range(0, size[1], STRIP_PX):
        bottom = min(top + STRIP_PX, size[1])
        box = (0.0, top * image.height / size[1], float(image.width), bottom * image.height / size[1])
        small.paste(image.resize((size[0], bottom - top), Image.Resampling.BOX, box), (0, top))
    return small


def to_gray(pixels: Pixels) -> Pixels:
    """Return the luminance, height x width."""
    return pixels if pixels.ndim == 2 else as_pixels(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))


def turn(pixels: Pixels, rotation_deg: int) -> Pixels:
    """Turn clockwise by 0, 90, 180 or 270 degrees, without loss."""
    return pixels if rotation_deg == 0 else as_pixels(cv2.rotate(pixels, CV2_TURNS[rotation_deg]))


def straighten(pixels: Pixels, skew_deg: float) -> Pixels:
    """Turn clockwise by ``skew_deg`` about the centre, on a canvas of unchanged size: corners are cut, gaps are white."""
    if skew_deg == 0:
        return pixels
    height, width = pixels.shape[:2]
    # The centre of the page is between pixels: OpenCV counts from the middle of the first one. It turns anticlockwise.
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -skew_deg, 1.0)
    back = np.asarray(cv2.invertAffineTransform(matrix), np.float64)
    level = np.empty_like(pixels)
    for top in range(0, height, LEVELLED_PX):
        strip = level[top : top + LEVELLED_PX]
        corners = [(x, y) for x in (0, width - 1) for y in (top, top + len(strip) - 1)]
        places = [float(back[1] @ (x, y, 1)) for x, y in corners]
        first, last = max(0, math.floor(min(places)) - 1), min(height, math.ceil(max(places)) + 2)
        if first >= last:
            strip[:] = WHITE
            continue
        shifted = back.copy()
        shifted[:, 2] += back[:, 1] * top - (0, first)
        strip[:] = _warp(pixels[first:last], shifted, len(strip))
    return level


def _warp(pixels: Pixels, back: MatLike, height: int) -> Pixels:
    """Return as wide a page of ``height`` whose pixels ``back`` carries to where they are taken from; white beyond."""
    # OpenCV has a quick way for one channel and for four, but not for three; in strips, the fourth stays in the cache.
    source = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA)
    flags, fill = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, (WHITE, WHITE, WHITE, WHITE)
    size = (pixels.shape[1], height)
    level = cv2.warpAffine(source, back, size, flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=fill)
    return as_pixels(level if pixels.ndim == 2 else cv2.cvtColor(level, cv2.COLOR_BGRA2BGR))


def resize(pixels: Pixels, scale: float) -> Pixels:
    """Scale both sides; areas are averaged when it shrinks, cubic interpolation when it grows."""
    if scale == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale == TWO_THIRDS and pixels.ndim == 2:
        return _take_two_thirds(pixels)[: size[1], : size[0]]
    return as_pixels(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC))


def _take_two_thirds(gray: Pixels) -> Pixels:
    """Average areas of one and a half pixels each way, what 300 dpi are at 200: in a third of OpenCV's time."""
    down, across = -(-gray.shape[0] // 3), -(-gray.shape[1] // 3)
    bottom, right = 3 * down - gray.shape[0], 3 * across - gray.shape[1]
    even = cv2.copyMakeBorder(gray, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    rows = np.empty((2 * down, 3 * across), np.uint8)
    for place, outer in ((0, even[0::3]), (1, even[2::3])):
        rows[place::2] = cv2.addWeighted(outer, TWO_THIRDS, even[1::3], 1 - TWO_THIRDS, 0)
    left, middle, right_one = cv2.split(rows.reshape(2 * down, across, 3))
    columns = [cv2.addWeighted(outer, TWO_THIRDS, middle, 1 - TWO_THIRDS, 0) for outer in (left, right_one)]
    return as_pixels(cv2.merge(columns)).reshape(2 * down, 2 * across)


def average_whole(pixels: Pixels, times: int) -> Pixels:
    """Return the means of squares of ``times`` pixels each way; what is left over at the right and the bottom is left out.

    A fifth of the time that ``resize`` takes where sides are no multiples.
    """
    width, height = pixels.shape[1] // times, pixels.shape[0] // times
    whole = pixels[: height * times, : width * times]
    return as_pixels(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


def find_below(gray: Pixels, level: int) -> Pixels:
    """Return the mask (255) of what is darker than ``level``."""
    return as_pixels(cv2.threshold(gray, level - 1, WHITE, cv2.THRESH_BINARY_INV)[1])


def measure_quantile(gray: Pixels, share: float, where: Pixels | None = None) -> float:
    """Return the brightness below which ``share`` of the pixels lie, of those in the mask ``where`` or of all; by counting."""
    counts = np.cumsum(cv2.calcHist([gray], [0], where, [256], [0, 256]))
    return float(np.searchsorted(counts, share * counts[-1]))


def as_pixels(array: object) -> Pixels:
    """Return what OpenCV gives back as uint8 pixels."""
    return np.asarray(array, dtype=np.uint8)
