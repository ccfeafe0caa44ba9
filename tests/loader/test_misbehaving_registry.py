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
    LoadError,
    RegistryTimeout,
    RegistryUnavailable,
)
from tiny_client.loader import Loader, refreshing

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


def send_for_ever(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65536)


def say_nothing(connection):
    connection.recv(65536)
    connection.recv(65536)


FAULTS = {
    "hangs before headers": lambda registry: registry.hang("before headers"),
    "hangs in headers": lambda registry: registry.hang("in headers"),
    "hangs after headers": lambda registry: registry.hang("in body"),
    "drips headers": lambda registry: registry.drip("headers"),
    "drips its body": lambda registry: registry.drip("body"),
    "answers 500": lambda registry: registry.fail_with(500),
    "asks for patience": lambda registry: registry.fail_with(503, retry_after="3600"),
    "dies mid-body": lambda registry: registry.cut(),
    "dies before headers": lambda registry: registry.reset(),
    "redirects": lambda registry: registry.redirect_to("http://169.254.169.254/"),
    "redirects to itself": lambda registry: registry.redirect_to("/tiny/latest/Cart/1.0.0"),
    "sends a gzip bomb": lambda registry: registry.encode_as("gzip"),
    "is down": lambda registry: registry.down(),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_caller_never_waits_beyond_its_own_timeout(registry, make_loader, fault, well_before):
    loader = make_loader(read_timeout=60.0, load_timeout=60.0)
    registry.deploy("Cart", "1.0.0", umd=UMD)
    FAULTS[fault](registry)
    with well_before(10), pytest.raises(LoadError):
        loader.load("Cart", "1.0.0", timeout=0.3)


@pytest.mark.parametrize("answer", [send_for_ever, say_nothing])
def test_caller_never_waits_beyond_its_own_timeout_for_raw_nonsense(
    raw_server, make_loader, answer, well_before
):
    loader = make_loader(raw_server(answer), read_timeout=60.0, load_timeout=60.0)
    with well_before(10), pytest.raises(LoadError):
        loader.load("Cart", "1.0.0", timeout=0.3)


@pytest.mark.parametrize("fault", FAULTS)
def test_last_good_release_outlives_every_fault(registry, make_loader, fault, well_before):
    loader = make_loader(read_timeout=60.0, load_timeout=60.0)
    registry.deploy("Cart", "1.0.0", umd=UMD)
    loader.load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd="another();")
    FAULTS[fault](registry)
    with well_before(10):
        kept = loader.load("Cart", "1.0.0", cache_ttl=0, timeout=0.3)
    assert (kept.script.source, kept.stale) == (UMD, True)


def test_ten_megabytes_are_not_read(registry, make_loader):
    """The declared length is enough to refuse it; of an undeclared one, the limit is read."""
    registry.deploy("Cart", "1.0.0", umd=b"x" * 10_000_000)
    with pytest.raises(AnswerTooLarge, match="5242880"):
        make_loader().load("Cart", "1.0.0")
    registry.hide_length()
    with pytest.raises(AnswerTooLarge, match="5242880"):
        make_loader().load("Cart", "1.0.0")


def test_fragment_that_is_not_there_is_not_asked_for_again_and_again(registry, make_loader, clock):
    loader = make_loader(negative_ttl=1.0)
    for _ in range(20):
        with pytest.raises(FragmentNotFound):
            loader.load("Cart", "1.0.0")
    assert len(registry.requests) == 1
    registry.deploy("Cart", "1.0.0", umd=UMD)
    clock.forward(1.1)
    assert loader.load("Cart", "1.0.0").script.source == UMD


@pytest.mark.parametrize("broken", ["config", "bundle"])
def test_broken_answer_is_not_asked_for_again_and_again(registry, make_loader, broken):
    loader = make_loader(negative_ttl=1.0)
    registry.deploy("Cart", "1.0.0", umd=UMD)
    if broken == "config":
        registry.answer_config("Cart", "1.0.0", "{")
    else:
        registry.put_bundle(registry.release("Cart", "1.0.0").config["umdBundle"], "evil()")
    for _ in range(5):
        with pytest.raises((BadRegistryAnswer, IntegrityError)):
            loader.load("Cart", "1.0.0")
    assert len(registry.requests) == (1 if broken == "config" else 2)


def test_who_wants_the_registrys_own_word_gets_it_past_what_was_refused(registry, make_loader):
    loader = make_loader(negative_ttl=60.0)
    with pytest.raises(FragmentNotFound):
        loader.load("Cart", "1.0.0")
    registry.deploy("Cart", "1.0.0", umd=UMD)
    assert loader.load("Cart", "1.0.0", cache_ttl=0).script.source == UMD


def test_registry_that_is_down_is_asked_again_as_soon_as_it_is_up(registry, make_loader):
    loader = make_loader(negative_ttl=60.0)
    registry.deploy("Cart", "1.0.0", umd=UMD)
    registry.down()
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    registry.up()
    assert loader.load("Cart", "1.0.0").script.source == UMD


def test_what_was_refused_is_remembered_for_a_bounded_number_of_names(make_loader, monkeypatch):
    monkeypatch.setattr(refreshing, "_MAX_REMEMBERED", 4)
    loader = make_loader(negative_ttl=60.0)
    for number in range(10):
        with pytest.raises(FragmentNotFound):
            loader.load(f"F{number}", "1.0.0")
    assert len(loader._refresher._refused) == 4


def test_error_that_many_get_does_not_grow(registry, make_loader):
    loader = make_loader(negative_ttl=60.0)
    depths = set()
    for _ in range(5):
        with pytest.raises(FragmentNotFound) as caught:
            loader.load("Cart", "1.0.0")
        depths.add(len(caught.traceback))
    assert len(depths) == 1
