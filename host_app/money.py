"""Prices as text, the same on every machine: no locale is asked."""

from __future__ import annotations

__all__ = ["CURRENCY", "format_price"]

CURRENCY = "EUR"
_SYMBOL = "€"


def format_price(cents: int) -> str:
    """Return `cents` as euros, for example `€1,234.50`."""
    return f"{_SYMBOL}{cents // 100:,}.{cents % 100:02d}"
