"""Registries that hang, drip, cut, lie or answer nonsense: each ends in its error, in time."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from contextlib import suppress

import pytest

from tiny_client.errors import (
    AnswerTooLarge,
    BadRegistryAnswer,
    ConfigurationError,
    FragmentNotFound,
    IntegrityError,
    RegistryTimeout,
    RegistryUnavailable,
)
from tiny_client.loader import Loader

CONFIG = "/tiny/latest/"
BUNDLE = "/tiny/bundle/"
UMD = "cart();" * 200


@pytest.fixture
def hasty(make_loader):
    """A loader whose flights end after 0.4 s."""
    return make_loader(load_timeout=0.4)


@pytest.mark.parametrize("only", [CONFIG, BUNDLE])
@pytest.mark.parametrize("where", ["before headers", "in headers", "in body"])
def test_hanging_answer_ends_at_the_deadline(registry, hasty, where, only, well_before):
    registry.deploy("Cart", "1.0.0", umd=UMD)
    registry.hang(where, only=only)
    with well_before(5), pytest.raises(RegistryTimeout, match="deadline") as caught:
        hasty.load("Cart", "1.0.0")
    assert isinstance(caught.value.__cause__, Exception)
    assert (caught.value.name, caught.value.contract_version) == ("Cart", "1.0.0")
    assert only in caught.value.url


@pytest.mark.parametrize("only", [CONFIG, BUNDLE])
@pytest.mark.parametrize("where", ["headers", "body"])
def test_dripping_answer_ends_at_the_deadline(registry, hasty, where, only, well_before):
    registry.deploy("Cart", "1.0.0", umd=UMD)
    registry.drip(where, interval=0.05, only=only)
    with well_before(5), pytest.raises(RegistryTimeout, match="deadline"):
        hasty.load("Cart", "1.0.0")


@pytest.mark.parametrize("where", ["before headers", "in headers", "in body"])
def test_silence_ends_at_the_read_timeout(registry, make_loader, where, well_before):
    registry.deploy("Cart", "1.0.0", umd=UMD)
    registry.hang(where)
    with well_before(10), pytest.raises(RegistryTimeout, match="read timeout"):
        make_loader(read_timeout=0.1).load("Cart", "1.0.0")


def test_endless_interim_answers_end_at_the_deadline(raw_server, make_loader, well_before):
    def answer(connection):
        connection.recv(65536)
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.01)

    loader = make_loader(raw_server(answer), load_timeout=0.4)
    with well_before(5), pytest.raises(RegistryTimeout):
        loader.load("Cart", "1.0.0")


def test_connection_that_is_never_accepted_ends_at_the_connect_timeout(make_loader, well_before):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))
        loader = make_loader(f"http://127.0.0.1:{port}", connect_timeout=0.2)
        with well_before(10), pytest.raises(RegistryTimeout, match="connect timeout"):
            loader.load("Cart", "1.0.0")
        for filler in fillers:
            filler.close()


def test_name_resolution_that_hangs_does_not_hold_the_caller(make_loader, monkeypatch, well_before):
    resume = threading.Event()
    real = socket.getaddrinfo

    def hanging(*args, **kwargs):
        resume.wait()
        return real(*args, **kwargs)

    loader = make_loader(load_timeout=0.2)
    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    with well_before(5), pytest.raises(RegistryTimeout):
        loader.load("Cart", "1.0.0")
    resume.set()


def test_unknown_host_is_unavailable(make_loader, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(RegistryUnavailable, match="resolved"):
        make_loader("http://registry.invalid").load("Cart", "1.0.0")


def test_second_address_of_a_host_is_tried(registry, make_loader, monkeypatch):
    registry.deploy("Cart", "1.0.0", umd="1")
    port = int(registry.url.rpartition(":")[2])
    dead = socket.create_server(("127.0.0.1", 0))
    dead_port = dead.getsockname()[1]
    dead.close()

    def two(*args, **kwargs):
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("127.0.0.1", dead_port)), (*kind, ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    assert make_loader("http://registry.invalid").load("Cart", "1.0.0").script.source == "1"


def test_refused_connection_is_unavailable(registry, loader):
    registry.down()
    with pytest.raises(RegistryUnavailable, match="refused") as caught:
        loader.load("Cart", "1.0.0")
    assert not isinstance(caught.value, RegistryTimeout)


@pytest.mark.parametrize("only", [CONFIG, BUNDLE])
@pytest.mark.parametrize("fault", ["cut", "reset"])
def test_broken_connection_is_unavailable(registry, loader, fault, only):
    registry.deploy("Cart", "1.0.0", umd=UMD)
    getattr(registry, fault)(only=only)
    with pytest.raises(RegistryUnavailable, match="broke"):
        loader.load("Cart", "1.0.0")


def test_answer_that_is_no_http_is_unavailable(raw_server, make_loader):
    url = raw_server(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n"))
    with pytest.raises(RegistryUnavailable):
        make_loader(url).load("Cart", "1.0.0")


def test_endless_headers_are_unavailable(raw_server, make_loader):
    def answer(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")

    with pytest.raises(RegistryUnavailable):
        make_loader(raw_server(answer)).load("Cart", "1.0.0")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 501, 520])
def test_failing_registry_is_unavailable(registry, loader, status):
    registry.fail_with(status, retry_after="7")
    with pytest.raises(RegistryUnavailable, match=str(status)) as caught:
        loader.load("Cart", "1.0.0")
    assert caught.value.retry_after == 7


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 418])
def test_other_statuses_break_the_contract(registry, loader, status):
    registry.fail_with(status)
    with pytest.raises(BadRegistryAnswer, match=str(status)):
        loader.load("Cart", "1.0.0")


def test_missing_fragment_is_not_found_with_the_registrys_reason(loader):
    with pytest.raises(FragmentNotFound, match="no such thing here") as caught:
        loader.load("Cart", "1.0.0")
    assert caught.value.url.endswith("/tiny/latest/Cart/1.0.0")


def test_missing_bundle_is_not_found(registry, loader):
    registry.deploy("Cart", "1.0.0", umd=UMD)
    registry.remove_bundle(registry.release("Cart", "1.0.0").config["umdBundle"])
    with pytest.raises(FragmentNotFound) as caught:
        loader.load("Cart", "1.0.0")
    assert BUNDLE in caught.value.url


@pytest.mark.parametrize("only", [CONFIG, BUNDLE])
def test_redirect_is_refused_and_its_target_named(registry, loader, only):
    registry.deploy("Cart", "1.0.0", umd=UMD)
    registry.redirect_to("http://169.254.169.254/latest", only=only)
    with pytest.raises(BadRegistryAnswer, match=r"http://169\.254\.169\.254/latest"):
        loader.load("Cart", "1.0.0")


@pytest.mark.parametrize("length", ["declared", "undeclared"])
@pytest.mark.parametrize("what", ["config", "bundle"])
def test_oversize_answer_is_refused(registry, make_loader, length, what):
    registry.deploy("Cart", "1.0.0", umd="x" * 3000, metadata={"filler": "y" * 3000})
    if length == "undeclared":
        registry.hide_length()
    loader = make_loader(**{f"max_{what}_bytes": 2000})
    with pytest.raises(AnswerTooLarge, match="2000"):
        loader.load("Cart", "1.0.0")


def test_answer_of_exactly_the_limit_is_read(registry, make_loader):
    registry.deploy("Cart", "1.0.0", umd="x" * 3000)
    registry.hide_length()
    assert len(make_loader(max_bundle_bytes=3000).load("Cart", "1.0.0").script.source) == 3000


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate"])
def test_encoded_answer_is_refused_so_no_bomb_unpacks(registry, loader, encoding):
    registry.deploy("Cart", "1.0.0", umd=gzip.compress(b"\0" * 10_000_000))
    registry.encode_as(encoding, only=BUNDLE)
    with pytest.raises(BadRegistryAnswer, match=encoding):
        loader.load("Cart", "1.0.0")
    assert {request.headers["accept-encoding"] for request in registry.requests} == {"identity"}


@pytest.mark.parametrize(
    "body", ["", "<!doctype html>", "[]", "null", '"x"', "{", '{"umdBundle": 1}', "{}", b"\xff{}"]
)
def test_config_that_is_none_is_a_bad_answer(registry, loader, body):
    registry.answer_config("Cart", "1.0.0", body)
    with pytest.raises(BadRegistryAnswer, match="its config"):
        loader.load("Cart", "1.0.0")


def test_bundle_with_other_bytes_is_an_integrity_error(registry, loader):
    registry.deploy("Cart", "1.0.0", umd=UMD)
    bundle = registry.release("Cart", "1.0.0").config["umdBundle"]
    registry.put_bundle(bundle, "evil()")
    with pytest.raises(IntegrityError, match=bundle):
        loader.load("Cart", "1.0.0")


def test_bundle_that_is_not_utf8_is_a_bad_answer(registry, loader):
    registry.deploy("Cart", "1.0.0", umd=b"\xff\xfe")
    with pytest.raises(BadRegistryAnswer, match="UTF-8"):
        loader.load("Cart", "1.0.0")


def test_neither_proxies_nor_netrc_of_the_environment_are_used(
    registry, loader, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "")
    registry.deploy("Cart", "1.0.0", umd="1")
    assert loader.load("Cart", "1.0.0").script.source == "1"
    assert all("authorization" not in request.headers for request in registry.requests)


@pytest.mark.parametrize("status", ["304 -", "204 -", "404 -\r\nContent-Length: 2"])
def test_connections_are_reused_after_answers_without_a_config(raw_server, make_loader, status):
    opened = []

    def answer(connection):
        opened.append(connection)
        while connection.recv(65536):
            body = b"{}" if "Length" in status else b""
            connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode() + body)

    loader = make_loader(raw_server(answer))
    for _ in range(5):
        with pytest.raises((FragmentNotFound, BadRegistryAnswer)):
            loader.load("Cart", "1.0.0")
    assert len(opened) == 1


def test_idle_connection_that_dies_under_a_request_costs_no_retry(raw_server, make_loader):
    """The server closes an idle connection just when the next request is on its way."""
    opened = []

    def answer(connection):
        opened.append(connection)
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 404 -\r\nContent-Length: 2\r\n\r\n{}")
        connection.recv(65536)

    loader = make_loader(raw_server(answer))
    for _ in range(3):
        with pytest.raises(FragmentNotFound):
            loader.load("Cart", "1.0.0")
    assert len(opened) == 3


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8100",
        "ftp://x",
        "http://",
        "http://u:p@x",
        "http://x?a=b",
        "http://x/#y",
        "http://x:99999",
        "http://x y",
        None,
        "http://[::1",
    ],
)
def test_impossible_registry_address_is_refused(url):
    with pytest.raises(ConfigurationError, match="registry's address"):
        Loader(url)
