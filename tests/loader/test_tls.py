"""The same promises over TLS, where a socket reads in records and a handshake comes first."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from tiny_client.errors import FragmentNotFound, RegistryTimeout, RegistryUnavailable
from tiny_client.loader import RetryPolicy


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_bundle(authority, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def tls_server(raw_server, authority):
    """Serve TLS with `answer(tls_connection)`, or raw with `before(connection)` first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def serve(answer):
        def wrapped(connection):
            with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as tls:
                answer(tls)

        return raw_server(wrapped).replace("http:", "https:")

    return serve


def test_tls_works_with_a_given_authority(tls_server, make_loader, ca_bundle):
    def answer(connection):
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 404 -\r\nContent-Length: 2\r\n\r\n{}")

    loader = make_loader(tls_server(answer), ca_bundle=ca_bundle)
    for _ in range(2):
        with pytest.raises(FragmentNotFound):
            loader.load("Cart", "1.0.0")


def test_tls_with_an_unknown_authority_is_refused_without_a_retry(tls_server, make_loader):
    opened = []
    loader = make_loader(
        tls_server(opened.append), retry_policy=RetryPolicy(max_retries=3, delay=0.01)
    )
    with pytest.raises(RegistryUnavailable, match="TLS"):
        loader.load("Cart", "1.0.0")
    assert opened == []


def test_dripping_over_tls_ends_at_the_deadline(tls_server, make_loader, well_before, ca_bundle):
    def answer(connection):
        connection.recv(65536)
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    loader = make_loader(tls_server(answer), ca_bundle=ca_bundle, load_timeout=0.4)
    with well_before(5), pytest.raises(RegistryTimeout, match="deadline"):
        loader.load("Cart", "1.0.0")


def test_tls_handshake_that_hangs_ends_at_the_deadline(raw_server, make_loader, well_before):
    url = raw_server(lambda connection: time.sleep(1.5)).replace("http:", "https:")
    with well_before(5), pytest.raises(RegistryTimeout):
        make_loader(url, load_timeout=0.3).load("Cart", "1.0.0")
