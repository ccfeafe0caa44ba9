"""Which shared modules a bundle asks for, found by reading its source without running it.

Bundlers write the list in few forms: the arguments of `define([...])` and of `require()` in a UMD
wrapper (Vite, Rollup, webpack), globals such as `tinyFrontendDeps.react` where there is no module
loader, and in an IIFE by esbuild a local copy of `require`. One regular expression walks over the
source and takes comments, strings and regular expressions as wholes, so that a `require("x")`
inside one of them is not seen. Every alternative matches however badly it is closed, so that the
time stays linear in the size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_HEADER_CHARACTERS: Final = 4096
_LOADER_MODULES: Final = frozenset({"require", "exports", "module"})

_NOTHING: Final = r"""
    (?P<comment> //[^\n]*+ | /\*(?:[^*]|\*(?!/))*+(?:\*/)? )
  | "(?:[^"\\\n]|\\.)*+"?
  | '(?:[^'\\\n]|\\.)*+'?
  | `(?:[^`\\]|\\.)*+`?
  # A slash after one of these begins a regular expression and is no division.
  | (?: (?<=[(,=:\[!&|?{;+*%~^<>-]) | (?<=\breturn) )
    [^\S\n]*+ /(?![/*]) (?: [^/\\\[\n] | \\. | \[(?:[^\]\\\n]|\\.){0,200}+\]? ){1,500}+ /?
"""
_TOKENS: Final = re.compile(
    rf"""
    (?<![\w$.]) require \s*+ \( \s*+ (["'`]) (?P<required> [^"'`\\\n]{{1,200}} ) \1 \s*+ \)
  | (?<![\w$.]) (?P<define> define ) \s*+ \( \s*+
    (?: (?: "[^"\\\n]{{0,200}}" | '[^'\\\n]{{0,200}}' | `[^`\\\n]{{0,200}}` ) \s*+ , \s*+ )?
    (?: \[ (?P<defined> [^\]]{{0,8000}}+ ) \]? )?
  | (?: (?<![\w$]) tinyFrontendDeps | \[ \s*+ ["'`] tinyFrontendDeps ["'`] \s*+ \] ) \s*+
    (?: \??\. \s*+ (?P<property> [A-Za-z_$][\w$]* )
      | (?:\?\.)? \[ \s*+ (["'`]) (?P<item> [^"'`\\\n]{{1,200}} ) \6 \s*+ \] )
  | (?<![\w$]) (?P<shim> [\w$]{{1,100}}+ ) \s*+ = \s*+ (?: /\*[^*]{{0,50}}\*/ \s*+ )?
    \( \(? [\w$]{{1,100}} \)? \s*+ => \s*+ typeof \s+ require \b
  | {_NOTHING}
    """,
    re.VERBOSE | re.DOTALL,
)
_LISTED: Final = re.compile(r"""(["'`])([^"'`\\\n]{1,200})\1""")


@dataclass(slots=True)
class _Found:
    """What one walk over a source has met so far."""

    required: list[str] = field(default_factory=list)
    from_globals: list[str] = field(default_factory=list)
    header: list[str] | None = None
    shims: list[str] = field(default_factory=list)


def asked_modules(source: str) -> frozenset[str]:
    """Find the ids of the modules that a UMD, AMD, CommonJS or IIFE bundle expects from outside."""
    found = _walk(source)
    if found.header is not None:
        # A wrapper lists everything; what the body says of `require` is its own business.
        modules = [*found.header, *found.from_globals]
    elif found.from_globals:
        modules = found.from_globals
    else:
        modules = [*found.required, *_shim_calls(source, found.shims)]
    return frozenset(modules) - _LOADER_MODULES


def _walk(source: str) -> _Found:
    found = _Found()
    commented = 0
    for match in _TOKENS.finditer(source):
        kind = match.lastgroup
        if kind == "comment":
            commented += len(match[0])
        elif kind == "required":
            found.required.append(match["required"])
        elif kind == "property" or kind == "item":
            found.from_globals.append(match["property"] or match["item"])
        elif kind == "shim":
            found.shims.append(match["shim"])
        elif match["define"] and found.header is None:
            early = match.start() - commented < _HEADER_CHARACTERS
            if early and _is_wrapper(source, match):
                listed = [module for _, module in _LISTED.findall(match["defined"] or "")]
                found.header = [*listed, *found.required]
    return found


def _is_wrapper(source: str, match: re.Match[str]) -> bool:
    before = source[max(0, match.start() - 100) : match.start()]
    if ".amd" in before:
        return True
    # A bare AMD module has its list, or a factory that calls `require` itself.
    return match["defined"] is not None


def _shim_calls(source: str, shims: list[str]) -> list[str]:
    if not shims:
        return []
    names = "|".join(re.escape(shim) for shim in shims[:10])
    calls = re.compile(
        rf"""(?<![\w$.])(?:{names})\s*+\(\s*+(["'`])(?P<called>[^"'`\\\n]{{1,200}})\1\s*+\)"""
        rf"| {_NOTHING}",
        re.VERBOSE | re.DOTALL,
    )
    return [match["called"] for match in calls.finditer(source) if match["called"]]
