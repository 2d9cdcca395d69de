"""The second copy: it follows, never takes damage, and asks about no more than it must."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

import operations.mirroring
from operations.mirroring import mirror_archive
from operations.retaining import set_dossier
from runtime.wiring import House
from storage.object_store import StoredObject
from tests.support.kept_documents import CLERK, NUMBER, keep_document


def test_the_second_copy_follows_and_never_takes_damage(mirrored: House) -> None:
    (record,) = keep_document(mirrored)
    first = mirror_archive(mirrored, CLERK)
    assert (first.copied, first.failures) == (first.objects, [])
    assert mirror_archive(mirrored, CLERK).copied == 0
    set_dossier(mirrored, NUMBER, CLERK, procedure="1.000110")
    set_dossier(mirrored, NUMBER, CLERK, procedure="2.000635")
    assert mirror_archive(mirrored, CLERK).copied == 3  # the dossier's record, and the entry of each act in the trail
    assert mirrored.mirror is not None
    assert mirrored.mirror[1].get(record.pdf.key) == mirrored.archive.documents.get(record.pdf.key)
    lock = mirrored.mirror[1].read_lock(record.pdf.key)
    assert lock is not None
    assert lock.retain_until is not None
    mirrored.mirror[1].put("of/another/time", b"stays", "text/plain", {})
    mirror_archive(mirrored, CLERK)
    assert mirrored.mirror[1].get("of/another/time") == b"stays"


def test_a_record_whose_copy_is_surely_younger_is_not_asked_for(mirrored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_document(mirrored)
    set_dossier(mirrored, NUMBER, CLERK, procedure="1.000110")
    mirror_archive(mirrored, CLERK)
    asked: list[str] = []
    for store in (mirrored.archive.originals, mirrored.archive.documents):
        plain = store.stat

        def count(key: str, plain: Callable[..., StoredObject | None] = plain, **options: str) -> StoredObject | None:
            asked.append(key)
            return plain(key, **options)

        monkeypatch.setattr(store, "stat", count)
    mirror_archive(mirrored, CLERK, trusts_clocks=True)
    assert any(key.endswith("/metadata.json") for key in asked), "copied a moment ago: not sure"
    monkeypatch.setattr(operations.mirroring, "_SURELY_LATER", timedelta(0))
    asked.clear()
    mirror_archive(mirrored, CLERK, trusts_clocks=True)
    assert asked == []
    set_dossier(mirrored, NUMBER, CLERK, procedure="2.000635")
    assert mirror_archive(mirrored, CLERK, trusts_clocks=True).copied == 2  # the dossier's record, and the entry in the trail
