"""The S3 store when the server, the network or the key fails. The server is real; so are the failures."""

from __future__ import annotations

import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from secrets import token_hex

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dossiers.errors import (
    ConfigurationError,
    IntegrityError,
    SohoaError,
    StorageDeniedError,
    StorageFullError,
    StorageUnavailableError,
)
from storage.object_store import StoreProperties
from storage.s3_connection import S3Connection
from storage.s3_store import S3Store
from tests.integration.storage.conftest import connect, new_bucket_name
from tests.support.minio_server import S3TestServer, free_port, own_minio
from tests.support.small_disk import kinds_of_full_disk, wrapper_for

OPERATIONS: list[Callable[[S3Store], object]] = [
    lambda store: store.ensure_bucket(),
    lambda store: store.check(),
    lambda store: store.put("a", b"1", "text/plain", {}),
    lambda store: store.get("a"),
    lambda store: store.digest("a"),
    lambda store: store.stat("a"),
    lambda store: store.versions("a"),
    lambda store: list(store.list("a")),
    lambda store: store.delete("a"),
    lambda store: store.extend_retention("a", datetime.now(UTC)),
]


def errors_of_all(connection: S3Connection, bucket: str) -> list[SohoaError]:
    """Run every operation and return its error; each must have one."""
    store = S3Store(connection, bucket)
    errors = []
    for operation in OPERATIONS:
        with pytest.raises(SohoaError) as caught:
            operation(store)
        errors.append(caught.value)
    store.close()
    return errors


@contextmanager
def silent_server() -> Iterator[str]:
    """Listen, and never answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def relay(server: S3TestServer, change: Callable[[bytes], bytes]) -> Iterator[str]:
    """Pass everything on to the server, and its answers back through ``change``."""
    host, _, port = server.endpoint.removeprefix("http://").partition(":")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        sockets: list[socket.socket] = []
        threads: list[threading.Thread] = []

        def pump(source: socket.socket, target: socket.socket, pass_on: Callable[[bytes], bytes]) -> None:
            try:
                while data := source.recv(65536):
                    target.sendall(pass_on(data))
            except OSError:
                pass
            finally:
                for end in (source, target):
                    with suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    break
                upstream = socket.create_connection((host, int(port)))
                sockets.extend((client, upstream))
                for ends in ((client, upstream, bytes), (upstream, client, change)):
                    threads.append(threading.Thread(target=pump, args=ends))
                    threads[-1].start()
            for end in sockets:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
            for end in sockets:
                end.close()

        acceptor = threading.Thread(target=serve)
        acceptor.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join()


def test_a_bucket_is_made_with_lock_and_versions_and_only_once(s3_server: S3TestServer) -> None:
    store = S3Store(connect(s3_server), new_bucket_name())
    assert store.ensure_bucket() == store.ensure_bucket() == StoreProperties(versioning=True, object_lock=True)
    store.close()


def test_a_bucket_that_does_not_exist_is_a_matter_of_configuration(s3_server: S3TestServer) -> None:
    store = S3Store(connect(s3_server), new_bucket_name())
    for operation in OPERATIONS[1:]:
        with pytest.raises(ConfigurationError, match="does not exist"):
            operation(store)
    store.close()


def test_a_bucket_name_that_none_can_have_is_refused(s3_server: S3TestServer) -> None:
    store = S3Store(connect(s3_server), "Not_A_Bucket!")
    with pytest.raises(StorageDeniedError):
        store.ensure_bucket()
    store.close()


@pytest.mark.parametrize("region", [None, "us-east-1"])
def test_a_wrong_secret_is_denied(s3_server: S3TestServer, s3_store: S3Store, region: str | None) -> None:
    wrong = replace(connect(s3_server), secret_key=token_hex(20), region=region)
    for error in errors_of_all(wrong, "sohoa-test-any"):
        assert type(error) is StorageDeniedError
        assert not error.retryable


def test_an_unknown_key_is_denied(s3_server: S3TestServer) -> None:
    for error in errors_of_all(replace(connect(s3_server), access_key="unknown"), "sohoa-test-any"):
        assert type(error) is StorageDeniedError


def test_no_secret_is_shown(s3_server: S3TestServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = token_hex(20)
    connection = replace(connect(s3_server), secret_key=secret)
    shown = repr(connection) + repr(S3Store(connection, "sohoa-test-any"))
    for error in errors_of_all(connection, "sohoa-test-any"):
        seen: BaseException | None = error
        while seen is not None:
            shown += repr(seen) + str(seen)
            seen = seen.__cause__
    assert secret not in shown + caplog.text
    assert s3_server.access_key not in shown + caplog.text


def test_a_server_that_is_down_is_unavailable_at_once() -> None:
    connection = S3Connection(f"127.0.0.1:{free_port()}", "key", "secret-secret", secure=False, retries=2)
    began = time.monotonic()
    for error in errors_of_all(connection, "sohoa-test-any"):
        assert type(error) is StorageUnavailableError
        assert error.retryable
    assert time.monotonic() - began < 20


def test_a_server_that_never_answers_is_given_up() -> None:
    with silent_server() as endpoint:
        connection = S3Connection(
            endpoint, "key", "secret-secret", secure=False, connect_timeout_s=0.2, read_timeout_s=0.2, retries=1
        )
        began = time.monotonic()
        for error in errors_of_all(connection, "sohoa-test-any"):
            assert type(error) is StorageUnavailableError
        assert time.monotonic() - began < 20


def test_a_name_that_does_not_resolve_is_unavailable() -> None:
    connection = S3Connection("sohoa-store.invalid:9000", "key", "secret-secret", secure=False, retries=0)
    with pytest.raises(StorageUnavailableError):
        S3Store(connection, "sohoa-test-any").check()


def test_something_that_is_no_s3_server_is_unavailable(s3_server: S3TestServer) -> None:
    page = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhtml"
    with relay(s3_server, lambda _: page) as endpoint:
        store = S3Store(replace(connect(s3_server), endpoint=endpoint), "sohoa-test-any")
        for operation in OPERATIONS[:6]:
            with pytest.raises(StorageUnavailableError):
                operation(store)
        store.close()


def test_bytes_damaged_on_the_way_back_are_noticed(s3_server: S3TestServer, s3_store: S3Store, tmp_path: Path) -> None:
    bucket = re.findall(r"'([^']*)'", repr(s3_store))[1]
    s3_store.put("sound", b"HAYSTACK-NEEDLE-HAYSTACK", "text/plain", {})
    with relay(s3_server, lambda data: data.replace(b"NEEDLE", b"NOODLE")) as endpoint:
        store = S3Store(replace(connect(s3_server), endpoint=endpoint), bucket)
        with pytest.raises(IntegrityError):
            store.put("damaged", b"HAYSTACK-NEEDLE-HAYSTACK", "text/plain", {})
        with pytest.raises(IntegrityError):
            store.get("sound")
        with pytest.raises(IntegrityError):
            store.download("sound", tmp_path / "copy")
        store.close()
    assert list(tmp_path.iterdir()) == []
    assert s3_store.stat("damaged") is None
    assert s3_store.get("sound") == b"HAYSTACK-NEEDLE-HAYSTACK"


def test_an_answer_cut_short_is_no_object(s3_server: S3TestServer, s3_store: S3Store, tmp_path: Path) -> None:
    bucket = re.findall(r"'([^']*)'", repr(s3_store))[1]
    s3_store.put("sound", b"HAYSTACK-NEEDLE-HAYSTACK", "text/plain", {})
    with relay(s3_server, lambda data: data.partition(b"NEEDLE")[0]) as endpoint:
        store = S3Store(replace(connect(s3_server), endpoint=endpoint, read_timeout_s=0.5), bucket)
        with pytest.raises(StorageUnavailableError):
            store.get("sound")
        with pytest.raises(StorageUnavailableError):
            store.download("sound", tmp_path / "copy")
        store.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", kinds_of_full_disk())
def test_a_full_server_says_so_and_keeps_no_half_object(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data").mkdir()
    with own_minio(tmp_path, wrapper_for(kind, tmp_path / "data")) as server:
        store = S3Store(connect(server), "sohoa-test-full")
        store.ensure_bucket()
        store.put("before", os.urandom(1_000_000), "text/plain", {})
        large = tmp_path / "large"
        large.write_bytes(os.urandom(60_000_000))
        with pytest.raises(StorageFullError) as caught:
            store.put("large", large, "text/plain", {}, datetime.now(UTC) + timedelta(hours=1))
        assert caught.value.retryable
        assert store.stat("large") is None
        assert [found.key for found in store.list()] == ["before"]
        assert len(store.get("before")) == 1_000_000
        store.close()


def test_a_server_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    with own_minio(tmp_path) as server:
        store = S3Store(connect(server), "sohoa-test-gone")
        store.ensure_bucket()
        store.put("a", b"1", "text/plain", {})
    with pytest.raises(StorageUnavailableError):
        store.get("a")
    store.close()


@pytest.mark.parametrize(
    "endpoint", ["", "http://", "ftp://host", "http://host/path", "http://user:secret@host", "host name", "host:port"]
)
def test_an_endpoint_that_is_none_is_a_matter_of_configuration(endpoint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        S3Store(S3Connection(endpoint, "key", "secret-secret"), "sohoa-test-any")
    assert "secret" not in str(caught.value)


def test_a_ca_file_that_is_absent_is_a_matter_of_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        S3Store(S3Connection("host", "key", "secret-secret", ca_file=tmp_path / "absent.pem"), "sohoa-test-any")


def write_certificate(folder: Path) -> Path:
    """Write a certificate for 127.0.0.1, signed by itself, where MinIO looks for it; return its path."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sohoa test store")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certs = folder / ".minio" / "certs"
    certs.mkdir(parents=True)
    (certs / "public.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (certs / "private.key").write_bytes(private)
    return certs / "public.crt"


def test_tls_with_a_ca_file_of_our_own_and_none_without(tmp_path: Path) -> None:
    ca_file = write_certificate(tmp_path)
    with own_minio(tmp_path, ca_file=ca_file) as server:
        trusted = replace(connect(server), endpoint=f"https://{server.endpoint}", ca_file=ca_file)
        store = S3Store(trusted, "sohoa-test-tls")
        store.ensure_bucket()
        store.put("a", b"over TLS", "text/plain", {"name": "Hồ sơ"}, datetime.now(UTC) + timedelta(hours=1))
        assert store.get("a") == b"over TLS"
        with pytest.raises(StorageDeniedError):
            store.delete("a")
        store.close()
        for distrusted in (replace(trusted, ca_file=None), replace(trusted, endpoint=server.endpoint)):
            with pytest.raises(SohoaError):
                S3Store(replace(distrusted, secure=False), "sohoa-test-tls").get("a")
