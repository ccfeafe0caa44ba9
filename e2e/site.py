"""Starts a real registry and a real host as processes of their own, on free ports of 127.0.0.1."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).parent.parent
START_TIMEOUT_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A process that answers HTTP; it can be killed and started again on its port."""

    def __init__(self, name: str, command: list[str], port: int, folder: Path, **environ: str):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._name = name
        self._command = command
        self._log = folder / f"{name}.log"
        self._environ = {**os.environ, **environ}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as output:
            # A group of its own, so that a kill reaches a server's worker processes too.
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environ,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/readyz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise RuntimeError(f"{self._name} did not start:\n{self.log()}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is None:
            return
        if how is signal.SIGKILL:
            os.killpg(self._process.pid, how)
        else:
            self._process.send_signal(how)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    @property
    def pid(self) -> int:
        """The process that was started. Raises `RuntimeError` where none was, or it was stopped."""
        if self._process is None:
            raise RuntimeError(f"{self._name} is not running")
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, which: signal.Signals) -> None:
        """Send the server a signal, and do not wait."""
        os.kill(self.pid, which)

    def log(self) -> str:
        return self._log.read_text(errors="replace")


class Site:
    """A registry with the shop's fragments deployed to it, and a host in front of it."""

    def __init__(self, folder: Path, app: str = "host_app:create_app", **settings: str):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._settings = settings
        self._app = app
        self.token = secrets.token_hex(32)
        self._database = f"sqlite:///{folder / 'registry.db'}"
        port = free_port()
        command = [sys.executable, "-m", "tiny_api", "api", "--port", str(port)]
        self.registry = Server("registry", command, port, folder, TINY_DATABASE_URL=self._database)
        self.host = self.make_host("host", self.registry.url)

    def make_host(self, name: str, api_url: str, **settings: str) -> Server:
        """Return another host of the same kind, not started, with a cache of its own."""
        port = free_port()
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
            *("--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "8"),
            *("--no-ws", self._app),
        ]
        environ = {
            "TINY_API_URL": api_url,
            "TINY_CACHE_TTL": "0.5",
            "TINY_CACHE_DIR": str(self._folder / f"{name}-cache"),
            "TINY_PREVIEW": "true",
            "SHOP_DATABASE": str(self._folder / "shop.db"),
            **self._settings,
            **settings,
        }
        return Server(name, command, port, self._folder, **environ)

    def __enter__(self) -> Self:
        from tiny_api.tokens import ensure_token

        self.registry.start()
        ensure_token(self._database, self.token, "e2e")
        try:
            for kind in ("runtimes", "fragments"):
                for manifest in sorted((ROOT / kind).glob("*/tiny.json")):
                    self.deploy_project(manifest.parent)
            self.host.start()
        except BaseException:
            self.registry.stop()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.host.stop()
        self.registry.stop()

    def deploy_project(self, folder: Path) -> str:
        from tiny_api.deploy import deploy_project

        return deploy_project(folder, self.registry.url, self.token).release

    def deploy(
        self,
        name: str,
        source: str,
        *,
        contract_version: str = "1.0.0",
        css: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> str:
        """Deploy one script as a release and return the release's id."""
        files = {"umdBundle": ("bundle.js", source.encode())}
        if css is not None:
            files["cssBundle"] = ("bundle.css", css.encode())
        answer = requests.post(
            f"{self.registry.url}/tiny/releases",
            data={
                "name": name,
                "contractVersion": contract_version,
                "metadata": json.dumps(
                    metadata or {"runtime": {"name": "plain", "contractVersion": "1"}}
                ),
            },
            files=files,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json()["release"])
