"""Run pyHanko's coroutines from code that is not asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_to_end(start: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run the coroutine that ``start`` makes and return its result, also in a thread that has an event loop already."""
    if not _has_loop():
        return asyncio.run(start())
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(start())).result()


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
