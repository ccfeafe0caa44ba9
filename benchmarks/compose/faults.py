"""One of three fragments is broken: what is left of the healthy rate, two seconds after the start.

Ours meets each fault with a fragment that it has never loaded, so that no release that worked hides
it: by a registry that misbehaves for that fragment, or by a bundle that does. The peers meet those
that exist for them, by a fragment server that misbehaves.
"""

from __future__ import annotations

import contextlib
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

from benchmarks.compose.fragments import BROKEN_BUNDLES, PLAIN, deploy_lists, plain_bundle
from benchmarks.compose.load import Load, put_load
from benchmarks.compose.results import Bench, Claim, Report
from benchmarks.compose.servers import Server, all_of
from benchmarks.compose.sides import Side, fetch, ours, podium, tailor
from tiny_client.testing import FakeRegistry

__all__ = ["ours_broken", "peers_broken"]

CONNECTIONS, QUICK_CONNECTIONS = (16, 64), (64,)
SETTLING = 2.0
"""Seconds after the start of a fault that do not count."""

_MIB = 1024 * 1024
_HEALTHY = "/page/Pure1,Pure2,Pure3"
_PEER_FAULTS, _QUICK_PEER_FAULTS = ("hang", "silence", "drip", "500", "dies", "10MB"), ("hang",)

Fault = Callable[[FakeRegistry, str], AbstractContextManager[None]]


def _bundle(registry: FakeRegistry, name: str) -> str:
    bundle: str = registry.release(name, "1.0.0").config["umdBundle"]
    return bundle


@contextlib.contextmanager
def _misbehaving(registry: FakeRegistry) -> Iterator[None]:
    try:
        yield
    finally:
        registry.heal()


def _set(change: Callable[[FakeRegistry, str], None]) -> Fault:
    def fault(registry: FakeRegistry, name: str) -> AbstractContextManager[None]:
        registry.deploy(name, "1.0.0", umd=plain_bundle(name), metadata=PLAIN)
        change(registry, name)
        return _misbehaving(registry)

    return fault


@contextlib.contextmanager
def _deaf(registry: FakeRegistry, name: str) -> Iterator[None]:
    """Have the registry's port take no connection and refuse none: its queue is full."""
    registry.deploy(name, "1.0.0", umd=plain_bundle(name), metadata=PLAIN)
    address = ("127.0.0.1", urlsplit(registry.url).port or 0)
    registry.down()
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        yield
    registry.up()


def _huge(registry: FakeRegistry, name: str) -> None:
    bundle = _bundle(registry, name)
    registry.put_bundle(bundle, b"/" * (10 * _MIB))
    registry.hide_length(only=f"/tiny/bundle/{bundle}")


def _bomb(registry: FakeRegistry, name: str) -> None:
    bundle = _bundle(registry, name)
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join(packer.compress(bytes(_MIB)) for _ in range(512)) + packer.flush()
    registry.put_bundle(bundle, packed)
    registry.encode_as("gzip", only=f"/tiny/bundle/{bundle}")


def _renders(body: str) -> Fault:
    @contextlib.contextmanager
    def fault(registry: FakeRegistry, name: str) -> Iterator[None]:
        registry.deploy(name, "1.0.0", umd=plain_bundle(name, body), metadata=PLAIN)
        yield

    return fault


FAULTS: dict[str, Fault] = {
    "hangs on connect": _deaf,
    "hangs before headers": _set(lambda registry, name: registry.hang(only=name)),
    "hangs after headers": _set(
        lambda registry, name: registry.hang("in body", only=f"/tiny/bundle/{name}.")
    ),
    "drips": _set(lambda registry, name: registry.drip(interval=0.2, only=f"/tiny/bundle/{name}.")),
    "answers 500": _set(lambda registry, name: registry.fail_with(500, only=name)),
    "dies mid-body": _set(lambda registry, name: registry.cut(only=f"/tiny/bundle/{name}.")),
    "sends 10 MB": _set(_huge),
    "sends a gzip bomb": _set(_bomb),
    "redirects": _set(
        lambda registry, name: registry.redirect_to("http://127.0.0.1:9/", only=name)
    ),
    **{kind: _renders(body) for kind, body in BROKEN_BUNDLES.items()},
}
_SLOW = ("hangs on connect", "hangs before headers", "hangs after headers", "drips")


def _row(what: str, connections: int, healthy: Load, broken: Load) -> dict[str, Any]:
    ratio = None if broken.p99 is None or not healthy.p99 else broken.p99 / healthy.p99
    return {
        "fault": what,
        "connections": connections,
        "healthy pages/s": healthy.rate,
        "pages/s": broken.rate,
        "rate ratio": broken.rate / healthy.rate,
        "healthy p99": healthy.p99,
        "p99": broken.p99,
        "p99 ratio": ratio,
        "slowest of all": broken.slowest,
        "no 200": broken.refused,
        "cut": broken.cut,
        "waiting > 1 s": broken.waiting,
        "RSS growth": broken.host_rss - healthy.host_rss,
    }


def _say(bench: Bench, row: dict[str, Any]) -> None:
    p99 = "none came" if row["p99"] is None else f"p99 {row['p99']:,.0f} ms"
    bench.say(
        f"{row['fault']}, {row['connections']} connections: {row['rate ratio']:.2f} of "
        f"{row['healthy pages/s']:,.0f} pages/s, {p99}, slowest {row['slowest of all']:,.0f} ms"
    )


def ours_broken(bench: Bench) -> Report:
    """Measure every fault, at 16 and 64 connections, each with a host of its own."""
    rows = []
    names = ("hangs before headers", "throws") if bench.quick else FAULTS
    for what in names:
        with FakeRegistry() as registry:
            deploy_lists(registry)
            host = ours(registry, bench.scratch, _HEALTHY).make(0)
            with host:
                _warm_up(bench, host, _HEALTHY)
                for connections in _levels(bench):
                    rows.append(_broken(bench, host, registry, what, connections))
                    _say(bench, rows[-1])
    return _report("faults", "One of three fragments broken: ours", rows, _claims(rows))


def _levels(bench: Bench) -> tuple[int, ...]:
    return QUICK_CONNECTIONS if bench.quick else CONNECTIONS


def _warm_up(bench: Bench, server: Server, path: str) -> None:
    fetch(server.url + path)
    put_load(server, path, connections=16, seconds=bench.seconds / 2 + 0.5)


def _broken(
    bench: Bench, host: Server, registry: FakeRegistry, what: str, connections: int
) -> dict[str, Any]:
    healthy = put_load(host, _HEALTHY, connections=connections, seconds=bench.seconds)
    name = f"Broken{connections}"
    with FAULTS[what](registry, name):
        broken = put_load(
            host,
            f"/page/Pure1,Pure2,{name}",
            connections=connections,
            seconds=SETTLING + bench.seconds,
            skip=SETTLING,
        )
    return _row(what, connections, healthy, broken)


def _claims(rows: list[dict[str, Any]]) -> list[Claim]:
    claims = []
    for row in rows:
        if row["fault"] in _SLOW and row["connections"] == 64:
            claims.append(Claim(f"{row['fault']}: rate / healthy", row["rate ratio"], 0.9))
            what = f"{row['fault']}: p99 / healthy"
            claims.append(Claim(what, row["p99 ratio"], 1.2, at_least=False))
        if row["fault"] == "sends 10 MB" and row["connections"] == 64:
            claims.append(Claim("sends 10 MB: RSS growth", row["RSS growth"], 20, at_least=False))
    wrong = sum(row["no 200"] + row["cut"] for row in rows)
    return [*claims, Claim("pages cut or not 200, in all rows", wrong, 0, at_least=False)]


def peers_broken(bench: Bench) -> Report:
    """Measure those that exist for Podium and Tailor, with their default timeouts (1 s and 3 s)."""
    rows = []
    for make in (podium, tailor):
        for fault in _QUICK_PEER_FAULTS if bench.quick else _PEER_FAULTS:
            for connections in _levels(bench):
                rows.append(_peer_broken(bench, make(bench.scratch), fault, connections))
                _say(bench, rows[-1])
    return _report("faults-peers", "One of three fragments broken: the peers", rows, [])


def _peer_broken(bench: Bench, side: Side, fault: str, connections: int) -> dict[str, Any]:
    with all_of(side.fragments), side.make(0) as server:
        _warm_up(bench, server, side.path)
        healthy = put_load(server, side.path, connections=connections, seconds=bench.seconds)
        side.fault(fault)
        broken = put_load(
            server,
            side.path,
            connections=connections,
            seconds=SETTLING + bench.seconds,
            skip=SETTLING,
        )
    return _row(f"{side.name}: {fault}", connections, healthy, broken)


def _report(case: str, title: str, rows: list[dict[str, Any]], claims: list[Claim]) -> Report:
    groups: dict[str, dict[str, float | None]] = {}
    for row in rows:
        group = groups.setdefault(row["fault"], {})
        group[f"{row['connections']} connections"] = row["rate ratio"]
    notes = [
        f"Rates and latencies count from {SETTLING:g} s after the start of the fault; `slowest of "
        "all` is from its start. One round each, against the healthy rate just before it."
    ]
    return Report(case, title, rows, "of the healthy rate", groups, claims, notes)
