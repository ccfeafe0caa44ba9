"""`tiny releases`: what has been deployed of one fragment."""

from __future__ import annotations

from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from tiny_api.cli import options
from tiny_api.cli.output import console, print_json, size
from tiny_api.errors import RegistryError
from tiny_api.grammar import PAGE_DEFAULT, PAGE_MAX
from tiny_api.remote import Remote


@click.command(
    short_help="List a fragment's releases.",
    epilog="Example: tiny releases Cart --contract-version 1.0.0",
)
@click.argument("name")
@click.option("--contract-version", help="Only this one; otherwise all there are.")
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_MAX),
    default=PAGE_DEFAULT,
    show_default=True,
    help="How many releases of each contract version.",
)
@click.option("--before", help="Only those before this release; needs --contract-version.")
@options.api_url
@options.as_json
def releases(
    name: str,
    contract_version: str | None,
    limit: int,
    before: str | None,
    api_url: str,
    as_json: bool,
) -> None:
    """List the releases of the fragment NAME, the newest first."""
    if before is not None and contract_version is None:
        raise click.UsageError("--before needs --contract-version.")
    with Remote(api_url) as remote:
        versions = (contract_version,) if contract_version else remote.contract_versions(name)
        if not versions:
            raise RegistryError(
                f"The registry at {remote.api_url} has no fragment {name}.",
                "Check the name, or deploy it with `tiny deploy`.",
                status=404,
            )
        pages = [remote.releases(name, each, limit=limit, before=before) for each in versions]
    if as_json:
        print_json({"name": name, "contractVersions": pages})
        return
    for page in pages:
        _show(page)


def _show(page: dict[str, Any]) -> None:
    title = escape(f"{page['name']} {page['contractVersion']}")
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("", "release", "deployed (UTC)", "by"):
        table.add_column(heading)
    for heading in ("raw", "br"):
        table.add_column(heading, justify="right")
    for release in page["releases"]:
        sizes = [bundle["bytes"] for bundle in release["bundles"]]
        table.add_row(
            "[bold green]current[/]" if release["current"] else "",
            escape(release["release"]),
            release["createdAt"][:19].replace("T", " "),
            escape(release["deployedBy"]),
            size(sum(each["identity"] for each in sizes)),
            size(sum(each["br"] for each in sizes)),
        )
    out = console()
    out.print(table)
    if page["next"] is not None:
        out.print(
            f"Older ones: tiny releases {escape(page['name'])} "
            f"--contract-version {escape(page['contractVersion'])} --before {escape(page['next'])}"
        )
