"""Whatever is done to a trail is seen: every change, removal, new order and repetition, and every flipped byte."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dossiers.errors import IntegrityError
from dossiers.trail import ACTIONS_VI, TrailAction, TrailHead, dump_entries, extend, parse_entries
from dossiers.trail_anchor import Anchor, parse_anchor
from dossiers.trail_check import FAULTS_VI, ChainCheck, NamedSegment, TrailFault, check_chain
from samples.generator.dice import Dice
from tests.support.trails import BEGUN_AT, make_chain, make_events, name_segments

SIZES = st.lists(st.integers(min_value=1, max_value=4), min_size=1, max_size=8)


def check(segments: Sequence[NamedSegment], head: TrailHead) -> ChainCheck:
    """Check segments in the order of their keys, as the store lists them, against the head that the catalog knows."""
    return check_chain(sorted(segments, key=lambda segment: segment.key), {"catalog": head})


def faults(found: ChainCheck) -> set[TrailFault]:
    return {problem.fault for problem in found.problems}


@given(sizes=SIZES)
def test_a_whole_trail_is_sound(sizes: list[int]) -> None:
    chain = make_chain(sizes)
    found = check(name_segments(chain), chain[-1][-1].head)
    assert (found.problems, found.entries, found.head) == ([], sum(sizes), chain[-1][-1].head)


@given(sizes=SIZES)
def test_what_is_written_is_read_back(sizes: list[int]) -> None:
    for entries in make_chain(sizes):
        assert parse_entries(dump_entries(entries), "it") == entries


@given(sizes=SIZES, data=st.data())
def test_an_altered_entry_is_seen_even_when_its_hash_is_made_to_fit(sizes: list[int], data: st.DataObject) -> None:
    chain = make_chain(sizes)
    number = data.draw(st.integers(0, len(chain) - 1))
    events = [replace(entry.event, actor="somebody-else") for entry in chain[number]]
    before = chain[number][0]
    forged = [*chain[:number], extend(TrailHead(before.sequence - 1, before.previous), events), *chain[number + 1 :]]
    assert check(name_segments(forged), chain[-1][-1].head).problems


@given(sizes=SIZES, data=st.data())
def test_a_removed_segment_is_seen(sizes: list[int], data: st.DataObject) -> None:
    chain = make_chain(sizes)
    named = name_segments(chain)
    del named[data.draw(st.integers(0, len(named) - 1))]
    assert faults(check(named, chain[-1][-1].head)) <= {TrailFault.REMOVED, TrailFault.TRUNCATED}
    assert check(named, chain[-1][-1].head).problems


@given(sizes=SIZES, data=st.data())
def test_an_entry_taken_out_of_a_segment_is_seen(sizes: list[int], data: st.DataObject) -> None:
    chain = make_chain(sizes)
    named = name_segments(chain)
    number = data.draw(st.integers(0, len(named) - 1))
    lines = dump_entries(chain[number]).splitlines(keepends=True)
    del lines[data.draw(st.integers(0, len(lines) - 1))]
    named[number] = replace(named[number], data=b"".join(lines))
    assert check(named, chain[-1][-1].head).problems


@given(sizes=SIZES, data=st.data())
def test_segments_that_change_places_are_seen(sizes: list[int], data: st.DataObject) -> None:
    named = name_segments(chain := make_chain(sizes))
    assume(len(named) > 1)
    one, other = data.draw(st.permutations(range(len(named))))[:2]
    named[one], named[other] = (
        replace(named[one], data=named[other].data),
        replace(named[other], data=named[one].data),
    )
    assert TrailFault.REORDERED in faults(check(named, chain[-1][-1].head))


@given(sizes=SIZES, data=st.data())
def test_an_entry_written_twice_is_seen(sizes: list[int], data: st.DataObject) -> None:
    chain = make_chain(sizes)
    entries = data.draw(st.sampled_from(chain))
    again = extend(TrailHead(entries[0].sequence - 1, entries[0].previous), make_events(1, 900))
    found = check(name_segments([*chain, again]), chain[-1][-1].head)
    assert TrailFault.DUPLICATED in faults(found)
    repeated = dump_entries(entries) * 2
    with pytest.raises(IntegrityError):
        parse_entries(repeated, "it")


@given(sizes=SIZES, data=st.data())
def test_a_trail_cut_off_its_end_is_seen_by_what_the_catalog_or_an_anchor_knows(sizes: list[int], data: st.DataObject) -> None:
    chain = make_chain(sizes)
    kept = data.draw(st.integers(0, len(chain) - 1))
    found = check(name_segments(chain[:kept]), chain[-1][-1].head)
    assert faults(found) == {TrailFault.TRUNCATED}


def test_each_of_200_flipped_bytes_is_seen() -> None:
    """Of the segments: their bytes and what their keys promise. Of an anchor: its statement."""
    chain = make_chain([3, 1, 2, 5])
    named = name_segments(chain)
    chance = Dice(5)
    for _ in range(200):
        number = chance.randrange(len(named))
        flipped = bytearray(named[number].data or b"")
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        damaged = [*named[:number], replace(named[number], data=bytes(flipped)), *named[number + 1 :]]
        assert TrailFault.ALTERED in faults(check(damaged, chain[-1][-1].head))


@given(position=st.integers(min_value=0), bit=st.integers(0, 7))
def test_a_flipped_byte_of_an_anchors_statement_is_unreadable_or_another_statement(position: int, bit: int) -> None:
    anchor = Anchor(TrailHead(7, "ab" * 32), BEGUN_AT, "")
    flipped = bytearray(anchor.to_bytes())
    flipped[position % len(flipped)] ^= 1 << bit
    with suppress(IntegrityError):
        assert parse_anchor(bytes(flipped), "it") != anchor


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b"[1]\n", b"null\n", b"{", b'{"content":1,"hash":"","previous":""}\n', b"[" * 9999]
)
def test_what_is_no_segment_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError):
        parse_entries(data, "it")


def test_the_first_of_two_ways_on_is_not_lost_behind_the_other() -> None:
    """Two machines took the same place, and one went on: the whole is told as parted, not as altered."""
    chain = make_chain([2, 2, 2])
    second = extend(chain[0][-1].head, make_events(2, 900))
    found = check(name_segments([*chain, second]), chain[-1][-1].head)
    assert faults(found) == {TrailFault.DUPLICATED}
    assert found.head == chain[-1][-1].head


@given(sizes=SIZES, data=st.data())
def test_a_second_segment_on_an_unreadable_ones_place_and_a_gap_before_one_are_told(
    sizes: list[int], data: st.DataObject
) -> None:
    chain = make_chain([1, 1, *sizes])
    named = name_segments(chain)
    named[1] = replace(named[1], data=b"damaged")
    second = extend(chain[0][-1].head, make_events(1, data.draw(st.integers(900, 999))))
    assert faults(check([*named, *name_segments([second])], chain[-1][-1].head)) == {
        TrailFault.ALTERED,
        TrailFault.DUPLICATED,
    }
    assert faults(check(named[1:], chain[-1][-1].head)) == {TrailFault.ALTERED, TrailFault.REMOVED}


def test_every_action_has_its_words() -> None:
    assert set(ACTIONS_VI) == set(TrailAction)
    assert set(FAULTS_VI) == set(TrailFault)
