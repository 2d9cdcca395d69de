"""Every change of a manifest shows."""

from __future__ import annotations

from hashlib import sha256

import pytest

from dossiers.manifest import (
    START,
    Digested,
    EntryKind,
    Head,
    ManifestError,
    SegmentSummary,
    check_follows,
    check_heads,
    dump_entries,
    dump_head,
    parse_head,
    parse_segment,
)
from samples.generator.dice import Dice

AT = "2026-11-20T08:00:00+00:00"


def version(number: int) -> Digested:
    return Digested("archive", f"H01/p0001-0002/{number}.pdf", f"v{number}", sha256(bytes([number])).hexdigest(), number)


def segments(*sizes: int) -> list[bytes]:
    """Return the segments that one writer wrote, of so many lines each."""
    made, number, previous = [], 0, START
    for size in sizes:
        lines, number, previous = dump_entries(
            ((EntryKind.STORED, version(number + one)) for one in range(size)), AT, number, previous
        )
        made.append(lines)
    return made


def check_sequence(written: list[bytes]) -> None:
    number, previous = 0, START
    for segment in written:
        entries, last = parse_segment(segment)
        check_follows(entries, number, previous)
        number, previous = entries[-1].number, last


def test_what_was_written_is_read_back() -> None:
    (first,) = segments(3)
    entries, last = parse_segment(first)
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.what for entry in entries] == [version(number) for number in range(3)]
    assert entries[0].previous == START
    assert len(last) == 64
    check_sequence(segments(1, 2, 3))


def test_each_of_200_flipped_bytes_shows() -> None:
    """Even in today's segments, which nobody has signed yet."""
    (segment,) = segments(20)
    chance = Dice(1504)
    for place in chance.sample(range(len(segment)), 200):
        changed = bytearray(segment)
        changed[place] ^= chance.randrange(1, 256)
        with pytest.raises(ManifestError):
            parse_segment(bytes(changed))


@pytest.mark.parametrize("change", ["leave out", "swap", "repeat", "cut", "empty", "other form"])
def test_lines_that_are_missing_or_in_another_order_show(change: str) -> None:
    (segment,) = segments(5)
    lines = segment.splitlines(keepends=True)
    changed = {
        "leave out": lines[:2] + lines[3:],
        "swap": [*lines[:2], lines[3], lines[2], lines[4]],
        "repeat": [*lines, lines[4]],
        "cut": [*lines[:4], lines[4][:-1]],
        "empty": [],
        "other form": [lines[0].replace(b'":', b'": ', 1), *lines[1:]],
    }[change]
    with pytest.raises(ManifestError):
        parse_segment(b"".join(changed))


def test_a_segment_that_is_missing_between_others_shows() -> None:
    read = segments(2, 2, 2)
    for gap in (read[1:], [read[0], read[2]], [read[1], read[0], read[2]]):
        with pytest.raises(ManifestError):
            check_sequence(gap)


def heads(count: int) -> list[tuple[Head, str]]:
    made: list[tuple[Head, str]] = []
    for index in range(1, count + 1):
        segment = SegmentSummary(f"2026-11-{index:02d}/a/00000001.jsonl", sha256(bytes([index])).hexdigest(), 3)
        head = Head(index, f"2026-11-{index:02d}", AT, made[-1][1] if made else START, (segment,))
        made.append((head, sha256(dump_head(head)).hexdigest()))
    return made


def test_heads_are_a_chain() -> None:
    made = heads(4)
    check_heads(made)
    assert parse_head(dump_head(made[2][0])) == made[2][0]
    for wrong in (made[1:], [made[0], made[2], made[3]], [made[1], made[0], *made[2:]]):
        with pytest.raises(ManifestError):
            check_heads(wrong)
    for data in (b"", b"{}", b"[]", dump_head(made[0][0])[:-1], dump_head(made[0][0]).replace(b",", b", ", 1)):
        with pytest.raises(ManifestError):
            parse_head(data)
