"""How a page is sent: conditional, without a body, compressed, announced by early hints."""

from __future__ import annotations

import re
import threading
import zlib
from dataclasses import replace

import brotli
import pytest
import zstandard

from tests.client.conftest import GREETING, PLAIN
from tests.client.serving import LONG, put_gates, served
from tiny_client.compression import CompressionSettings, choose_encoding, encoder
from tiny_client.errors import ConfigurationError, SlotQueueFull

PAGE = (
    "<!doctype html><head>{{ fragment_head() }}</head><body>"
    '<script nonce="{{ csp_nonce() }}">1</script>'
    '{{ fragment("A", "1.0.0", name="x" * 2000, fallback="soon") }}</body></html>'
)
PURE = {**PLAIN, "pure": True}

DECODERS = {
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress,
    "gzip": lambda: zlib.decompressobj(31).decompress,
}


@pytest.fixture
def app(make_app, registry):
    registry.deploy("A", "1.0.0", umd=GREETING, css="p{}", metadata=PURE)
    return make_app({"home": PAGE}, **LONG)


@pytest.fixture
def warm(app):
    """A client of an app whose page is at hand."""
    client = app.test_client()
    assert "Hello x" in client.get("/home").text
    return client


def test_page_that_is_at_hand_is_sent_whole_with_its_length_and_a_weak_etag(warm):
    answer = warm.get("/home")
    assert answer.headers["Content-Length"] == str(len(answer.data))
    assert answer.headers["ETag"].startswith('W/"')
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.headers["Server-Timing"].startswith('A;desc="cached"')


def test_etag_is_of_what_the_page_shows_and_not_of_its_nonce(warm, registry):
    first, second = warm.get("/home"), warm.get("/home")
    assert first.text != second.text
    assert first.headers["ETag"] == second.headers["ETag"]
    registry.deploy("A", "1.0.0", umd="module.exports = () => 'new'", metadata=PURE)
    warm.application.extensions["tiny_mosaic"].composition.client.load("A", "1.0.0", cache_ttl=0)
    assert "new" in warm.get("/home").text
    third = warm.get("/home")
    assert "new" in third.text
    assert third.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_page_that_the_browser_has_is_a_304_that_leaves_its_policy_alone(warm, method):
    etag = warm.get("/home").headers["ETag"]
    answer = warm.open("/home", method=method, headers={"If-None-Match": f'"other", {etag}'})
    assert answer.status_code == 304
    assert answer.data == b""
    assert answer.headers["ETag"] == etag
    assert "Content-Length" not in answer.headers
    assert [name for name, _ in answer.headers if name.lower().startswith("content-")] == []
    assert "Cache-Control" in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_page_whose_slots_are_awaited_has_no_etag(app):
    answer = app.test_client().get("/home", headers={"If-None-Match": "*"})
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    assert "Content-Length" not in answer.headers


def test_view_may_change_status_and_headers_and_an_error_page_is_never_a_304(app):
    @app.after_request
    def change(response):
        response.status_code = 404
        response.headers["X-Shop"] = "1"
        return response

    client = app.test_client()
    assert "Hello" in client.get("/home").text
    answer = client.get("/home", headers={"If-None-Match": "*"})
    assert answer.status_code == 404
    assert answer.headers["X-Shop"] == "1"
    assert "Hello" in answer.text
    assert "ETag" not in answer.headers


def test_response_whose_data_is_changed_is_sent_as_it_was_changed(app):
    @app.after_request
    def shrink(response):
        response.set_data(response.get_data().replace(b"Hello", b"Hi"))
        return response

    answer = app.test_client().get("/home")
    assert "Hi x" in answer.text
    assert answer.headers["Content-Length"] == str(len(answer.data))


def test_head_has_the_headers_of_get(warm):
    get, head = warm.get("/home"), warm.head("/home")
    assert head.data == b""
    changing = {"Content-Security-Policy", "Server-Timing", "X-Request-Id"}
    assert {key: value for key, value in head.headers if key not in changing} == {
        key: value for key, value in get.headers if key not in changing
    }
    assert "Content-Security-Policy" in head.headers


def test_head_of_a_page_that_is_not_at_hand_starts_no_work(app, registry):
    before = threading.active_count()
    answer = app.test_client().head("/home")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "ETag" not in answer.headers
    assert registry.requests == []
    assert threading.active_count() == before


@pytest.mark.parametrize("encoding", DECODERS)
def test_whole_page_is_compressed_as_the_browser_asks(warm, encoding):
    plain = warm.get("/home")
    small = warm.get("/home", headers={"Accept-Encoding": encoding})
    assert small.headers["Content-Encoding"] == encoding
    assert small.headers["Content-Length"] == str(len(small.data))
    assert len(small.data) < len(plain.data) / 2
    text = DECODERS[encoding]()(small.data).decode()
    nonce = re.compile('nonce="[^"]+"')
    assert nonce.sub("", text) == nonce.sub("", plain.text)
    assert small.headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize("encoding", DECODERS)
def test_streamed_page_can_be_decompressed_chunk_by_chunk(app, encoding):
    gates = put_gates(app)
    gates.shut("A")
    decompress = DECODERS[encoding]()
    with served(app) as visitor, visitor.get("/home", Accept_Encoding=encoding) as answer:
        assert answer.headers["Content-Encoding"] == encoding
        text = b""
        while not text.endswith(b"<!---->"):
            chunk = answer.chunk()
            assert chunk, "the page ended before its slot"
            text += decompress(chunk)
        gates.open()
        while chunk := answer.chunk():
            text += decompress(chunk)
    assert text.endswith(b"</body></html>")
    assert b"Hello x" in text


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        ({"TINY_COMPRESSION": False}, None),
        ({"TINY_COMPRESSION_MIN_BYTES": 100_000}, None),
        ({}, ("Cache-Control", "no-transform")),
        ({}, ("Content-Encoding", "custom")),
    ],
)
def test_page_is_not_compressed_where_the_host_says_so(make_app, registry, settings, header):
    registry.deploy("A", "1.0.0", umd=GREETING, metadata=PURE)
    app = make_app({"home": PAGE}, **settings)

    @app.after_request
    def change(response):
        if header is not None:
            response.headers[header[0]] = header[1]
        return response

    client = app.test_client()
    assert "Hello x" in client.get("/home").text
    answer = client.get("/home", headers={"Accept-Encoding": "gzip"})
    assert "Hello x" in answer.text
    assert ("Vary" in answer.headers) is settings.get("TINY_COMPRESSION", True)


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("zstd;q=0, br ; q=0.1", "br"),
        ("X-GZIP", "gzip"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("zstd;q=0, *;q=0.5", "br"),
        ("identity", None),
        ("gzip;q=0.3, identity;q=0.5", None),
        ("gzip;q=much", None),
        ("deflate", None),
        ("", None),
        (",;q", None),
    ],
)
def test_encoding_is_the_one_that_the_browser_likes_best(accept, encoding):
    assert choose_encoding(accept) == encoding


@pytest.mark.parametrize("name", DECODERS)
def test_every_encoder_ends_what_it_began(name):
    made = encoder(name, CompressionSettings())
    sent = made.chunk(b"one ") + made.chunk(b"") + made.finish(b"two")
    assert DECODERS[name]()(sent) == b"one two"


@pytest.mark.parametrize("setting", ["brotli_quality", "zstd_level", "gzip_level"])
def test_level_that_its_algorithm_does_not_have_is_refused(setting):
    with pytest.raises(ConfigurationError, match=f"TINY_{setting.upper()} is 30"):
        CompressionSettings(**{setting: 30})


def hints_of(client, **headers: str) -> list[tuple[str, str]]:
    sent: list[tuple[str, str]] = []
    overrides = {"wsgi.early_hints": sent.extend}
    assert client.get("/home", headers=headers, environ_overrides=overrides).status_code == 200
    return sent


def test_browser_that_opens_a_page_is_told_early_what_it_needs(warm):
    text = warm.get("/home").text
    hints = hints_of(warm, Sec_Fetch_Mode="navigate")
    assert {name for name, _ in hints} == {"Link"}
    for _, link in hints:
        url, _, rest = link.removeprefix("<").partition(">; rel=preload; as=")
        assert url in text
        kind, mode, integrity = rest.split("; ")
        assert kind in ("style", "script")
        assert mode == "crossorigin=anonymous"
        assert integrity.removeprefix('integrity="').removesuffix('"') in text
    assert [link for _, link in hints if "as=style" in link] == [hints[0][1]]
    assert len(hints) == 3


def test_nobody_else_and_nothing_unknown_is_hinted(make_app, warm):
    assert hints_of(warm) == []
    assert hints_of(warm, Sec_Fetch_Mode="cors") == []
    app = make_app({"home": "<p>About</p>"})
    assert hints_of(app.test_client(), Sec_Fetch_Mode="navigate") == []


def test_hint_that_cannot_be_sent_does_not_cost_the_page(warm):
    def fail(_headers):
        raise OSError("gone")

    overrides = {"wsgi.early_hints": fail}
    headers = {"Sec-Fetch-Mode": "navigate"}
    answer = warm.get("/home", headers=headers, environ_overrides=overrides)
    assert "Hello x" in answer.text


def with_parts(app, **parts):
    state = app.extensions["tiny_mosaic"]
    composition = replace(state.composition, **parts)
    app.extensions["tiny_mosaic"] = replace(state, composition=composition)


class _FullPool:
    def submit(self, key, work, *, until, drop):
        raise SlotQueueFull("full")


class _NoThread(_FullPool):
    def submit(self, key, work, *, until, drop):
        raise RuntimeError("can't start new thread")


@pytest.mark.parametrize("pool", [_FullPool(), _NoThread()])
def test_slot_for_which_there_is_no_thread_shows_its_fallback_at_once(app, pool):
    original = app.extensions["tiny_mosaic"].composition.pool
    with_parts(app, pool=pool)
    try:
        answer = app.test_client().get("/home")
        assert 'status="fallback">soon<' in answer.text
        assert 'desc="fallback"' in answer.headers["Server-Timing"]
    finally:
        with_parts(app, pool=original)


class _Call:
    def __init__(self) -> None:
        self.heard: list[object] = []
        self.over = threading.Event()

    def start(self):
        self.heard.append("start")

    def end(self, error):
        self.heard.append(("end", type(error).__name__))
        self.over.set()

    def cancel(self):
        self.heard.append("cancel")
        self.over.set()


class _Guard:
    def __init__(self, call=None, probe=None) -> None:
        self.call, self.probe = call, probe

    def begin(self, key):
        assert key == ("A", "1.0.0")
        return self.call

    def take_probe(self, key):
        return self.probe


def test_open_breaker_means_the_fallback_at_once_and_a_probe_that_nobody_waits_for(app):
    probe = _Call()
    with_parts(app, guard=_Guard(probe=probe))
    gates = put_gates(app)
    gates.shut("A")
    answer = app.test_client().get("/home")
    assert 'status="fallback">soon<' in answer.text
    assert answer.headers["Server-Timing"].startswith('A;desc="breaker-open"')
    gates.open()
    assert probe.over.wait(30)
    assert probe.heard == ["start", ("end", "NoneType")]


def test_breaker_hears_how_each_fill_ends(app, registry):
    call = _Call()
    with_parts(app, guard=_Guard(call))
    assert "Hello x" in app.test_client().get("/home").text
    assert call.heard == ["start", ("end", "NoneType")]


def test_breaker_hears_of_a_failure(app, registry):
    registry.deploy("A", "1.0.0", umd="module.exports = () => { throw 1 }", metadata=PLAIN)
    call = _Call()
    with_parts(app, guard=_Guard(call))
    assert "soon" in app.test_client().get("/home").text
    assert call.heard == ["start", ("end", "ComponentError")]


def test_breaker_hears_of_a_fill_that_is_late_at_its_deadline(make_app, registry):
    registry.deploy("A", "1.0.0", umd=GREETING, metadata=PLAIN)
    app = make_app({"home": PAGE}, TINY_FRAGMENT_TIMEOUT=0.5)
    app.extensions["tiny_mosaic"].composition.client.load("A", "1.0.0")
    call = _Call()
    with_parts(app, guard=_Guard(call))
    gates = put_gates(app)
    gates.shut("A")
    assert "soon" in app.test_client().get("/home").text
    assert call.heard[:2] == ["start", ("end", "RenderTimeout")]
    gates.open()
