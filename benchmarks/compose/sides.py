"""The sides of a comparison: our host and the peers, each with the same lists in equal pages."""

from __future__ import annotations

import contextlib
import re
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.compose.host import PAD, TEMPLATE
from benchmarks.compose.servers import (
    HOST_CORE,
    LOAD_CORE,
    Server,
    all_of,
    free_port,
    python_on,
)
from tiny_client.testing import FakeRegistry

__all__ = ["Side", "fetch", "node_host", "ours", "podium", "run_equal", "settled", "tailor"]

_PEERS = Path(__file__).parent / "peers"
_LISTS = re.compile(r'<ul class="list">.*?</ul>', re.DOTALL)

GRANIAN = ("--interface", "wsgi", "--factory", "--workers", "1", "--no-ws", "--http", "1")
THREADS = 8

EVEN = 32
"""Bytes by which pages of one length may differ: ours marks the places that were streamed."""


class Side:
    """A server to compare, the path of its page and the fragment servers that it asks."""

    def __init__(
        self,
        name: str,
        make: Callable[[int], Server],
        path: str = "/",
        fragments: Sequence[Server] = (),
    ) -> None:
        self.name = name
        self.make = make
        self.path = path
        self.fragments = fragments
        self.server: Server

    def fault(self, name: str) -> None:
        """Make the last fragment server misbehave in this way from now on; "none" heals it."""
        request = urllib.request.Request(f"{self.fragments[-1].url}/fault/{name}", method="PUT")
        urllib.request.urlopen(request, timeout=5).close()


def fetch(url: str) -> str:
    """Return a page."""
    with urllib.request.urlopen(url, timeout=60) as response:
        text: str = response.read().decode()
        return text


def ours(
    registry: FakeRegistry,
    scratch: Path,
    path: str,
    *,
    name: str = "ours",
    settings: dict[str, str] | None = None,
) -> Side:
    """Return our host, its workers on the core of the load."""
    engine_python = python_on(LOAD_CORE, scratch)

    def make(pad: int) -> Server:
        port = free_port()
        command = [sys.executable, "-m", "granian", *GRANIAN, "--blocking-threads", str(THREADS)]
        command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
        command += ["benchmarks.compose.host:create_app"]
        server = Server(name.replace(" ", "-"), command, port, HOST_CORE, scratch)
        server.environ = {
            "TINY_API_URL": registry.url,
            "TINY_CACHE_DIR": "null",
            "TINY_ENGINE_PYTHON": engine_python,
            PAD: str(pad),
            **(settings or {}),
        }
        return server

    return Side(name, make, path)


def _template(scratch: Path, name: str, pad: int) -> Path:
    folder = scratch / f"{name}-template"
    folder.mkdir(exist_ok=True)
    file = folder / "template.html"
    filler = f"<!--{'.' * (pad - 7)}-->" if pad else ""
    file.write_text(TEMPLATE.replace("<!--fragments-->", "<!--fragments-->" + filler))
    return file


def _peer(name: str, program: str, fragment: str, scratch: Path, count: int) -> Side:
    fragments = []
    for n in range(1, count + 1):
        port = free_port()
        command = ["node", str(_PEERS / fragment), str(port), str(n)]
        fragments.append(Server(f"{name}-fragment{n}", command, port, LOAD_CORE, scratch))

    def make(pad: int) -> Server:
        port = free_port()
        template = str(_template(scratch, name, pad))
        urls = [fragment.url for fragment in fragments]
        command = ["node", str(_PEERS / program), str(port), template, *urls]
        return Server(name, command, port, HOST_CORE, scratch)

    return Side(name, make, "/", fragments)


def podium(scratch: Path, count: int = 3) -> Side:
    """Return Podium's layout with its podlets."""
    return _peer("Podium", "podium.mjs", "podlet.mjs", scratch, count)


def tailor(scratch: Path, count: int = 3) -> Side:
    """Return Tailor with its fragments."""
    return _peer("Tailor", "tailor.mjs", "fragment.mjs", scratch, count)


def node_host(registry: FakeRegistry, scratch: Path, path: str = "/", script: str = "") -> Side:
    """Return the bare Node host with the real tiny-frontend client."""

    def make(pad: int) -> Server:
        port = free_port()
        template = str(_template(scratch, "node", pad))
        command = ["node", str(_PEERS / "host.mjs"), str(port), template, registry.url]
        return Server("tiny-frontend", [*command, script], port, HOST_CORE, scratch)

    return Side("tiny-frontend", make, path)


@contextlib.contextmanager
def run_equal(sides: Sequence[Side], lists: int) -> Iterator[int]:
    """Run all sides with pages of one length; gives that length in bytes (but for `EVEN`).

    Raises `RuntimeError` where their lists differ, or their pages' lengths.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(all_of([server for side in sides for server in side.fragments]))
        lengths, shown = {}, {}
        for side in sides:
            with side.make(0) as server:
                page = settled(server.url + side.path)
            lengths[side.name] = len(page.encode())
            shown[side.name] = _LISTS.findall(page)
        first = shown[sides[0].name]
        if len(first) != lists or any(each != first for each in shown.values()):
            found = {name: [len(html) for html in each] for name, each in shown.items()}
            raise RuntimeError(f"The sides do not show the same {lists} lists: {found}")
        # A comment has 7 characters of its own, so that all are padded where one has to be.
        longest = max(lengths.values()) + 7
        for side in sides:
            side.server = stack.enter_context(side.make(longest - lengths[side.name]))
            length = len(settled(side.server.url + side.path).encode())
            if abs(length - longest) > EVEN:
                raise RuntimeError(f"{side.name}'s page has {length} bytes and not about {longest}")
        yield longest


def settled(url: str) -> str:
    """Return a page as it is once the server is warm: with all its fragments, each in its place."""
    before = page = ""
    for _ in range(100):
        before, page = page, fetch(url)
        if "Later" not in page and abs(len(page) - len(before)) <= EVEN:
            return page
    raise RuntimeError(f"{url} never showed all its fragments:\n{page[:2000]}")
