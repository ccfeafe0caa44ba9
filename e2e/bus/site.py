"""Serves the pages of these tests from two ports, which makes them two origins."""

from __future__ import annotations

import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from e2e.site import ROOT

SCRIPTS = Path(__file__).parent / "scripts"
PAGE = '<!doctype html><meta charset="utf-8"><title>{0}</title>{1}'
SCRIPT = '<script type="module" src="/{0}.js"></script>'


class Handler(SimpleHTTPRequestHandler):
    """Quiet, and with a CSP as strict as the shop's."""

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def end_headers(self) -> None:
        policy = "default-src 'none'; script-src 'self'; worker-src 'self'; frame-src http:"
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


class TwoOrigins:
    """The same files on two origins: `page` for the page, `frame` for what it embeds."""

    def __init__(self, folder: Path):
        build(folder)
        make = partial(Handler, directory=str(folder))
        self._servers = [ThreadingHTTPServer(("127.0.0.1", 0), make) for _ in range(2)]
        self.page, self.frame = (
            f"http://127.0.0.1:{server.server_address[1]}" for server in self._servers
        )

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def frame_url(self, *, manual: bool = False, origin: str | None = None) -> str:
        """Return the frame's address; `origin` is the page's that it allows."""
        more = "&manual" if manual else ""
        return f"{self.frame}/frame.html?origin={origin or self.page}{more}"


def build(folder: Path) -> None:
    names = ("page", "frame", "worker")
    subprocess.run(
        [
            str(ROOT / "node_modules" / ".bin" / "esbuild"),
            *(str(SCRIPTS / f"{name}.ts") for name in names),
            *("--bundle", "--format=esm", "--target=es2022", f"--outdir={folder}"),
            "--log-level=warning",
        ],
        check=True,
        cwd=ROOT,
    )
    for name in names:
        (folder / f"{name}.html").write_text(PAGE.format(name, SCRIPT.format(name)))
    (folder / "empty.html").write_text(PAGE.format("empty", ""))
    (folder / "favicon.ico").write_bytes(b"")
