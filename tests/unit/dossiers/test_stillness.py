"""When a dossier of the inbox is complete, by a clock that the test turns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest

from dossiers.stations import place_file
from dossiers.stillness import MAX_WAIT_S, Batch, CompletenessRule, Parts, SeenFile, Stamp, StillnessLedger

NUMBER = "H01.31.12-261008-0003"
STILL = CompletenessRule(5.0)
MARKER = CompletenessRule(5.0, needs_marker=True)


def see(path: str, size_bytes: int = 1, changed_ns: int = 1) -> SeenFile:
    parts = tuple(path.split("/"))
    return SeenFile(parts, place_file(parts), Stamp(size_bytes, changed_ns, 1))


def look(
    ledger: StillnessLedger,
    files: Sequence[SeenFile],
    now_s: float,
    marked: Collection[Parts] = (),
    rules: Mapping[str, CompletenessRule] | None = None,
) -> list[list[str]]:
    ledger.observe(files, now_s)
    return [names_of(batch) for batch in ledger.find_complete(files, marked, rules or {}, STILL, now_s)]


def names_of(batch: Batch) -> list[str]:
    return [file.parts[-1] for file in batch.files]


def test_a_file_is_taken_once_it_stood_still() -> None:
    ledger = StillnessLedger()
    assert look(ledger, [see("q/a.pdf")], 0) == []
    assert ledger.is_waiting
    assert look(ledger, [see("q/a.pdf")], 4.9) == []
    assert look(ledger, [see("q/a.pdf")], 5) == [["a.pdf"]]


@pytest.mark.parametrize("change", [{"size_bytes": 2}, {"changed_ns": 0}])
def test_a_file_that_changes_stands_still_anew(change: dict[str, int]) -> None:
    """Also when its time goes backwards: it is compared, never measured."""
    ledger = StillnessLedger()
    look(ledger, [see("q/a.pdf")], 0)
    assert look(ledger, [see("q/a.pdf", **change)], 4) == []
    assert look(ledger, [see("q/a.pdf", **change)], 8) == []
    assert look(ledger, [see("q/a.pdf", **change)], 9) == [["a.pdf"]]


def test_a_dossier_waits_for_its_last_file_and_is_taken_whole() -> None:
    ledger = StillnessLedger()
    first, last = see(f"q/{NUMBER}/1.pdf"), see(f"q/{NUMBER}/ket-qua/2.pdf")
    look(ledger, [first], 0)
    assert look(ledger, [first, last], 4) == []
    assert look(ledger, [first, last], 8) == []
    assert look(ledger, [first, last], 9) == [["1.pdf", "2.pdf"]]


def test_files_of_a_flat_folder_do_not_wait_for_each_other() -> None:
    ledger = StillnessLedger()
    first, last = see(f"q/{NUMBER}.pdf"), see("q/b.pdf")
    look(ledger, [first], 0)
    assert look(ledger, [first, last], 5) == [[f"{NUMBER}.pdf"]]


def test_a_marker_completes_a_dossier_before_its_time() -> None:
    ledger = StillnessLedger()
    files = [see(f"q/{NUMBER}/1.pdf")]
    look(ledger, files, 0)
    assert look(ledger, files, 1, marked=[("q", NUMBER)]) == [["1.pdf"]]


def test_a_station_that_uses_markers_takes_nothing_without() -> None:
    ledger = StillnessLedger()
    files = [see(f"q/{NUMBER}/1.pdf"), see("khác/a.pdf")]
    look(ledger, files, 0)
    assert look(ledger, files, 1000, rules={"q": MARKER}) == [["a.pdf"]]
    assert look(ledger, files[:1], 1000, rules={"q": MARKER}) == []
    assert not ledger.is_waiting, "what waits for a marker is not waited for"
    assert look(ledger, files[:1], 1001, marked=[("q", NUMBER)], rules={"q": MARKER}) == [["1.pdf"]]


def test_the_marker_of_a_flat_folder_and_of_one_file() -> None:
    ledger = StillnessLedger()
    files = [see("q/a.pdf"), see("q/b.pdf")]
    look(ledger, files, 0)
    rules = {"q": MARKER}
    assert look(ledger, files, 2, marked=[("q", "b.pdf")], rules=rules) == [["b.pdf"]]
    assert look(ledger, files, 2, marked=[("q",)], rules=rules) == [["a.pdf"], ["b.pdf"]]


def test_a_failed_file_waits_longer_each_time_and_holds_up_no_other() -> None:
    ledger = StillnessLedger()
    bad, good = see(f"q/{NUMBER}/bad.pdf"), see(f"q/{NUMBER}/good.pdf")
    look(ledger, [bad], 0)
    assert look(ledger, [bad], 5) == [["bad.pdf"]]
    ledger.put_off(bad.parts, 5, 5)
    assert look(ledger, [bad, good], 10) == []
    assert look(ledger, [bad, good], 15) == [["bad.pdf", "good.pdf"]]
    ledger.put_off(bad.parts, 15, 5)
    assert look(ledger, [bad], 34) == []
    assert look(ledger, [bad], 35) == [["bad.pdf"]]
    for _ in range(2000):
        ledger.put_off(bad.parts, 100, 5)
    assert look(ledger, [bad], 100 + MAX_WAIT_S) == [["bad.pdf"]]


def test_a_file_that_somebody_writes_stands_still_anew_and_counts_as_tried() -> None:
    ledger = StillnessLedger()
    file = see("q/a.pdf")
    look(ledger, [file], 0)
    assert look(ledger, [file], 5) == [["a.pdf"]]
    ledger.restart(file.parts, 5)
    assert look(ledger, [file], 9) == []
    assert not ledger.is_waiting
    assert look(ledger, [file], 10) == [["a.pdf"]]


def test_two_numbers_in_one_folder_are_two_dossiers() -> None:
    ledger = StillnessLedger()
    other = "H01.31.12-261009-0004"
    files = [see(f"q/{NUMBER}/a.pdf"), see(f"q/{NUMBER}/{other}.pdf")]
    look(ledger, files, 0)
    assert look(ledger, files, 5) == [[f"{other}.pdf"], ["a.pdf"]]
