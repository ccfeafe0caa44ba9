"""What a visitor prefers: a theme and a language. Pure; a cookie of its own keeps it."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["LOCALES", "THEMES", "Preferences"]

THEMES = ("system", "light", "dark")
LOCALES = ("en", "de")
_BETWEEN = "."


@dataclass(frozen=True, slots=True)
class Preferences:
    """A theme of `THEMES` and a locale of `LOCALES`; "system" is what the machine is set to."""

    theme: str = "system"
    locale: str = "en"

    @classmethod
    def from_cookie(cls, text: str | None, locale: str) -> Preferences:
        """Return what `to_cookie` wrote; where it is none of ours, `locale` and the defaults."""
        theme, _, stored = (text or "").partition(_BETWEEN)
        if theme in THEMES and stored in LOCALES:
            return cls(theme, stored)
        return cls(locale=locale)

    def to_cookie(self) -> str:
        """Return what `from_cookie` reads."""
        return f"{self.theme}{_BETWEEN}{self.locale}"

    def changed(self, theme: str | None, locale: str | None) -> Preferences:
        """Return these preferences with what is given instead.

        Raises `ValueError` for a theme or locale that there is not.
        """
        if theme is not None and theme not in THEMES:
            raise ValueError(f"theme must be one of {', '.join(THEMES)}, not {theme!r}")
        if locale is not None and locale not in LOCALES:
            raise ValueError(f"locale must be one of {', '.join(LOCALES)}, not {locale!r}")
        return replace(self, theme=theme or self.theme, locale=locale or self.locale)
