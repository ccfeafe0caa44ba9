"""What Rollup, Vite, esbuild and webpack really write is evaluated, in every shape."""

from __future__ import annotations

import pytest

from tiny_client import LoaderSettings, TinyClient

RUNTIMES = {"external": ("react", "19"), "alone": ("plain", "1")}


@pytest.mark.parametrize("externals", list(RUNTIMES))
@pytest.mark.parametrize("exports", ["default", "named"])
def test_bundle_is_rendered(registry, bundled, exports, externals):
    name, version = RUNTIMES[externals]
    metadata = {"runtime": {"name": name, "contractVersion": version}}
    registry.deploy("Shape", "1.0.0", umd=bundled(exports, externals), metadata=metadata)
    with TinyClient(registry.url, loader=LoaderSettings(cache_dir=None)) as client:
        export = "Hello" if exports == "named" else None
        html = client.load("Shape", "1.0.0").render({"name": "Ann"}, export=export)
    assert html == "<p>Hello Ann</p>"
