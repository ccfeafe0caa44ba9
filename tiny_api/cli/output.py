"""How the command line shows results, sizes and errors."""

from __future__ import annotations

from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.markup import escape

from tiny_api.errors import RegistryError, TinyApiError

_KILO: Final = 1000


def console() -> Console:
    """Make a console on standard output, as it is now."""
    return Console(highlight=False, soft_wrap=True)


def error_console() -> Console:
    """Make a console on standard error, as it is now."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def explain(error: TinyApiError) -> None:
    """Show what went wrong, each detail, and what to do next."""
    out = error_console()
    out.print(f"[bold red]Error:[/] {escape(error.problem)}")
    for detail in error.details if isinstance(error, RegistryError) else ():
        out.print(f"  - {escape(detail)}")
    if error.remedy:
        out.print(f"[bold]Next:[/] {escape(error.remedy)}")


def print_json(value: Any) -> None:
    """Write one JSON value, indented, to standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def size(count: int) -> str:
    """Write a number of bytes for people: `812 B`, `61.9 kB`, `1.2 MB`; 1 kB is 1,000 bytes."""
    if count < _KILO:
        return f"{count} B"
    kilobytes = count / _KILO
    return f"{kilobytes:.1f} kB" if kilobytes < _KILO else f"{kilobytes / _KILO:.1f} MB"
