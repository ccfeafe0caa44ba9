"""Which origins and which addresses the loader may connect to; pure, it resolves nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import urlsplit

from tiny_client.errors import ConfigurationError

__all__ = ["AddressRefused", "AddressRules", "checked_origin", "networks_of", "origin_of"]

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NEVER: Final[tuple[tuple[str, tuple[_Network, ...]], ...]] = tuple(
    (why, tuple(ipaddress.ip_network(network) for network in networks))
    for why, networks in (
        # Beside 169.254.169.254: AWS over IPv6, Google over IPv6, Alibaba, Azure, Oracle.
        (
            "a cloud's metadata service",
            (
                "169.254.169.254/32",
                "fd00:ec2::/32",
                "fd20:ce::254/128",
                "100.100.100.200/32",
                "168.63.129.16/32",
                "192.0.0.192/32",
            ),
        ),
        ("link-local", ("169.254.0.0/16", "fe80::/10")),
        ("multicast or broadcast", ("224.0.0.0/4", "ff00::/8", "255.255.255.255/32")),
        ("unspecified", ("0.0.0.0/8", "::/128")),
    )
)
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = ipaddress.IPv6Network("::/96")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class AddressRefused(OSError):
    """A host name resolved to an address that the settings do not allow."""


class AddressRules:
    """Says which addresses may be connected to.

    Link-local, multicast, broadcast, unspecified and cloud metadata addresses never, in
    whatever form they are written (IPv4-mapped, NAT64, 6to4, Teredo); where `networks` (CIDR)
    are given, only what is in one of them. Raises `ConfigurationError` for a network that is
    none.
    """

    def __init__(self, networks: Sequence[str] = ()) -> None:
        self._networks = networks_of(networks)

    def check(self, host: str, addresses: Iterable[str]) -> None:
        """Raise `AddressRefused` where one of the addresses that `host` resolved to is refused.

        One is enough: a name that leads to a good and to a bad address is not to be trusted.
        """
        for address in addresses:
            reason = self.refusal(address)
            if reason is not None:
                raise AddressRefused(f"the host name {host!r} resolved to {address}, {reason}")

    def refusal(self, address: str) -> str | None:
        """Return why `address` is refused, with the remedy, or None where it is allowed."""
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return "which is no IP address"
        for form in _forms(parsed):
            for why, networks in _NEVER:
                if any(form in network for network in networks):
                    return f"which is never asked because it is {why}. Give the registry's address"
        if self._networks:
            plain = _mapped(parsed) or parsed
            if not any(plain in network for network in self._networks):
                return "which is in no network of TINY_ALLOWED_NETWORKS. List its network there"
        return None


def networks_of(texts: Sequence[str]) -> tuple[_Network, ...]:
    """Return the networks written as CIDR; `ConfigurationError` for one that is none."""
    networks = []
    for text in texts:
        try:
            networks.append(ipaddress.ip_network(text))
        except ValueError as error:
            raise ConfigurationError(
                f"allowed_networks: {error}. Write networks like '10.0.0.0/8' or 'fd00::/8'"
            ) from error
    return tuple(networks)


def origin_of(url: str) -> str:
    """Return scheme, host and port of an http(s) URL in one form: lower case, no default port.

    Raises `ValueError` where the URL has no origin.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} has no http or https origin")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port
    suffix = "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"


def checked_origin(text: str) -> str:
    """Return an origin in its one form; `ConfigurationError` for what is more or less than one."""
    try:
        origin = origin_of(text)
        parts = urlsplit(text)
        plain = parts.path in ("", "/") and not parts.query and not parts.fragment
        if plain and "@" not in parts.netloc and not any(c.isspace() for c in text):
            return origin
    except ValueError:
        pass
    raise ConfigurationError(
        f"allowed_origins: {text!r} is no origin. Write scheme, host and port only, like "
        "'https://cdn.example'"
    )


def _mapped(address: _Address) -> ipaddress.IPv4Address | None:
    return address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None


def _forms(address: _Address) -> Iterator[_Address]:
    """Yield the address and each IPv4 address that is inside of it."""
    yield address
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    # ::1 is the loopback address, not 0.0.0.1 in an old form.
    if address in _NAT64 or (address in _COMPATIBLE and not address.is_loopback):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
