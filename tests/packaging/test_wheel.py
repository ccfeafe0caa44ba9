"""The wheel alone, in an empty environment: the command line, the registry, a ten-line host."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parent.parent.parent

HOST = """
from flask import Flask
from tiny_client import TinyFrontends

app = Flask(__name__)
app.config["TINY_API_URL"] = "{api_url}"
app.config["TINY_CACHE_DIR"] = None
tiny = TinyFrontends(app)

with app.test_request_context():
    mug = {{"id": "mug", "name": "Mug", "priceCents": 1250, "quantity": 2}}
    page = tiny.render_page("home.html", items=[mug])
    print(page.get_data(as_text=True))
tiny.close(app)
"""
TEMPLATE = """{{ fragment_head() }}
{{ fragment("Cart", "1.0.0", items=items, currency="EUR", cartUrl="/cart", fallback="broken") }}"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    # As a newcomer builds it: the sdist first, then the wheel from the sdist.
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """The folder with the commands of an environment that has the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    venv.create(folder, with_pip=True)
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)]
    subprocess.run(command, check=True)
    return folder / "bin"


def run(environment: Path, *words: str, cwd: Path, **environ: str) -> str:
    command = [str(environment / words[0]), *words[1:]]
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wheel_has_the_built_files_and_the_licence_and_no_typescript(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert "tiny_client/_built/manifest.json" in names
    assert any(name.startswith("tiny_client/_built/assets/react.server.") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "tiny_client/engine/host.js" in names
    assert not [name for name in names if name.endswith((".ts", ".tsx"))]


def test_command_line_explains_itself(environment, tmp_path):
    text = run(environment, "tiny", "--help", cwd=tmp_path)
    for command in ("api", "deploy", "releases", "token", "demo"):
        assert command in text


def test_registry_and_a_ten_line_host_work_without_a_checkout(environment, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {"TINY_DATABASE_URL": f"sqlite:///{tmp_path / 'registry.db'}"}
    api_url = f"http://127.0.0.1:{port}"
    registry = subprocess.Popen(
        [str(environment / "tiny"), "api", "--port", str(port)],
        cwd=tmp_path,
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(api_url)
        words = ("tiny", "token", "create", "--name", "ci", "--all")
        token = run(environment, *words, cwd=tmp_path, **environ).strip()
        run(
            environment,
            *("tiny", "deploy", str(ROOT / "fragments" / "cart")),
            cwd=tmp_path,
            TINY_API_URL=api_url,
            TINY_DEPLOY_TOKEN=token,
        )
        (tmp_path / "host.py").write_text(HOST.format(api_url=api_url))
        (tmp_path / "templates").mkdir()
        (tmp_path / "templates" / "home.html").write_text(TEMPLATE)
        page = run(environment, "python", "host.py", cwd=tmp_path)
    finally:
        registry.send_signal(signal.SIGTERM)
        registry.wait(15)
    assert 'status="rendered"' in page
    assert "Mug" in page


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError("the registry did not start")
