"""Options that several subcommands share."""

from __future__ import annotations

import click

from tiny_api.settings import RegistrySettings

api_url = click.option(
    "--api-url",
    envvar="TINY_API_URL",
    default="http://127.0.0.1:8100",
    show_default=True,
    show_envvar=True,
    help="The registry's address.",
)
database = click.option(
    "--database",
    envvar="TINY_DATABASE_URL",
    default=RegistrySettings().database_url,
    show_default=True,
    show_envvar=True,
    help="The registry's database.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON to standard output.")
