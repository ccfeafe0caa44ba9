"""Releases of the shop's fragments: good ones, each with a mark in its HTML, and broken ones."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from threading import Lock
from typing import Any

from e2e.site import ROOT
from e2e.test_releases import BROKEN
from tiny_api.remote import Remote

CONTRACT_VERSION = "1.0.0"

# What goes after a built bundle, which has just set module.exports: the same component with a mark.
MARKED = {
    "Cart": """
;(() => {
  const Inner = module.exports.default ?? module.exports;
  const { createElement, Fragment } = require("react");
  module.exports = (props) => createElement(Fragment, null,
    createElement("i", { hidden: true, "data-edition": "EDITION" }), createElement(Inner, props));
})();""",
    "Recommendations": """
;(() => {
  const inner = module.exports;
  module.exports = { mount: inner.mount,
    render: (props) => '<i hidden data-edition="EDITION"></i>' + inner.render(props) };
})();""",
    "Reviews": """
;(() => {
  const Inner = module.exports.default ?? module.exports;
  const { h } = require("vue");
  module.exports = (props) =>
    [h("i", { hidden: "", "data-edition": "EDITION" }), h(Inner, { ...props })];
})();""",
}


@dataclass(frozen=True)
class Edition:
    """One good release: the mark in its HTML and the registry's id."""

    fragment: str
    mark: str
    source: str
    pure: bool
    release: str


class Press:
    """Deploys releases, and remembers the good ones."""

    def __init__(self, api_url: str, token: str) -> None:
        self._api_url = api_url
        self._token = token
        self._numbers = itertools.count(1)
        self._lock = Lock()
        self.good: dict[str, list[Edition]] = {name: [] for name in MARKED}
        self.release_of: dict[str, str] = {}
        """The release of each mark."""

    def deploy_good(self, name: str, *, pure: bool = True) -> Edition:
        """Deploy a new release that works. Raises `RegistryError`."""
        mark = f"{name}-{next(self._numbers)}"
        built = (_folder(name) / "dist" / f"{name}.umd.js").read_text()
        source = built + MARKED[name].replace("EDITION", mark)
        edition = Edition(name, mark, source, pure, self._send(name, source, _good(name, pure)))
        with self._lock:
            self.release_of[mark] = edition.release
            self.good[name].append(edition)
        return edition

    def deploy_again(self, edition: Edition) -> None:
        """Make an earlier release current. Raises `RegistryError`."""
        self._send(edition.fragment, edition.source, _good(edition.fragment, edition.pure))

    def deploy_broken(self, name: str, kind: str) -> None:
        """Deploy a new release that is broken in one of the ways of `BROKEN`."""
        source = f"{BROKEN[kind]}\n// {next(self._numbers)}"
        self._send(name, source, {"runtime": {"name": "plain", "contractVersion": "1"}})

    def _send(self, name: str, source: str, metadata: dict[str, Any]) -> str:
        files = {"umdBundle": ("bundle.js", source.encode())}
        style = _folder(name) / "dist" / f"{name}.css"
        files["cssBundle"] = ("bundle.css", style.read_bytes())
        fields = {
            "name": name,
            "contractVersion": CONTRACT_VERSION,
            "metadata": json.dumps(metadata),
        }
        with Remote(self._api_url, self._token) as remote:
            return str(remote.deploy(fields, files)["release"])


def _folder(name: str):
    return ROOT / "fragments" / name.lower()


def _good(name: str, pure: bool) -> dict[str, Any]:
    manifest = json.loads((_folder(name) / "tiny.json").read_text())
    return {**manifest["metadata"], "pure": pure}
