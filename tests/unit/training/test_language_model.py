"""How the model of office Vietnamese is built, and that the committed one is such a model."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from ocr.language.ngrams import DEFAULT_PATH, load_model
from training import language
from training.corpus import find_misread_pairs, is_held_out, mark_misread, read_lines, tokenize

NAMES = "nguyên4 trân1 lê pham5 huynh1 phan vu4 vo4 đăng5 bui1 đô4 hô1 ngô dương ly2 thi5 văn"
LINES = ["Các cơ quan, tổ chức, cá nhân có liên quan.", "Cơ quan nhà nước có thẩm quyền.", "Tổ chức cá nhân nộp 12 bản."]


def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str]) -> Path:
    text, out = tmp_path / "text.gz", tmp_path / "model.npz"
    text.write_bytes(gzip.compress("\n".join(lines).encode()))
    monkeypatch.setattr("sys.argv", ["language", "--in", str(text), "--out", str(out)])
    language.main()
    return out


def test_a_model_prefers_what_it_has_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{line} {ending}" for line in LINES for ending in ("một", "hai", "ba", "bốn", "năm", "sáu")]
    model = load_model(build(tmp_path, monkeypatch, lines))
    assert model.knows("chưc2")
    assert not model.knows("chưc5")
    assert model.score(",", "tô3", "chưc2") > model.score(",", "tô3", "quan")
    assert model.score("co2", "thâm3", "quyên1") > model.score_alone("quyên1")
    assert set(model.about["inputs"]) == {"text.gz"}
    assert str(tmp_path) not in model.about["command"]


def test_the_same_text_gives_the_same_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(tmp_path, monkeypatch, LINES * 4).read_bytes()
    assert build(tmp_path, monkeypatch, LINES * 4).read_bytes() == first


def test_probabilities_of_what_can_follow_sum_to_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model(build(tmp_path, monkeypatch, [f"{line} {n}" for n in ("một", "hai", "ba") for line in LINES * 3]))
    for before, last in ((".", "cơ"), ("tô3", "chưc2"), ("la", "la")):
        total = sum(math.exp(model.score(before, last, word)) for word in model.ids)
        assert total == pytest.approx(1.0, abs=0.08)  # scores are kept in steps of 8 %


def test_figures_and_held_out_lines_are_left_out(tmp_path: Path) -> None:
    text = tmp_path / "text.gz"
    text.write_bytes(gzip.compress("0300500000\nĐiều 5. Hiệu lực\n\n".encode()))
    assert list(read_lines(text)) == ["Điều 5. Hiệu lực"]
    assert 10 < sum(is_held_out(f"dòng {number}") for number in range(1000)) < 30


def test_tokens_are_keys_numbers_and_breaks() -> None:
    assert tokenize("Điều 5. Tổ chức, cá nhân (nếu có)") == [
        ".", "điêu1", "<n>", ".", "tô3", "chưc2", ",", "ca2", "nhân", ".", "nêu2", "co2", "."
    ]  # fmt: skip


def test_a_rare_twin_of_a_frequent_pair_is_a_misreading_and_spoils_its_passage() -> None:
    lines = [tokenize("cơ quan tổ chức")] * 400 + [tokenize("cơ quan tô chức")] * 3 + [tokenize("bà con nông dân")] * 50
    assert find_misread_pairs(lines) == {("quan", "tô"), ("tô", "chưc2")}
    marked = mark_misread(lines)
    assert marked[400:403].all()
    assert marked[390:413].all()
    assert not marked[:370].any()
    assert not marked[430:].any()


def test_the_committed_model_is_compact_and_says_where_it_comes_from() -> None:
    model = load_model()
    assert DEFAULT_PATH.stat().st_size < 6_000_000
    assert all(len(digest) == 64 for digest in model.about["inputs"].values())
    assert model.about["command"].startswith("python -m training.language ")
    assert "/" not in model.about["command"].replace("ocr/language/", "")
    assert [name for name in NAMES.split() if not model.knows(name)] == []
    assert np.all(np.diff(model.bigram_keys.astype(np.int64)) > 0)
