"""Reading configs: whatever arrives, it is a config or a reason, never another exception."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.loader.config import InvalidConfig, matches_integrity, parse_config
from tiny_client.records import RuntimeRef

ASKED = {"name": "Cart", "contract_version": "1.0.0", "base_url": "http://registry"}


def parse(value):
    return parse_config(msgspec.json.encode(value), **ASKED)


def test_two_fields_of_a_foreign_registry_are_enough():
    config = parse({"umdBundle": "Cart.umd.1650000000000.js", "cssBundle": "Cart.css.1.css"})
    assert config.umd_bundle == "Cart.umd.1650000000000.js"
    assert config.css_bundle == "Cart.css.1.css"
    assert (config.release, config.runtime, config.pure, config.integrity) == ("", None, False, {})


def test_all_fields_are_read_and_unknown_ones_stay_in_raw():
    raw = {
        "umdBundle": "a.js",
        "cssBundle": None,
        "serverBundle": "b.js",
        "name": "Cart",
        "contractVersion": "1.0.0",
        "release": "r1",
        "runtime": {"name": "react", "contractVersion": "19", "more": 1},
        "pure": True,
        "integrity": {"a.js": "sha384-" + "A" * 64},
        "exports": ["default", "Mini"],
        "team": {"name": "</script><script>alert(1)</script>"},
    }
    config = parse(raw)
    assert config.server_bundle == "b.js"
    assert config.runtime == RuntimeRef("react", "19")
    assert config.release == "r1"
    assert config.pure
    assert config.raw == raw


BAD_NAMES = [
    *("", ".", "..", ".hidden", "a/b.js", "../a.js", "a\\b.js", "a..b.js", "a b.js", "a?b", "a#b"),
    *("a%2fb", "a\n", "a\0", "ä.js", "x" * 201, "http://evil/x.js", "//evil/x.js", '"><script>'),
]


@pytest.mark.parametrize("field", ["umdBundle", "cssBundle", "serverBundle"])
@pytest.mark.parametrize("name", BAD_NAMES)
def test_bundle_name_that_is_no_bare_name_is_refused(field, name):
    with pytest.raises(InvalidConfig, match=field):
        parse({"umdBundle": "a.js", field: name})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("umdBundle", None),
        ("pure", "yes"),
        ("runtime", "react"),
        ("runtime", {"name": "react"}),
        ("runtime", {"name": "../x", "contractVersion": "19"}),
        ("runtime", {"name": "react", "contractVersion": "1/9"}),
        ("integrity", ["sha384-x"]),
        ("integrity", {"a.js": "md5-xxxx"}),
        ("integrity", {"a.js": "sha384-" + "A" * 64 + " onload"}),
        ("release", 7),
        ("release", "x" * 300),
    ],
)
def test_odd_field_is_refused_by_name(field, value):
    with pytest.raises(InvalidConfig, match=field):
        parse({"umdBundle": "a.js", field: value})


@pytest.mark.parametrize(
    ("field", "value"), [("name", "Other"), ("contractVersion", "2.0.0"), ("release", "r2")]
)
def test_config_of_something_else_is_refused(field, value):
    body = msgspec.json.encode({"umdBundle": "a.js", field: value})
    with pytest.raises(InvalidConfig, match=f"another {field}"):
        parse_config(body, **ASKED, release="r1")


def test_endless_nesting_is_refused():
    with pytest.raises(InvalidConfig):
        parse_config(b'{"umdBundle":"a.js","x":' + b"[" * 60_000, **ASKED)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
known_fields = st.sampled_from(
    [
        *("umdBundle", "cssBundle", "serverBundle", "name", "contractVersion", "release"),
        *("runtime", "pure", "integrity"),
    ]
)


@given(st.dictionaries(known_fields | st.text(), json_values | st.just("a.js"), max_size=8))
def test_any_json_is_a_config_or_a_reason(value):
    try:
        config = parse(value)
    except InvalidConfig:
        return
    for bundle in (config.umd_bundle, config.css_bundle, config.server_bundle):
        assert bundle is None or not set(bundle) & set("/\\ \"'<>&?#%")
    # What is kept for the page can be written as JSON again.
    assert msgspec.json.decode(msgspec.json.encode(config.raw)) is not None


@given(st.binary(max_size=300))
def test_any_bytes_are_a_config_or_a_reason(body):
    with suppress(InvalidConfig):
        parse_config(body, **ASKED)


@given(st.text(max_size=100))
def test_any_text_in_a_bundle_name_is_a_bare_name_or_refused(name):
    try:
        config = parse({"umdBundle": name})
    except InvalidConfig:
        return
    assert config.umd_bundle == name
    assert name.isascii()
    assert "/" not in name
    assert ".." not in name


@given(st.binary(), st.sampled_from(["sha256", "sha384", "sha512"]))
def test_integrity_is_that_of_the_browsers(content, algorithm):
    digest = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    assert matches_integrity(f"{algorithm}-{digest}", content)
    assert not matches_integrity(f"{algorithm}-{digest}", content + b"x")


FIRST_USE = """
import sys, threading
from pathlib import Path
from tiny_client.loader.config import parse_config
from tiny_client.loader.disk import DiskCache

sys.setswitchinterval(1e-6)
body = b'{"umdBundle":"Cart.js","runtime":{"name":"react","contractVersion":"19"},"integrity":{}}'
cache = DiskCache(Path(sys.argv[1]), 10**6)
cache.write_config(("a",), body, "", 0.0, set)
start = threading.Barrier(16)

def work():
    start.wait()
    parse_config(body, name="Cart", contract_version="1", base_url="")
    start.wait()
    cache.read_config(("a",))

threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("turn", range(3))
def test_many_threads_may_read_the_first_config_of_a_process_at_once(tmp_path, turn):
    command = [sys.executable, "-c", FIRST_USE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
