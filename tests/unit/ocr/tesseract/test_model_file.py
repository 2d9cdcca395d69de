"""Tesseract's language data, read by us: whole, and damaged."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
from ocr.tesseract.model_file import DOUBLE_MODE, ENTRIES, INT_MODE, LSTM, LineModel, read_model
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


def write_text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode()


def write_layer(kind: str, inputs: int, outputs: int, body: bytes) -> bytes:
    return b"\0" + write_text(kind) + struct.pack("<bbiiii", 0, 0, 0, inputs, outputs, 0) + write_text("") + body


def write_weights(mode: int, rows: int, columns: int, body: bytes) -> bytes:
    return struct.pack("<BII", mode | DOUBLE_MODE, rows, columns) + body


DAMAGED = {
    "too deep": write_layer("Series", 1, 1, struct.pack("<I", 1)) * 5000,
    "unpack_from": write_layer("Series", 1, 1, struct.pack("<I", 2**32 - 1)),  # as many layers
    "at least": b"\0" + struct.pack("<I", 2**32 - 1) + b"Series",  # a name as long
    "4294967295 x 4294967295": write_layer("Softmax", 1, 1, write_weights(INT_MODE, 2**32 - 1, 2**32 - 1, bytes(99))),
    "0 x 4294967295": write_layer("Softmax", 1, 1, write_weights(INT_MODE, 2**32 - 1, 0, bytes(99))),
    "reshape": write_layer(  # more scales than rows
        "Softmax", 9999, 1, write_weights(INT_MODE, 1, 10_000, bytes(10_001) + struct.pack("<I", 3000) + bytes(8 * 3000))
    ),
    "no number": write_layer("Softmax", 1, 1, write_weights(0, 1, 2, bytes(8) + struct.pack("<dd", float("nan"), 0))),
}


@pytest.mark.parametrize(("told", "network"), DAMAGED.items(), ids=DAMAGED)
def test_a_network_that_no_training_makes_is_refused(told: str, network: bytes, tmp_path: Path) -> None:
    starts = [-1] * ENTRIES
    starts[LSTM] = 4 + 8 * ENTRIES
    path = tmp_path / "vie.traineddata"
    path.write_bytes(struct.pack("<i", ENTRIES) + struct.pack(f"<{ENTRIES}q", *starts) + network)
    with pytest.raises(ConfigurationError, match=f"no language data.*{told}"):
        read_model(path)


def test_more_outputs_than_weights_are_none(tmp_path: Path) -> None:
    data = bytearray(VIE.read_bytes())
    (start,) = struct.unpack_from("<q", data, 4 + 8 * LSTM)
    struct.pack_into("<i", data, data.find(struct.pack("<ii", 36, 269), start) + 4, 2**20)  # outputs of all layers together
    path = tmp_path / "vie.traineddata"
    path.write_bytes(data)
    assert len(read_model(path).letters) == 269


@pytest.mark.parametrize("blank", [-1, 269, 2**31 - 1])
def test_a_blank_that_is_no_output_is_told(blank: int, tmp_path: Path) -> None:
    data = bytearray(VIE.read_bytes())
    (end,) = struct.unpack_from("<q", data, 4 + 8 * (LSTM + 1))
    struct.pack_into("<i", data, end - 16, blank)  # before three rates of training
    path = tmp_path / "vie.traineddata"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="no letter"):
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
