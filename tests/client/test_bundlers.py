"""What Rollup, Vite, esbuild and webpack really write is evaluated, in every shape."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tiny_client import LoaderSettings, TinyClient

ROOT = Path(__file__).parent.parent.parent
BUNDLERS = ("rollup", "rollup named define", "vite", "esbuild iife", "esbuild cjs", "webpack")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    script = Path(__file__).with_name("bundle_shapes.mjs")
    subprocess.run(["node", str(script), str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("externals", ["external", "alone"])
@pytest.mark.parametrize("exports", ["default", "named"])
@pytest.mark.parametrize("bundler", BUNDLERS)
def test_bundle_is_rendered(registry, bundles, bundler, exports, externals):
    source = (bundles / f"{bundler}-{exports}-{externals}.js").read_text()
    name, version = ("react", "19") if externals == "external" else ("plain", "1")
    runtime = {"name": name, "contractVersion": version}
    registry.deploy("Shape", "1.0.0", umd=source, metadata={"runtime": runtime})
    with TinyClient(registry.url, loader=LoaderSettings(cache_dir=None)) as client:
        shape = client.load("Shape", "1.0.0")
        export = "Hello" if exports == "named" else None
        assert shape.render({"name": "Ann"}, export=export) == "<p>Hello Ann</p>"
