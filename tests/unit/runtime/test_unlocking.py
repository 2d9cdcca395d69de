"""Where secrets come from: files, descriptors, the kernel's keyring; each named exactly once and shown nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dossiers.errors import ConfigurationError
from runtime import unlocking
from runtime.settings import load_settings
from runtime.unlocking import find_secret_source, read_kernel_key
from runtime.wiring import House
from tests.support.sohoa_command import REPOSITORY

SPOKEN = "mật-khẩu 42"


@pytest.fixture(autouse=True)
def fresh_process() -> None:
    """What was read of a descriptor is kept for the process; here, for a test."""
    unlocking._read_descriptor.cache_clear()


def _descriptor_with(text: str) -> int:
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    return reading


def _configure(monkeypatch: pytest.MonkeyPatch, **settings: object) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"SOHOA_SIGNING__{name.upper()}", str(value))


def test_a_descriptor_serves_the_whole_process(monkeypatch: pytest.MonkeyPatch) -> None:
    _configure(monkeypatch, identity="pkcs12", pkcs12_file="/x.p12", passphrase_fd=_descriptor_with(f"{SPOKEN}\n"))
    for _ in range(2):
        assert find_secret_source(load_settings().signing)() == SPOKEN.encode()
    assert SPOKEN not in repr(load_settings())


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_descriptor_that_gives_nothing_is_named(monkeypatch: pytest.MonkeyPatch, is_closed: bool) -> None:
    descriptor = _descriptor_with("")
    if is_closed:
        os.close(descriptor)
    _configure(monkeypatch, identity="pkcs12", pkcs12_file="/x.p12", passphrase_fd=descriptor)
    with pytest.raises(ConfigurationError, match=f"file descriptor {descriptor}"):
        find_secret_source(load_settings().signing)()


def test_the_kernels_keyring_keeps_a_secret() -> None:
    name = f"sohoa:test-{os.getpid()}"
    added = subprocess.run(["keyctl", "padd", "user", name, "@u"], input=SPOKEN, capture_output=True, text=True, check=False)
    if added.returncode != 0:  # some containers forbid keyrings altogether
        with pytest.raises(ConfigurationError, match=r"kernel's keyring: .+"):
            read_kernel_key(name)
        return
    try:
        assert read_kernel_key(name) == SPOKEN.encode()
    finally:
        subprocess.run(["keyctl", "unlink", added.stdout.strip(), "@u"], check=True, capture_output=True)
    with pytest.raises(ConfigurationError, match=name):
        read_kernel_key(name)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"identity": "pkcs12", "pkcs12_file": "/x"}, "name one of passphrase_file, passphrase_fd, passphrase_key to"),
        ({"identity": "pkcs12", "pkcs12_file": "/x", "passphrase_file": "/y", "passphrase_key": "z"}, "name one of"),
        ({"identity": "pkcs12", "pkcs12_file": "/x", "has_keypad": "true"}, "name one of"),
        ({"identity": "pkcs11", "module": "/x.so", "token_label": "t"}, "key_label or key_id"),
        ({"identity": "pkcs11", "module": "/x.so", "token_label": "t", "key_label": "k"}, "or has_keypad"),
        ({"identity": "pkcs11", "module": "/x.so", "token_label": "t", "key_id": "0g", "has_keypad": "1"}, "key_id"),
    ],
)
def test_a_key_is_told_completely(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], words: str) -> None:
    _configure(monkeypatch, **settings)
    with pytest.raises(ConfigurationError, match=words):
        load_settings()


def test_a_token_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(SPOKEN, encoding="utf-8")
    key = {"module": tmp_path / "none.so", "token_label": "t", "key_label": "k", "passphrase_file": tmp_path / "pin"}
    _configure(monkeypatch, identity="pkcs11", **key)
    with pytest.raises(ConfigurationError, match=r"none\.so") as caught:
        _ = House(load_settings()).identity
    assert SPOKEN not in repr(caught.value)


def test_a_process_that_opened_a_key_leaves_no_core_dump(tmp_path: Path) -> None:
    program = (
        "import pathlib, resource\n"
        "from runtime.settings import Settings\n"
        "from runtime.wiring import House\n"
        f"with House(Settings(home={str(tmp_path / 'home')!r})) as house:\n"
        "    house.identity\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE), pathlib.Path('/proc/self/coredump_filter').read_text())\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["(0,", "0)", "00000000"]
