"""Prices as text, the same on every machine: no locale of the machine is asked."""

from __future__ import annotations

__all__ = ["CURRENCY", "format_price"]

CURRENCY = "EUR"
_SYMBOL = "€"
# To German marks: points between thousands, a comma before the cents.
_GERMAN = str.maketrans(",.", ".,")
_NO_BREAK_SPACE = "\u00a0"


def format_price(cents: int, locale: str = "en") -> str:
    """Return `cents` as euros: `€1,234.50`, or `1.234,50 €` where `locale` is "de"."""
    amount = f"{cents // 100:,}.{cents % 100:02d}"
    if locale == "de":
        return amount.translate(_GERMAN) + _NO_BREAK_SPACE + _SYMBOL
    return _SYMBOL + amount
