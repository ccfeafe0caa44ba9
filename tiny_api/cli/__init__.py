"""The command line `tiny`: each subcommand is a module here, loaded when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import click

from tiny_api.cli.output import explain
from tiny_api.errors import TinyApiError

__all__ = ["main"]

# In the order of `tiny --help`: name, module, attribute.
_COMMANDS: Final = {
    "demo": ("tiny_api.cli.demo", "demo"),
    "api": ("tiny_api.cli.api", "api"),
    "deploy": ("tiny_api.cli.deploy", "deploy"),
    "releases": ("tiny_api.cli.releases", "releases"),
    "token": ("tiny_api.cli.token", "token"),
}


class _LazyGroup(click.Group):
    """A group that imports a subcommand when it is needed, and explains our own errors."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TinyApiError as error:
            explain(error)
            ctx.exit(1)


def _show_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from tiny_api._product import VERSION

        click.echo(f"tiny {VERSION}")
        ctx.exit()


@click.group(cls=_LazyGroup, epilog="Example: tiny deploy fragments/cart")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and stop.",
)
def main() -> None:
    """Run a registry of fragments and deploy to it.

    Exit status: 0 done, 1 failed, 2 wrong usage.
    """
