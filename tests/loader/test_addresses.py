"""Which addresses the loader connects to: only the registry's, and never those behind a cloud."""

from __future__ import annotations

import ipaddress
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.errors import BadRegistryAnswer, ConfigurationError, RegistryUnavailable
from tiny_client.loader import LoaderSettings, RetryPolicy
from tiny_client.loader.addresses import AddressRefused, AddressRules, checked_origin, origin_of
from tiny_client.loader.transport import ExchangeRejected

REFUSED = [
    "169.254.169.254",
    "169.254.1.1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "fe80::1",
    "fe80::1%eth0",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "255.255.255.255",
    "0.0.0.0",
    "0.1.2.3",
    "::",
]
ALLOWED = ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.7", "8.8.8.8", "fd12::7", "2001:db8::1"]


@pytest.mark.parametrize("address", REFUSED)
def test_dangerous_address_is_refused_whatever_the_networks_say(address):
    assert AddressRules().refusal(address)
    assert AddressRules(["0.0.0.0/0", "::/0"]).refusal(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_other_address_is_allowed_by_default(address):
    assert AddressRules().refusal(address) is None


def test_what_is_no_address_is_refused():
    assert AddressRules().refusal("registry.test")


@given(st.sampled_from([one for one in REFUSED if "." in one]))
def test_refused_address_is_refused_in_every_form_of_ipv6(address):
    packed = int(ipaddress.IPv4Address(address))
    forms = [
        f"::ffff:{address}",
        str(ipaddress.IPv6Address((0x64FF9B << 96) | packed)),
        str(ipaddress.IPv6Address((0x2002 << 112) | (packed << 80) | 1)),
        str(ipaddress.IPv6Address((0x20010000 << 96) | (0x08080808 << 64) | (packed ^ 0xFFFFFFFF))),
    ]
    for form in forms:
        assert AddressRules().refusal(form), form


@given(st.ip_addresses(v=4))
def test_mapped_form_is_judged_like_the_address_itself(address):
    rules = AddressRules(["10.0.0.0/8", "127.0.0.0/8"])
    assert bool(rules.refusal(str(address))) == bool(rules.refusal(f"::ffff:{address}"))
    inside = address in ipaddress.ip_network("10.0.0.0/8") or address.is_loopback
    assert (rules.refusal(str(address)) is None) == inside


def test_one_refused_address_refuses_the_name():
    with pytest.raises(AddressRefused, match=r"'registry.test' resolved to 169\.254\.169\.254"):
        AddressRules().check("registry.test", ["10.0.0.1", "169.254.169.254"])


@pytest.mark.parametrize("network", ["10.0.0.1/8", "everything", "10.0.0.0/33"])
def test_network_that_is_none_is_a_configuration_error(network):
    with pytest.raises(ConfigurationError, match="allowed_networks"):
        LoaderSettings(cache_dir=None, allowed_networks=[network])


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("HTTPS://CDN.Test:443/tiny/bundle/x.js", "https://cdn.test"),
        ("http://cdn.test:80", "http://cdn.test"),
        ("http://[::1]:8100/a", "http://[::1]:8100"),
    ],
)
def test_an_origin_has_one_form(url, origin):
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "text", ["cdn.test", "https://cdn.test/a", "ftp://x", "https://u@x", "https://x:y", "https://"]
)
def test_what_is_no_origin_is_a_configuration_error(text):
    with pytest.raises(ConfigurationError, match="allowed_origins"):
        LoaderSettings(cache_dir=None, allowed_origins=[text])
    with pytest.raises(ConfigurationError):
        checked_origin(text)


def test_settings_that_are_no_lists_are_configuration_errors():
    with pytest.raises(ConfigurationError, match="allowed_networks"):
        LoaderSettings(cache_dir=None, allowed_networks="10.0.0.0/8")


# Against real sockets, with a resolver of the test


def resolving(monkeypatch, *answers):
    """Answer each look-up with the next of `answers`, the last one for ever."""
    asked = []

    def resolve(host, port, *args, **kwargs):
        addresses = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port, 0, 0) if ":" in address else (address, port),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.fixture
def connections(monkeypatch):
    """The addresses that sockets were told to connect to."""
    made = []
    real = socket.socket.connect

    def connect(self, address):
        made.append(address[0])
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    return made


def named(registry):
    return f"http://registry.test:{registry.url.rpartition(':')[2]}"


@pytest.mark.parametrize(
    "addresses",
    [["169.254.169.254"], ["::ffff:169.254.169.254"], ["127.0.0.1", "fd00:ec2::254"], ["0.0.0.0"]],
)
def test_name_that_leads_to_a_refused_address_is_not_connected_to(
    registry, make_loader, monkeypatch, connections, addresses
):
    resolving(monkeypatch, addresses)
    with pytest.raises(RegistryUnavailable, match=r"registry\.test' resolved to .* never asked"):
        make_loader(named(registry)).load("Cart", "1.0.0")
    assert connections == []
    assert registry.requests == []


def test_address_in_the_registrys_own_url_is_checked_too(make_loader, connections):
    for url in ("http://169.254.169.254", "http://[::ffff:a9fe:a9fe]", "http://2852039166"):
        with pytest.raises(RegistryUnavailable, match="never asked"):
            make_loader(url).load("Cart", "1.0.0")
    assert connections == []


def test_networks_narrow_the_addresses_down(registry, make_loader, connections):
    registry.deploy("Cart", "1.0.0", umd="1")
    with pytest.raises(RegistryUnavailable, match="TINY_ALLOWED_NETWORKS"):
        make_loader(allowed_networks=["10.0.0.0/8"]).load("Cart", "1.0.0")
    assert connections == []
    near = make_loader(allowed_networks=["127.0.0.0/8"])
    assert near.load("Cart", "1.0.0").script.source == "1"


def test_refused_address_is_not_retried(registry, make_loader, monkeypatch):
    asked = resolving(monkeypatch, ["169.254.169.254"])
    loader = make_loader(named(registry), retry_policy=RetryPolicy(max_retries=3, delay=0))
    with pytest.raises(RegistryUnavailable):
        loader.load("Cart", "1.0.0")
    assert len(asked) == 1


def test_every_connection_is_checked_and_not_only_the_first(registry, make_loader, monkeypatch):
    registry.deploy("Cart", "1.0.0", umd="1")
    asked = resolving(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    loader = make_loader(named(registry))
    loader.load("Cart", "1.0.0")
    # The kept connection ends, so the next request needs a new one.
    registry.down()
    registry.up()
    assert loader.load("Cart", "1.0.0", cache_ttl=0).stale
    assert len(asked) > 1


def test_address_that_was_checked_is_the_one_that_is_connected_to(
    registry, make_loader, monkeypatch, connections
):
    registry.deploy("Cart", "1.0.0", umd="1")
    asked = resolving(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    assert make_loader(named(registry)).load("Cart", "1.0.0").script.source == "1"
    assert asked == ["registry.test"]
    assert connections == ["127.0.0.1"]


def test_origin_that_is_not_listed_is_not_asked(registry, make_loader):
    loader = make_loader("http://127.0.0.1:1")
    with pytest.raises(ExchangeRejected, match="TINY_ALLOWED_ORIGINS"):
        loader._transport.get(f"{registry.url}/x", {}, deadline=1e12, max_bytes=10)
    assert registry.requests == []


def test_origin_that_is_listed_may_be_asked(registry, make_loader):
    loader = make_loader("http://127.0.0.1:1", allowed_origins=[registry.url])
    answer = loader._transport.get(f"{registry.url}/x", {}, deadline=1e12, max_bytes=10)
    assert answer.status == 404


@pytest.mark.parametrize(
    "bundle",
    [
        "../../x",
        "http://169.254.169.254/latest/meta-data",
        "//evil.test/x.js",
        "/etc/passwd",
        "a/../../b.js",
        "..",
        ".",
        "a\\b",
        "x.js?y",
        "x.js#y",
        "%2e%2e%2fx",
        "x\r\nHost: evil",
        "",
    ],
)
@pytest.mark.parametrize("field", ["umdBundle", "serverBundle", "cssBundle"])
def test_bundle_name_cannot_lead_elsewhere(registry, loader, field, bundle):
    config = {"umdBundle": "a.js", field: bundle, "baseUrl": "http://evil.test"}
    registry.answer_config("Cart", "1.0.0", json.dumps(config))
    with pytest.raises(BadRegistryAnswer, match="odd shape"):
        loader.load("Cart", "1.0.0")
    assert registry.paths == ["/tiny/latest/Cart/1.0.0"]


def test_config_cannot_move_the_registry(registry, loader):
    registry.put_bundle("a.js", "1")
    config = {"umdBundle": "a.js", "baseUrl": "http://evil.test", "api": "http://evil.test"}
    registry.answer_config("Cart", "1.0.0", json.dumps(config))
    loaded = loader.load("Cart", "1.0.0")
    assert loaded.config.base_url == registry.url
    assert registry.paths[-1] == "/tiny/bundle/a.js"
