"""Engines that fail as outside programs do. In a module of their own, so that spawned workers can import them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

from dossiers.errors import RecognitionError
from dossiers.page import BoxPx
from ocr.engine import Reading
from ocr.page_image import Pixels


@dataclass(frozen=True)
class DyingEngine:
    """Kills its own process, as the kernel does when memory runs out, on pages taller than ``max_height_px``."""

    max_height_px: int
    name: str = "dying"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        if image.shape[0] > self.max_height_px:
            os.kill(os.getpid(), signal.SIGKILL)
        return ()


@dataclass(frozen=True)
class HangingEngine:
    """Never comes back by itself."""

    name: str = "hanging"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        time.sleep(600)
        return ()


@dataclass(frozen=True)
class FailingEngine:
    """Raises an error of the domain."""

    name: str = "failing"

    def read_lines(self, image: Pixels, boxes: Sequence[BoxPx], timeout_s: float) -> tuple[Reading, ...]:
        raise RecognitionError(detail="bad luck")
