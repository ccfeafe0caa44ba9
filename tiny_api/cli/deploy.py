"""`tiny deploy`: send projects to a registry."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tiny_api.cli import options
from tiny_api.cli.output import console, print_json, size
from tiny_api.deploy import DeployResult, rehearse_project, send_project
from tiny_api.project import read_project


def _metadata(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise click.BadParameter(f"not a JSON object: {error}") from error


def _bundles(
    _context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]
) -> dict[str, Path]:
    bundles = {}
    for item in given:
        role, equals, path = item.partition("=")
        if not equals or not path:
            raise click.BadParameter(f"{item!r} is not ROLE=FILE, as in cssBundle=cart.css")
        bundles[role] = Path(path)
    return bundles


@click.command(
    short_help="Deploy fragments or runtimes.",
    epilog="Example: tiny deploy fragments/cart fragments/reviews --dry-run",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@options.api_url
@click.option(
    "--token", envvar="TINY_DEPLOY_TOKEN", show_envvar=True, default="", help="The deploy token."
)
@click.option("--version", help="The release id; without it one is made from the content.")
@click.option("--name", help="The fragment's name, instead of tiny.json's.")
@click.option("--contract-version", help="The contract version, instead of tiny.json's.")
@click.option("--metadata", callback=_metadata, help="A JSON object, merged over tiny.json's.")
@click.option(
    "--bundle",
    "bundles",
    multiple=True,
    callback=_bundles,
    metavar="ROLE=FILE",
    help="A bundle's file, such as umdBundle=out/cart.js; may be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@options.as_json
def deploy(
    paths: tuple[Path, ...],
    api_url: str,
    token: str,
    version: str | None,
    name: str | None,
    contract_version: str | None,
    metadata: dict[str, Any] | None,
    bundles: dict[str, Path],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Deploy each project folder PATH: it holds a tiny.json and, once built, a dist folder.

    Every folder is read before the first one is sent.
    """
    if len(paths) > 1 and (name or bundles):
        raise click.UsageError("--name and --bundle go with one PATH only.")
    projects = [
        read_project(
            path,
            name=name,
            contract_version=contract_version,
            metadata=metadata,
            bundles=bundles,
        )
        for path in paths
    ]
    out = console()
    results = []
    try:
        for project in projects:
            if dry_run:
                result = rehearse_project(project, api_url, version=version)
            else:
                result = send_project(project, api_url, token, version=version)
            results.append(result)
            if not as_json:
                _show(out, result)
    finally:
        # Also after a failure: what was deployed before it is deployed.
        if as_json:
            print_json({"deploys": [asdict(result) for result in results]})


def _show(out: Console, result: DeployResult) -> None:
    title = f"{result.name} {result.contract_version}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("bundle")
    for heading in ("raw", "br", "gzip"):
        table.add_column(heading, justify="right")
    # Last, and folded where the terminal is narrow: half a hash is of no use.
    table.add_column("file", overflow="fold")
    for each in result.bundles:
        sizes = (size(count) for count in (each.identity, each.br, each.gzip))
        table.add_row(each.role, *sizes, escape(each.file))
    out.print(table)
    out.print(f"current release: {_change(result)}")
    if result.runtime is not None:
        out.print(f"runtime: {escape(result.runtime)}")
    for warning in result.warnings:
        out.print(f"[bold yellow]Warning:[/] {escape(warning)}")


def _change(result: DeployResult) -> str:
    before = result.previous or "none"
    if result.dry_run:
        after = result.release or "one with an id made from the content"
        return f"{before}; a deploy would make it {after}. Dry run: nothing was sent"
    if result.previous == result.release:
        return f"[bold]{result.release}[/], as before"
    again = " (deployed before, current again)" if result.redeployed else ""
    return f"{before} → [bold green]{result.release}[/]{again}"
