"""`tiny token`: make, list and revoke deploy tokens, on the registry's database itself."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click
from rich.markup import escape
from rich.table import Table

from tiny_api.cli import options
from tiny_api.cli.output import console, error_console, print_json
from tiny_api.tokens import Token, create_token, list_tokens, named_token, revoke_token


@click.group(
    short_help="Make, list and revoke deploy tokens.",
    epilog="Example: tiny token create --name cart-ci --fragment Cart",
)
def token() -> None:
    """Make, list and revoke deploy tokens.

    These work on the database, so run them where the registry's database is.
    """


@token.command(
    epilog="Example: export TINY_DEPLOY_TOKEN=$(tiny token create --name cart-ci --fragment Cart)"
)
@click.option("--name", required=True, help="Who uses it; the deploy log shows this name.")
@click.option("--fragment", help="The one fragment that it may deploy.")
@click.option("--all", "all_fragments", is_flag=True, help="It may deploy every fragment.")
@options.database
@options.as_json
def create(
    name: str, fragment: str | None, all_fragments: bool, database: str, as_json: bool
) -> None:
    """Make a token and write it to standard output, once: nobody can read it again."""
    if (fragment is None) != all_fragments:
        raise click.UsageError("Give --fragment FRAGMENT or --all, one of them.")
    made = create_token(database, name, fragment)
    if as_json:
        print_json({**asdict(made.token), "secret": made.secret})
        return
    error_console().print(
        f"Token {escape(name)} for {_scope(made.token)} in {escape(database)}. "
        "Keep it: it is not shown again."
    )
    click.echo(made.secret)


@token.command(name="list", epilog="Example: tiny token list --json")
@options.database
@options.as_json
def list_(database: str, as_json: bool) -> None:
    """List all tokens, without their secrets."""
    tokens = list_tokens(database)
    if as_json:
        print_json({"tokens": [asdict(each) for each in tokens]})
        return
    if not tokens:
        console().print(f"There is no token in {escape(database)}.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "may deploy", "created (UTC)", "last used", "revoked"):
        table.add_column(heading)
    for each in tokens:
        moments = (_moment(at) for at in (each.created_at, each.last_used_at, each.revoked_at))
        table.add_row(escape(each.name), _scope(each), *moments)
    console().print(table)


@token.command(epilog="Example: tiny token revoke cart-ci --yes")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show what would be revoked, and do nothing.")
@options.database
def revoke(name: str, yes: bool, dry_run: bool, database: str) -> None:
    """Make the token NAME useless at once. This cannot be taken back."""
    known = named_token(database, name)
    out = console()
    if known.revoked_at is not None:
        out.print(f"{escape(name)} is revoked since {_moment(known.revoked_at)}.")
        return
    used = _moment(known.last_used_at)
    out.print(f"{escape(name)} may deploy {_scope(known)}; last used: {used}.")
    if dry_run:
        out.print("Dry run: it stays as it is.")
        return
    if not yes:
        click.confirm("Revoke it?", abort=True)
    revoke_token(database, name)
    out.print(f"{escape(name)} is revoked.")


def _scope(known: Token) -> str:
    return known.fragment or "all fragments"


def _moment(at: datetime | None) -> str:
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
