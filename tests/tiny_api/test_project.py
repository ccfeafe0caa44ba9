"""Reading a project folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tiny_api.errors import ProjectError
from tiny_api.project import read_project


def project(folder: Path, manifest: Any = None, *files: str) -> Path:
    if manifest is not None:
        text = manifest if isinstance(manifest, str) else json.dumps(manifest)
        (folder / "tiny.json").write_text(text)
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return folder


CART = {"name": "Cart", "contractVersion": "1.0.0"}


def test_bundles_are_found_in_dist(tmp_path: Path) -> None:
    files = ("dist/cart.umd.js", "dist/cart.js", "dist/cart.css", "dist/chunk.mjs")
    found = read_project(project(tmp_path, {**CART, "metadata": {"pure": True}}, *files))
    assert (found.name, found.contract_version, found.metadata) == ("Cart", "1.0.0", {"pure": True})
    assert found.bundles == {
        "umdBundle": tmp_path / "dist/cart.umd.js",
        "cssBundle": tmp_path / "dist/cart.css",
    }


@pytest.mark.parametrize("name", ["cart.umd.cjs", "cart.iife.js", "only.js"])
def test_a_script_is_recognised_by_its_ending(tmp_path: Path, name: str) -> None:
    found = read_project(project(tmp_path, CART, f"dist/{name}"))
    assert found.bundles == {"umdBundle": tmp_path / "dist" / name}


def test_bundles_that_are_named_are_taken(tmp_path: Path) -> None:
    manifest = {**CART, "bundles": {"umdBundle": "out/b.js", "serverBundle": "out/s.js"}}
    found = read_project(project(tmp_path, manifest, "out/b.js", "out/s.js"))
    assert set(found.bundles) == {"umdBundle", "serverBundle"}


def test_arguments_go_over_the_manifest(tmp_path: Path) -> None:
    folder = project(tmp_path, {**CART, "metadata": {"a": 1, "b": 1}}, "dist/a.js", "own.css")
    found = read_project(
        folder,
        name="Basket",
        contract_version="2",
        metadata={"b": 2},
        bundles={"cssBundle": tmp_path / "own.css"},
    )
    assert (found.name, found.contract_version) == ("Basket", "2")
    assert found.metadata == {"a": 1, "b": 2}
    assert set(found.bundles) == {"umdBundle", "cssBundle"}


def test_no_manifest_is_needed_where_all_is_given(tmp_path: Path) -> None:
    folder = project(tmp_path, None, "cart.js")
    found = read_project(
        folder, name="Cart", contract_version="1", bundles={"umdBundle": tmp_path / "cart.js"}
    )
    assert set(found.bundles) == {"umdBundle"}


@pytest.mark.parametrize(
    ("manifest", "files", "problem"),
    [
        (None, (), "has no tiny.json"),
        ("{", (), "cannot be read as JSON"),
        ("[]", (), "not a JSON object"),
        ({"name": "Cart"}, (), "no text under 'contractVersion'"),
        ({**CART, "name": 1}, (), "no text under 'name'"),
        ({**CART, "pure": True}, (), "unknown keys: pure"),
        ({**CART, "metadata": []}, (), "'metadata' in .* is not a JSON object"),
        ({**CART, "name": "a b"}, ("dist/a.js",), "cannot name a fragment"),
        ({**CART, "contractVersion": "-"}, ("dist/a.js",), "cannot be a contract version"),
        (CART, (), "has no dist folder.*npm run build"),
        (CART, ("dist/a.css",), "no JavaScript in .*npm run build"),
        (CART, ("dist/a.js", "dist/b.js"), "several candidates: a.js, b.js"),
        (CART, ("dist/a.umd.js", "dist/a.css", "dist/b.css"), "several candidates: a.css, b.css"),
        ({**CART, "bundles": {"umdBundle": "no.js"}}, (), "does not exist.*npm run build"),
        ({**CART, "bundles": {"cssBundle": "a.css"}}, ("a.css",), "no umdBundle"),
        ({**CART, "bundles": {"umdBundle": 1}}, (), "is not text"),
        ({**CART, "bundles": {"umdBundle": "a", "x": "a"}}, ("a",), "cannot name a bundle"),
    ],
)
def test_what_hinders_a_deploy_says_what_to_do(
    tmp_path: Path, manifest: Any, files: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(ProjectError, match=f"(?s){problem}") as caught:
        read_project(project(tmp_path, manifest, *files))
    assert caught.value.remedy


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="is not a folder"):
        read_project(tmp_path / "nowhere")
