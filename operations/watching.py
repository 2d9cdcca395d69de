"""Watch the inbox of the scanning stations: claim every dossier that is complete, and hand it on.

A file leaves the inbox once its bytes stand in the originals bucket and its submission is written down; digitizing comes
after and can be anybody's. The inbox is looked through in a thread of its own, so that neither a verdict nor a claim waits
for what is being digitized. See ``dossiers.stations`` for how scans lie in the inbox and ``dossiers.stillness`` for what
is complete.
"""

from __future__ import annotations

import logging
import math
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial

from dossiers.errors import SohoaError
from dossiers.model import Actor
from operations.claimed_file import ClaimedFile, Tell
from operations.inbox_rounds import InboxRounds, open_inbox
from operations.ingesting import DossierScans
from operations.locking import working
from operations.prechecking import ScanChecks
from operations.station_board import StationBoards
from operations.watch_pulse import show_pulse
from runtime.wiring import House
from storage.inbox import InboxEvents

__all__ = ["AfterClaim", "ClaimedFile", "watch_stations"]

_log = logging.getLogger("sohoa.watch")
_TICK_S = 0.3  # how soon to look again while something in the inbox does not stand still yet
_IDLE_S = 0.5

AfterClaim = Callable[[House, Sequence[DossierScans], Actor], None]
"""Called with the label of a dossier and the digests of the scans in it that wait for being digitized."""

_Item = DossierScans | BaseException | None


def watch_stations(
    house: House,
    actor: Actor,
    after_claim: AfterClaim,
    tell: Tell,
    *,
    between: Callable[[], None] = lambda: None,
    once: bool = False,
) -> None:
    """Watch the inbox until interrupted; with ``once`` until each file in it was tried once.

    ``after_claim`` and, whenever there is nothing to hand on, ``between`` are called in this thread, ``tell`` in another.
    Raises UnreadablePathError when the inbox cannot be read, and what ``between`` raises beside the errors of our tree.
    """
    handed_on: queue.SimpleQueue[_Item] = queue.SimpleQueue()
    with _looking_through(house, actor, tell, handed_on, once=once):
        while True:
            try:
                item = handed_on.get(timeout=_IDLE_S)
            except queue.Empty:
                _guard(between)
                continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            with working(house):
                _guard(partial(after_claim, house, [item], actor))


@contextmanager
def _looking_through(
    house: House, actor: Actor, tell: Tell, handed_on: queue.SimpleQueue[_Item], *, once: bool
) -> Iterator[None]:
    """Look through the inbox in a thread while the block runs; what is claimed comes into the queue, at the end None."""
    root = open_inbox(house.settings.inbox)
    settings = house.settings.watch
    is_over = threading.Event()
    boards = StationBoards(house)
    is_looking = settings.verdicts or any(station.rearranges for station in settings.stations.values())

    def run() -> None:
        try:
            with (
                InboxEvents(root, is_native=settings.events == "native") as events,
                ScanChecks(house, root, boards) if is_looking else nullcontext() as checks,
            ):
                shown_s = -math.inf
                rounds = InboxRounds(house, actor, root, tell, handed_on.put, checks, boards, once)
                while not is_over.is_set():
                    shown_s = show_pulse(house, shown_s)
                    is_waiting = _go_through(rounds, events, once=once)
                    if once and not is_waiting and not (checks and checks.is_busy()):
                        break
                    events.wait(min(settings.poll_s, _TICK_S) if is_waiting else settings.poll_s)
            handed_on.put(None)
        except BaseException as error:  # told in the thread of whoever asked for the watch
            handed_on.put(error)

    thread = threading.Thread(target=run, name="sohoa-inbox")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _go_through(rounds: InboxRounds, events: InboxEvents, *, once: bool) -> bool:
    """Go through the inbox once; a fault of ours or an inbox that is gone for now (a share) is told and tried again."""
    try:
        return rounds.go_through(events.take_closed())
    except SohoaError as error:
        if once:
            raise
        _log.error("%s [%s]", error.message_en, error.code)
    except Exception:  # nothing that lies in one folder may end the watch of all stations
        if once:
            raise
        _log.exception("the inbox was not looked through to the end")
    return False


def _guard(call: Callable[[], None]) -> None:
    """Call something whose failing leaves the claims as they are: a replay or the dispatcher takes them up."""
    try:
        call()
    except SohoaError as error:
        _log.error("%s [%s]", error.message_en, error.code)
