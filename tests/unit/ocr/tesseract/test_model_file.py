"""Tesseract's language data, read by us: whole, and damaged."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
from ocr.tesseract.model_file import LineModel, read_model
from ocr.tesseract.reader import MODEL_FOLDERS

VIE = next(path for folder in MODEL_FOLDERS if (path := Path(folder, "vie.traineddata")).is_file())


@pytest.fixture(scope="module")
def model() -> LineModel:
    return read_model(VIE)


def test_the_model_spells_vietnamese(model: LineModel) -> None:
    letters = set(model.letters)
    assert set("ĂÂĐÊÔƠƯăâđêôơưẫễỗỡữ0123456789 .,;:-/()%@") <= letters
    assert model.letters[model.blank] == ""
    assert len(letters) == len(model.letters)  # no letter twice


def test_its_layers_fit_one_behind_the_other(model: LineModel) -> None:
    layers = list(model.network.walk())
    assert [layer.kind for layer in layers][:4] == ["Input", "Convolve", "Tanh", "Maxpool"]
    assert all(before.outputs == behind.inputs for before, behind in pairwise(layers[1:]))
    assert layers[-1].outputs == len(model.letters)


def test_the_version_is_the_files_own(model: LineModel) -> None:
    assert "vie" in model.version
    assert "[" not in model.version


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.2, 0.5, 0.8, 0.96, 0.98])
def test_a_file_cut_off_is_no_language_data(share: float, tmp_path: Path) -> None:
    data = VIE.read_bytes()
    path = tmp_path / "vie.traineddata"
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(ConfigurationError, match="no language data"):
        read_model(path)


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n" * 40, b"\xff" * 4000, struct.pack("<i", 24) + struct.pack("<24q", *[2**62] * 24)]
)
def test_what_is_no_language_data_is_told(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vie.traineddata"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="no language data"):
        read_model(path)


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "vie.traineddata"
    with path.open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(ConfigurationError, match="too large"):
        read_model(path)


def test_a_model_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match=r"osd.* is no language data"):
        read_model(VIE.with_name("osd.traineddata"))  # finds out a page's script, and has no LSTM model
