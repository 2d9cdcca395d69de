"""Decide, by a station's settings, which files of a dossier become other files, and of which pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePath

from dossiers.arrangements import Part, interleave, part_at_separators, side_of, unfold_stack
from dossiers.scan_verdict import PageGlance
from dossiers.stations import compose
from dossiers.stillness import SeenFile
from runtime.intake_settings import StationSettings

FindPages = Callable[[SeenFile], tuple[PageGlance, ...] | None]


def group_sides(files: Sequence[SeenFile], station: StationSettings | None) -> list[tuple[SeenFile, ...]]:
    """Return the files one by one, but a file of fronts and the one of their backs together, in that order."""
    if station is None or station.duplex != "files":
        return [(file,) for file in files]
    sides: dict[tuple[str, ...], dict[str, SeenFile]] = {}
    for file in files:
        side = side_of(PurePath(compose(file.parts[-1])).stem)
        if side is not None:
            sides.setdefault((*file.parts[:-1], side[0].lower()), {})[side[1]] = file
    pairs = [(pair["front"], pair["back"]) for pair in sides.values() if len(pair) == 2]
    paired = {file.parts for pair in pairs for file in pair}
    return [*pairs, *((file,) for file in files if file.parts not in paired)]


def plan_parts(group: Sequence[SeenFile], station: StationSettings | None, find_pages: FindPages) -> tuple[Part, ...] | None:
    """Return the parts that are to be made of a file, or of fronts and backs; none to take them as they are.

    None while their pages are still being looked at.
    """
    if station is None or not station.rearranges:
        return ()
    seen = [find_pages(file) for file in group]
    pages = [found for found in seen if found is not None]
    if len(pages) < len(seen):
        return None
    if len(group) == 2:
        order = interleave(len(pages[0]), len(pages[1]), backs_reversed=station.backs_reversed)
        return (Part(order),) if order else ()
    if station.separators:
        return part_at_separators(pages[0])
    if station.duplex == "stack" and len(pages[0]) > 1:
        order = unfold_stack(len(pages[0]), backs_reversed=station.backs_reversed)
        return (Part(order),) if order else ()
    return ()
