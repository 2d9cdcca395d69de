"""How much of an untrusted file we are willing to take in."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """Bounds that are checked from headers, before anything is decoded.

    ``max_page_pixels`` lets an A0 drawing at 300 dpi (139 million pixels) pass; decoded in colour it takes about half a GiB.
    ``max_progressive_samples`` bounds a progressive JPEG, which is held whole while it is decoded, two bytes a sample, at
    whatever size it is wanted: A4 at 1200 dpi passes when its colours are stored half as fine.
    ``max_page_side_px`` is about 2.5 m at 300 dpi. ``max_pages_bytes`` bounds what one file may unfold to on disk.
    """

    max_bytes: int = 500 * MEBIBYTE
    max_pages: int = 2000
    max_page_pixels: int = 180_000_000
    max_progressive_samples: int = 210_000_000
    max_page_side_px: int = 30_000
    min_page_side_px: int = 50
    max_pages_bytes: int = 4096 * MEBIBYTE
    max_content_bytes: int = 32 * MEBIBYTE
    max_structure_bytes: int = 256 * MEBIBYTE
    render_dpi: int = 300
    render_timeout_s: float = 60.0
