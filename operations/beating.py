"""Show that somebody works on a batch, for as long as that is so."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dossiers.errors import SohoaError
from runtime.wiring import House

_log = logging.getLogger("sohoa.batch")


@contextmanager
def beating(house: House, batch_id: str) -> Iterator[None]:
    """Tell the catalog every ``dispatch.heartbeat_s`` that somebody works on the batch; one that is away is asked again."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(house.settings.dispatch.heartbeat_s):
            try:
                if not house.catalog.dispatches.beat(batch_id):
                    _log.warning("batch %s was taken back; what is left of it is passed over", batch_id)
                    return
            except SohoaError as error:
                _log.warning("no sign of life for batch %s: %s", batch_id, error.message_en)

    house.catalog.dispatches.beat(batch_id)
    thread = threading.Thread(target=beat, name=f"beat {batch_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(timeout=30)
