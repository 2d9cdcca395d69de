"""Is a PDF page nothing but one scanned image?

A scanner's page paints one image over the whole page, perhaps with invisible text (render mode 3) from an earlier
OCR. Operators and graphics state: ISO 32000-1, 8.4 (state), 8.5.4 (clipping), 8.8 to 8.10 (XObjects), 9.3.6 (text).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

INVISIBLE_TEXT_MODES = frozenset({3, 7})
TEXT_OPERATORS = frozenset({"Tj", "TJ", "'", '"'})
PAINT_OPERATORS = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "INLINE IMAGE"})
# Operators that set a fill colour: an image mask is painted with it, so it is black only where none of them came before.
COLOUR_OPERATORS = frozenset({"g", "rg", "k", "sc", "scn", "cs"})
MIN_COVER = 0.85  # of the page: what is left are white margins
MIN_INSIDE = 0.97  # of the image: more outside the page means that it was cropped on purpose
LARGEST_PICTURE = 0.25  # of the page: a coat of arms or a photograph, no scan of a sheet
MAX_FORM_DEPTH = 5
MAX_OPERATORS = 200_000

Matrix = tuple[float, float, float, float, float, float]
Rectangle = tuple[float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """An image XObject and the matrix that carries the unit square to the page, in points.

    ``is_alone``: nothing else is visible on the page.
    """

    xobject: pikepdf.Object
    matrix: Matrix
    is_alone: bool = True


@dataclass(frozen=True, slots=True)
class _State:
    matrix: Matrix
    text_mode: int = 0
    is_cropped: bool = False
    is_blended: bool = False
    is_coloured: bool = False


@dataclass(slots=True)
class _Walk:
    box: Rectangle
    image: PlacedImage | None = None
    is_other: bool = False
    operators: int = 0
    content_bytes: int = 0
    max_content_bytes: int = 0
    path: list[Rectangle] = field(default_factory=list)
    is_odd_path: bool = False
    has_text: bool = False
    largest_image: float = 0.0


class _TooComplicatedError(Exception):
    """The content is not that of a scanner's page; it is rasterized instead."""


def find_page_image(page: pikepdf.Page, box: Rectangle, max_content_bytes: int) -> PlacedImage | None:
    """Return the image that fills the page within ``box`` (points), whether it is all there is or lies under other things.

    What is painted before an opaque image that covers the page is hidden by it and does not count.
    """
    walk = _walk_page(page, box, max_content_bytes)
    return replace(walk.image, is_alone=not walk.is_other) if walk and walk.image else None


def shows_text_alone(page: pikepdf.Page, box: Rectangle, max_content_bytes: int) -> bool:
    """Say whether the page shows text and no image that could be a scan: none as large as a quarter of ``box``."""
    walk = _walk_page(page, box, max_content_bytes)
    return walk is not None and walk.has_text and walk.largest_image < LARGEST_PICTURE


def _walk_page(page: pikepdf.Page, box: Rectangle, max_content_bytes: int) -> _Walk | None:
    walk = _Walk(box, max_content_bytes=max_content_bytes)
    try:
        resources = page.obj.get("/Resources", pikepdf.Dictionary())
        _walk_content(walk, page.obj.get("/Contents"), resources, _State(IDENTITY), depth=0)
    except (_TooComplicatedError, pikepdf.PdfError, ValueError, TypeError, ArithmeticError, AttributeError, zlib.error):
        return None
    return walk


def transform_box(matrix: Matrix, box: Rectangle = (0.0, 0.0, 1.0, 1.0)) -> Rectangle:
    """Return the upright rectangle around ``box`` after ``matrix``."""
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """Return the matrix that applies ``first`` and afterwards ``then``."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def inflated_size(data: bytes, limit: int) -> int:
    """Return how many bytes a zlib stream unfolds to, counting no further than ``limit`` + 1; raises zlib.error."""
    inflater, total, rest = zlib.decompressobj(), 0, data
    while rest and not inflater.eof:
        total += len(inflater.decompress(rest, 1 << 20))
        rest = inflater.unconsumed_tail
        if total > limit:
            return limit + 1
    return total


def filters_of(stream: pikepdf.Object) -> list[str]:
    """Return the names of a stream's filters, in the order in which they are undone."""
    value = stream.get("/Filter")
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, pikepdf.Array) else [str(value)]


def _read_bounded(walk: _Walk, stream: pikepdf.Object) -> bytes:
    names = filters_of(stream)
    if not isinstance(stream, pikepdf.Stream) or names not in ([], ["/FlateDecode"], ["/Fl"]):
        raise _TooComplicatedError
    raw = stream.read_raw_bytes()
    walk.content_bytes += inflated_size(raw, walk.max_content_bytes) if names else len(raw)
    if walk.content_bytes > walk.max_content_bytes:
        raise _TooComplicatedError
    return stream.read_bytes()


def _walk_content(walk: _Walk, contents: Any, resources: Any, state: _State, depth: int) -> None:
    if contents is None:
        return
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    data = b"\n".join(_read_bounded(walk, part) for part in parts)
    holder = pikepdf.Pdf.new()
    stack: list[_State] = []
    for instruction in pikepdf.parse_content_stream(holder.make_stream(data)):
        operands, name = instruction.operands, str(instruction.operator)
        walk.operators += 1
        if walk.operators > MAX_OPERATORS:
            raise _TooComplicatedError
        if name == "q":
            stack.append(state)
        elif name == "Q":
            state = stack.pop() if stack else state
        elif name == "cm":
            state = replace(state, matrix=multiply(_as_matrix(operands), state.matrix))
        elif name == "Tr":
            state = replace(state, text_mode=int(operands[0]))
        elif name == "gs":
            state = replace(state, is_blended=state.is_blended or _blends(resources, operands[0]))
        elif name in COLOUR_OPERATORS:
            state = replace(state, is_coloured=True)
        elif name == "Do":
            _paint_xobject(walk, resources, str(operands[0]), state, depth)
        elif name == "BDC" and operands and str(operands[0]) == "/OC":
            raise _TooComplicatedError
        else:
            state = _follow_path(walk, name, operands, state)


def _follow_path(walk: _Walk, name: str, operands: Any, state: _State) -> _State:
    if name == "re":
        x, y, width, height = (float(value) for value in operands)
        walk.path.append(transform_box(state.matrix, (x, y, x + width, y + height)))
    elif name in {"m", "l", "c", "v", "y"}:
        walk.is_odd_path = True
    elif name in {"W", "W*"}:
        keeps_page = len(walk.path) == 1 and not walk.is_odd_path and _overlap(walk.path[0], walk.box) >= MIN_INSIDE
        return state if keeps_page else replace(state, is_cropped=True)
    elif name in TEXT_OPERATORS:
        walk.has_text = walk.has_text or state.text_mode not in INVISIBLE_TEXT_MODES
        walk.is_other = walk.is_other or state.text_mode not in INVISIBLE_TEXT_MODES
    elif name in PAINT_OPERATORS or name == "n":
        walk.is_other = walk.is_other or name != "n"
        walk.path, walk.is_odd_path = [], False
    return state


def _paint_xobject(walk: _Walk, resources: Any, key: str, state: _State, depth: int) -> None:
    xobject = resources["/XObject"][key]
    if "/OC" in xobject:
        raise _TooComplicatedError
    if xobject.get("/Subtype") == pikepdf.Name.Form:
        if depth >= MAX_FORM_DEPTH:
            raise _TooComplicatedError
        matrix = _as_matrix(xobject.get("/Matrix", IDENTITY))
        inner = replace(state, matrix=multiply(matrix, state.matrix))
        _walk_content(walk, xobject, xobject.get("/Resources", resources), inner, depth + 1)
        return
    if xobject.get("/Subtype") != pikepdf.Name.Image:
        raise _TooComplicatedError
    walk.largest_image = max(walk.largest_image, _overlap(transform_box(state.matrix), walk.box))
    if _is_page_image(walk, xobject, state):
        walk.image, walk.is_other = PlacedImage(xobject, state.matrix), False
    else:
        walk.is_other = True


def _is_page_image(walk: _Walk, xobject: pikepdf.Object, state: _State) -> bool:
    """Say whether the image covers the page, opaque and whole."""
    if state.is_cropped or state.is_blended or "/SMask" in xobject or "/Mask" in xobject:
        return False
    if xobject.get("/ImageMask", False) and (state.is_coloured or walk.is_other or walk.image is not None):
        return False
    placed = transform_box(state.matrix)
    return _overlap(placed, walk.box) >= MIN_COVER and _overlap(walk.box, placed) >= MIN_INSIDE


def _overlap(cover: Rectangle, base: Rectangle) -> float:
    """Return what share of ``base`` lies under ``cover``."""
    width = min(cover[2], base[2]) - max(cover[0], base[0])
    height = min(cover[3], base[3]) - max(cover[1], base[1])
    area = (base[2] - base[0]) * (base[3] - base[1])
    return max(0.0, width) * max(0.0, height) / area if area > 0 else 0.0


def _blends(resources: Any, key: Any) -> bool:
    state = resources["/ExtGState"][str(key)]
    is_masked = str(state.get("/SMask", "/None")) != "/None"
    is_blend = str(state.get("/BM", "/Normal")) not in {"/Normal", "/Compatible"}
    return is_masked or is_blend or float(state.get("/ca", 1)) < 1


def _as_matrix(values: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in values)
    return a, b, c, d, e, f
