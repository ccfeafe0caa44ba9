"""How long the first byte takes, and the whole page, where one of three fragments takes 1 s."""

from __future__ import annotations

import socket
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

from benchmarks.compose.fragments import PLAIN, deploy_lists, plain_bundle
from benchmarks.compose.results import Bench, Claim, Report
from benchmarks.compose.servers import Server, all_of
from benchmarks.compose.sides import fetch, ours, podium, tailor
from tiny_client.testing import FakeRegistry

__all__ = ["first_byte"]

_PAGES, _QUICK_PAGES = 10, 3
_SECOND = "const end = Date.now() + 1000; while (Date.now() < end); return list(props.list);"


def _once(server: Server, path: str) -> tuple[float, float, float]:
    """Return the milliseconds to the first byte, to the first of the body, and to the last."""
    parts = urlsplit(server.url)
    address = (parts.hostname or "", parts.port or 0)
    request = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
    with socket.create_connection(address, 10) as connection:
        start = time.perf_counter()
        connection.sendall(request.encode())
        first = body = 0.0
        head = b""
        while data := connection.recv(65536):
            now = 1000 * (time.perf_counter() - start)
            first = first or now
            if not body:
                head += data
                if head.partition(b"\r\n\r\n")[2]:
                    body = now
        return first, body, 1000 * (time.perf_counter() - start)


def _measure(bench: Bench, name: str, server: Server, path: str) -> dict[str, Any]:
    pages = [_once(server, path) for _ in range(_QUICK_PAGES if bench.quick else _PAGES)]
    first, body, last = zip(*pages, strict=True)
    bench.say(f"{name}: first byte of the body after {statistics.median(body):.1f} ms")
    return {
        "side": name,
        "first byte": statistics.median(first),
        "first byte, worst": max(first),
        "first byte of the body": statistics.median(body),
        "whole page": statistics.median(last),
        "pages": len(pages),
    }


def first_byte(bench: Bench) -> Report:
    """Ours, streaming, beside Podium and Tailor, one page after the other."""
    rows = []
    for make in (podium, tailor):
        side = make(bench.scratch)
        with all_of(side.fragments), side.make(0) as server:
            fetch(server.url + side.path)
            side.fault("1s")
            rows.append(_measure(bench, side.name, server, side.path))
    with FakeRegistry() as registry:
        deploy_lists(registry)
        registry.deploy("Slow", "1.0.0", umd=plain_bundle("Slow", _SECOND), metadata=PLAIN)
        settings = {"TINY_ENGINE_RENDER_TIMEOUT": "5", "TINY_BREAKER_ENABLED": "false"}
        path = "/page/Pure1,Pure2,Slow?stream=1"
        with ours(registry, bench.scratch, path, settings=settings).make(0) as server:
            fetch(server.url + path)
            rows.append(_measure(bench, "ours", server, path))
    groups = {
        row["side"]: {"first byte": row["first byte of the body"], "whole page": row["whole page"]}
        for row in rows
    }
    reached = rows[-1]["first byte of the body"]
    claims = [Claim("ours: first byte of the body in ms", reached, 50, at_least=False)]
    title = "First byte where one of three fragments takes 1 s"
    return Report("first-byte", title, rows, "ms", groups, claims)
