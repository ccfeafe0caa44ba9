"""Draws bars as SVG that can be read on light and on dark ground; no library does it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

__all__ = ["bars"]

_WIDTH = 760
_LEFT = 210
_RIGHT = 100
_BAR = 15
_GAP = 12
_TOP = 62

# Apart from each other for colour-blind eyes too, and legible on both grounds.
_COLOURS = (
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#e69f00"),
    ("#5b7f00", "#a6c34c"),
    ("#777", "#999"),
)


def _style() -> str:
    light = "".join(f".s{n}{{fill:{pair[0]}}}" for n, pair in enumerate(_COLOURS))
    dark = "".join(f".s{n}{{fill:{pair[1]}}}" for n, pair in enumerate(_COLOURS))
    return (
        "text{font:12px system-ui,sans-serif;fill:#1b1b1b}.title{font-size:15px;font-weight:600}"
        f".ground{{fill:#fff}}.quiet{{fill:#555}}{light}"
        "@media(prefers-color-scheme:dark){text{fill:#eee}.ground{fill:#161616}"
        f".quiet{{fill:#aaa}}{dark}}}"
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def bars(title: str, unit: str, groups: Mapping[str, Mapping[str, float | None]]) -> str:
    """Return an SVG with one group of bars for each entry, one bar for each of its series."""
    series = list(dict.fromkeys(name for group in groups.values() for name in group))
    values = [value for group in groups.values() for value in group.values() if value is not None]
    longest = max([value for value in values if value > 0], default=1.0)
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    body = []
    y = _TOP
    for label, group in groups.items():
        middle = y + len(group) * _BAR / 2 + 4
        body.append(
            f'<text x="{_LEFT - 10}" y="{middle:g}" text-anchor="end">{escape(label)}</text>'
        )
        for name, value in group.items():
            width = max(0.0, (value or 0.0) * scale)
            colour = series.index(name) % len(_COLOURS)
            said = "none" if value is None else _number(value)
            body.append(
                f'<rect class="s{colour}" x="{_LEFT}" y="{y}" width="{width:.1f}" '
                f'height="{_BAR - 3}" rx="2"/>'
                f'<text x="{_LEFT + width + 6:.1f}" y="{y + _BAR - 4}">{said}</text>'
            )
            y += _BAR
        y += _GAP
    legend = []
    x = float(_LEFT)
    for n, name in enumerate(series):
        legend.append(
            f'<rect class="s{n % len(_COLOURS)}" x="{x:g}" y="36" width="12" height="12" rx="2"/>'
            f'<text x="{x + 17:g}" y="47">{escape(name)}</text>'
        )
        x += 34 + 7 * len(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" '
        f'aria-label="{escape(title)}"><style>{_style()}</style>'
        f'<rect class="ground" width="{_WIDTH}" height="{y}"/>'
        f'<text class="title" x="12" y="22">{escape(title)}</text>'
        f'<text class="quiet" x="{_WIDTH - 12}" y="22" text-anchor="end">{escape(unit)}</text>'
        f"{''.join(legend)}{''.join(body)}</svg>\n"
    )
