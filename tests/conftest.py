"""What the tests of several packages share: what bundlers really write."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SHAPES = (
    "rollup umd",
    "rollup umd, named define",
    "rollup amd",
    "rollup cjs",
    "vite umd",
    "vite umd, not minified",
    "esbuild iife",
    "esbuild iife, not minified",
    "esbuild cjs",
    "webpack production",
    "webpack development",
)


@pytest.fixture(scope="session")
def bundles(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    script = Path(__file__).with_name("bundle_shapes.mjs")
    subprocess.run(["node", str(script), str(folder)], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(params=SHAPES)
def bundled(request: pytest.FixtureRequest, bundles: Path) -> Callable[[str, str], str]:
    """Return what one bundler wrote in one shape, by `default` or `named`, `external` or `alone`.

    `external` asks for `react` and `react/jsx-runtime`, `alone` for nothing.
    """

    def read(exports: str, externals: str) -> str:
        return (bundles / f"{request.param}-{exports}-{externals}.js").read_text()

    return read
