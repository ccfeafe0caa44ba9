"""A registry in this process, and one behind real HTTP in a process of its own."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from tiny_api.app import close_app, create_app
from tiny_api.settings import RegistrySettings
from tiny_api.tokens import create_token

REPOSITORY = Path(__file__).parents[2]
UMD = (
    '(function(g,f){typeof define=="function"&&define.amd?define(["react"],f):'
    "(g.tinyFrontendExports=g.tinyFrontendExports||{},"
    "g.tinyFrontendExports.Cart=f(g.tinyFrontendDeps.react))})(this,function(r){return r})\n"
)


@pytest.fixture
def settings(tmp_path: Path) -> RegistrySettings:
    return RegistrySettings(database_url=f"sqlite:///{tmp_path / 'registry.db'}")


@pytest.fixture
def app(settings: RegistrySettings) -> Iterator[Flask]:
    made = create_app(settings)
    yield made
    close_app(made)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def token(app: Flask, settings: RegistrySettings) -> str:
    return create_token(settings.database_url, "tests").secret


Deploy = Callable[..., TestResponse]


@pytest.fixture
def deploy(client: FlaskClient, token: str) -> Deploy:
    """Deploy a Cart; keywords replace form fields, None leaves one out, bytes are files."""

    def run(secret: str = token, **changes: Any) -> TestResponse:
        fields: dict[str, Any] = {
            "name": "Cart",
            "contractVersion": "1.0.0",
            "umdBundle": UMD.encode(),
            **changes,
        }
        data = {
            key: (io.BytesIO(value), f"{key}.js") if isinstance(value, bytes) else value
            for key, value in fields.items()
            if value is not None
        }
        answer = client.post(
            "/tiny/releases",
            data=data,
            headers={"Authorization": f"Bearer {secret}"},
            content_type="multipart/form-data",
        )
        # The test client keeps a large form in a temporary file and leaves it open.
        answer.request.environ["wsgi.input"].close()
        return answer

    return run


@dataclass(frozen=True)
class LiveRegistry:
    """A registry behind real HTTP."""

    url: str
    database: str
    token: str
    pid: int = 0


@pytest.fixture
def live_registry(app: Flask, settings: RegistrySettings, token: str) -> Iterator[LiveRegistry]:
    """The app of `app` behind a real socket, in this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield LiveRegistry(f"http://127.0.0.1:{server.server_port}", settings.database_url, token)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def start_registry(tmp_path: Path) -> Iterator[Callable[..., LiveRegistry]]:
    """Start `tiny api` as a process of its own, with options; it ends with the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> LiveRegistry:
        database = f"sqlite:///{tmp_path / 'live.db'}"
        port = _free_port()
        command = [sys.executable, "-m", "tiny_api", "api", "--port", str(port), *options]
        environ = {**os.environ, "TINY_DATABASE_URL": database, "PYTHONPATH": str(REPOSITORY)}
        log = tmp_path / f"registry-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=environ, stdout=output, stderr=subprocess.STDOUT, cwd=tmp_path
            )
        processes.append(process)
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, url, log)
        return LiveRegistry(
            url, database, create_token(database, f"tests-{port}").secret, process.pid
        )

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.fail(f"the registry ended: {log.read_text()}")
        try:
            if requests.get(f"{url}/readyz", timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.05)
    pytest.fail(f"the registry did not get ready: {log.read_text()}")
