"""Finds the modules that a UMD bundle asks for, from the header that bundlers write."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["required_modules"]

_HEADER_CHARACTERS: Final = 4096
"""Where the header ends at the latest: licence comments before it are not counted."""

_COMMENTS: Final = re.compile(r"\A(?:\s+|//[^\n]*(?:\n|\Z)|/\*.*?\*/)+", re.DOTALL)
_REQUIRE: Final = re.compile(r"""\brequire\(\s*(["'`])([^"'`\n]{1,200})\1\s*\)""")
_DEFINE: Final = re.compile(r"""\bdefine\(\s*(?:["'`][^"'`\n]{1,200}["'`]\s*,\s*)?\[([^\]]*)\]""")
_QUOTED: Final = re.compile(r"""(["'`])([^"'`\n]{1,200})\1""")
_GLOBAL: Final = re.compile(
    r"""\btinyFrontendDeps\s*(?:\.\s*([A-Za-z_$][\w$]*)|\[\s*(["'`])([^"'`\n]{1,200})\2\s*\])"""
)
_OF_THE_MODULE_SYSTEM: Final = frozenset({"exports", "module", "require"})


def required_modules(source: str) -> frozenset[str]:
    """Return the ids of the modules in the header's `require`, `define` and globals.

    Knows what Rollup, Vite, esbuild and webpack write: `require("x")`, `define(["x"], …)`, a
    named define, `tinyFrontendDeps.x` and `tinyFrontendDeps["x/y"]`.
    """
    comments = _COMMENTS.match(source)
    start = comments.end() if comments else 0
    header = source[start : start + _HEADER_CHARACTERS]
    found = {match[2] for match in _REQUIRE.finditer(header)}
    for define in _DEFINE.finditer(header):
        found.update(match[2] for match in _QUOTED.finditer(define[1]))
    found.update(match[1] or match[3] for match in _GLOBAL.finditer(header))
    return frozenset(found - _OF_THE_MODULE_SYSTEM)
