"""`tiny demo`: a registry, the example fragments deployed to it, and the shop, until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
import requests
from rich.console import Console

from tiny_api.deploy import deploy_project
from tiny_api.tokens import ensure_token

__all__ = ["demo"]

_START_TIMEOUT_SECONDS = 30.0
_STOP_TIMEOUT_SECONDS = 10.0
_POLL_SECONDS = 0.05

console = Console(highlight=False)


@click.command(
    short_help="Start the registry and the example shop.",
    epilog="Example: PORT=9000 API_PORT=9100 tiny demo",
)
@click.option("--port", envvar="PORT", default=8000, show_default=True, help="The shop's port.")
@click.option("--api-port", envvar="API_PORT", default=8100, show_default=True, help="The API's.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".tiny/demo"),
    show_default=True,
    help="Where the demo keeps its database, cache, logs and deploy token.",
)
def demo(port: int, api_port: int, folder: Path) -> None:
    """Start a registry, deploy the example fragments to it and start the shop.

    Run it in a checkout after `make build` (`make demo` does both). The deploy token is
    TINY_DEPLOY_TOKEN where it is set; otherwise one is made and kept in the demo's folder.
    """
    projects = _projects(Path.cwd())
    for name, number in (("PORT", port), ("API_PORT", api_port)):
        _require_free(name, number)
    folder.mkdir(parents=True, exist_ok=True)
    token = _deploy_token(folder)
    api_url, shop_url = f"http://127.0.0.1:{api_port}", f"http://127.0.0.1:{port}"
    database = f"sqlite:///{(folder / 'registry.db').resolve()}"
    environ = {
        **os.environ,
        "TINY_DATABASE_URL": database,
        "TINY_API_URL": api_url,
        "TINY_CACHE_DIR": str((folder / "cache").resolve()),
        "TINY_CACHE_TTL": os.environ.get("TINY_CACHE_TTL", "2"),
        "TINY_PREVIEW": os.environ.get("TINY_PREVIEW", "true"),
        "TINY_DEVELOPMENT": os.environ.get("TINY_DEVELOPMENT", "true"),
        "SHOP_DATABASE": str((folder / "shop.db").resolve()),
    }
    environ.pop("TINY_DEPLOY_TOKEN", None)  # the servers have no use for it
    signal.signal(signal.SIGTERM, _interrupt)
    api_command = [sys.executable, "-m", "tiny_api", "api", "--port", str(api_port)]
    try:
        with _server("registry", api_command, f"{api_url}/readyz", folder, environ) as registry:
            ensure_token(database, token, "demo")
            for project in projects:
                result = deploy_project(project, api_url, token)
                console.print(
                    f"deployed {result.name} {result.contract_version} ({result.release})"
                )
            with _server(
                "shop", _shop_command(port), f"{shop_url}/healthz", folder, environ
            ) as shop:
                _announce(shop_url, api_url, folder)
                _wait({"registry": registry, "shop": shop}, folder)
    except KeyboardInterrupt:
        console.print("Stopped.")


def _projects(root: Path) -> list[Path]:
    found = [
        *sorted(path.parent for path in root.glob("runtimes/*/tiny.json")),
        *sorted(path.parent for path in root.glob("fragments/*/tiny.json")),
    ]
    if not found or not (root / "host_app").is_dir():
        raise click.ClickException(
            f"{root} is not a checkout of Tiny Mosaic: the demo's shop and fragments are not in "
            "the wheel. Clone the repository and run `make demo` in it"
        )
    unbuilt = [path for path in found if not (path / "dist").is_dir()]
    if unbuilt:
        raise click.ClickException(f"{unbuilt[0]} has no dist folder. Run `make build` first")
    return found


def _require_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise click.ClickException(
                f"Port {port} is in use ({error.strerror}). Choose another: {name}=… make demo"
            ) from error


def _deploy_token(folder: Path) -> str:
    given = os.environ.get("TINY_DEPLOY_TOKEN")
    if given:
        return given
    path = folder / "deploy-token"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def _shop_command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--factory"),
        *("--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "16"),
        *("--no-ws", "--log-level", "warning", "host_app:create_app"),
    ]


@contextmanager
def _server(
    name: str, command: list[str], ready_url: str, folder: Path, environ: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; its output goes to `<folder>/<name>.log`."""
    with (folder / f"{name}.log").open("wb") as output:
        # In our process group: whoever ends that, by Ctrl-C or by force, ends the servers too.
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
        try:
            _wait_until_ready(name, process, ready_url, folder)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_ready(name: str, process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        _require_alive(name, process, folder)
        try:
            if requests.get(url, timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(_POLL_SECONDS)
    raise click.ClickException(f"The {name} did not answer at {url} within 30 s")


def _require_alive(name: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    if process.poll() is not None:
        log = folder / f"{name}.log"
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise click.ClickException(
            f"The {name} ended with status {process.returncode}. The end of {log}:\n{tail}"
        )


def _announce(shop_url: str, api_url: str, folder: Path) -> None:
    console.print(f"""
[bold]The shop[/bold]      {shop_url}
[bold]A preview[/bold]     {shop_url}/tiny/preview/Cart/1.0.0
[bold]The registry[/bold]  {api_url}

To deploy a fragment of your own from another terminal:
  export TINY_API_URL={api_url}""")
    if not os.environ.get("TINY_DEPLOY_TOKEN"):
        console.print(f"  export TINY_DEPLOY_TOKEN=$(cat {folder / 'deploy-token'})")
    console.print("  .venv/bin/tiny deploy fragments/cart\n\nCtrl-C stops both.")


def _wait(servers: dict[str, subprocess.Popen[bytes]], folder: Path) -> None:
    while True:
        for name, process in servers.items():
            _require_alive(name, process, folder)
        time.sleep(0.5)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
