"""Settings of the scanning stations and of their live pages."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from runtime.service_settings import Section


class StationSettings(Section):
    """How one scanning station works; what is empty is as for all. ``complete`` = ``marker``: only a marker completes.

    With ``separators`` a long scan is parted at separator sheets. ``duplex``: what a scanner of one side makes of sheets with
    two: fronts and then backs in one ``stack``, or ``files`` named …-truoc and …-sau in a dossier's folder; ``backs_reversed``
    when the stack was turned over as a whole.
    """

    complete: Literal["still", "marker"] = "still"
    settle_s: float | None = Field(default=None, gt=0)
    separators: bool = False
    duplex: Literal["none", "stack", "files"] = "none"
    backs_reversed: bool = True

    @model_validator(mode="after")
    def _one_way(self) -> StationSettings:
        if self.separators and self.duplex == "stack":
            raise ValueError("a station has separators or duplex = stack, not both")
        return self

    @property
    def rearranges(self) -> bool:
        """Whether what the station scans may become other files."""
        return self.separators or self.duplex != "none"


class WatchSettings(Section):
    """The watched folder; empty ``inbox`` means SOHOA_HOME/inbox.

    A dossier is taken when its files stood still for ``settle_s``, or when a marker says that it is complete. The folder is
    looked through every ``poll_s``, besides whenever the system tells of a change (``events`` = ``native``). With ``verdicts``
    each scan is checked at once and a note laid beside it, which goes ``note_keep_s`` after the scan has left.
    """

    inbox: Path | None = None
    settle_s: float = Field(default=5.0, gt=0)
    poll_s: float = Field(default=2.0, gt=0)
    events: Literal["native", "polling"] = "native"
    verdicts: bool = True
    note_keep_s: float = Field(default=900.0, ge=0)
    stations: dict[str, StationSettings] = Field(default_factory=dict)


class PortalSettings(Section):
    """Where the live pages are served. They have no accounts yet: beyond this machine, put something with accounts before them.

    ``host_names`` are further names by which browsers may ask for them.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=1, le=65535)
    host_names: tuple[str, ...] = ()
