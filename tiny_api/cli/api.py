"""`tiny api`: run the registry."""

from __future__ import annotations

import os
import socket
from dataclasses import replace

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from rich.markup import escape

from tiny_api.cli import options
from tiny_api.cli.output import console
from tiny_api.errors import SettingsError
from tiny_api.settings import RegistrySettings
from tiny_api.store.opened import opened_store
from tiny_api.tokens import list_tokens


@click.command(
    short_help="Run the registry.",
    epilog="Example: tiny api --port 8100 --database sqlite:////var/lib/tiny/registry.db",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8100, show_default=True, help="The port."
)
@options.database
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes."
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=16,
    show_default=True,
    help="Threads of each process.",
)
def api(host: str, port: int, database: str, workers: int, threads: int) -> None:
    """Run the registry until Ctrl-C. It migrates its database as it starts."""
    _require_free(host, port)
    settings = RegistrySettings.from_environ()
    settings = replace(
        settings,
        database_url=database,
        database_pool_size=max(threads, settings.database_pool_size),
    )
    # Each worker process makes its own app from the environment.
    os.environ["TINY_DATABASE_URL"] = settings.database_url
    os.environ["TINY_DATABASE_POOL_SIZE"] = str(settings.database_pool_size)
    with opened_store(settings.database_url) as engine:
        active = [token for token in list_tokens(engine) if token.revoked_at is None]
    out = console()
    out.print(f"[bold]The registry[/] http://{escape(host)}:{port}  ({escape(database)})")
    if not active:
        out.print(
            "There is no deploy token yet. In another terminal, in this folder:\n"
            f"  export TINY_DATABASE_URL={escape(database)}\n"
            f"  export TINY_API_URL=http://{escape(host)}:{port}\n"
            "  export TINY_DEPLOY_TOKEN=$(tiny token create --name me --all)\n"
            "  tiny deploy PATH"
        )
    Granian(
        "tiny_api.cli.worker:create",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        # Its warnings are about the number of threads, which is as measured and meant.
        log_level=LogLevels.error,
        factory=True,
    ).serve()


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # What is left of connections of a server that has ended must not hinder.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Port {port} of {host} cannot be used ({error.strerror}).",
                "Give another with --port, or stop what uses it.",
            ) from error
