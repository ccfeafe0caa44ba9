"""What the engine renders is, byte for byte, what Node renders from the same bundle and props."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tiny_client import LoaderSettings, TinyClient
from tiny_client.html import canonical_json
from tiny_client.testing import FakeRegistry

ROOT = Path(__file__).parent.parent.parent
ODD = "\u2028 </script> é 漢 🛒 & \" ' < > \u0000"

CASES = {
    "cart": (
        "react",
        [
            {"items": [], "currency": "EUR", "cartUrl": "/cart"},
            {
                "items": [
                    {"id": f"p{n}", "name": f"{ODD} {n}", "priceCents": 99 * n, "quantity": n + 1}
                    for n in range(100)
                ],
                "currency": "EUR",
                "cartUrl": "/cart?a=1&b=2",
            },
        ],
    ),
    "reviews": (
        "vue",
        [
            {"productId": "mug", "productName": ODD, "reviews": []},
            {
                "productId": "mug",
                "productName": "Mug",
                "reviews": [
                    {
                        "id": f"r{n}",
                        "author": ODD,
                        "rating": n % 5 + 1,
                        "title": f"Title {n}",
                        "body": ODD * 3,
                        "createdAt": f"2026-0{n % 9 + 1}-1{n % 9}",
                        "helpful": n,
                    }
                    for n in range(50)
                ],
            },
        ],
    ),
    "recommendations": (
        "plain",
        [
            {"heading": ODD, "currency": "EUR", "products": [], "cartUrl": "/cart"},
            {
                "heading": "More",
                "currency": "EUR",
                "cartUrl": "/cart",
                "products": [
                    {
                        "id": f"p{n}",
                        "name": ODD,
                        "priceCents": 100 + n,
                        "url": f"/products/p{n}?a=1&b",
                        "picture": "<svg viewBox='0 0 1 1'></svg>",
                    }
                    for n in range(30)
                ],
            },
        ],
    ),
}


def built_bundle(project: str) -> Path:
    (bundle,) = (ROOT / "fragments" / project / "dist").glob("*.umd.*js")
    return bundle


@pytest.fixture(scope="module")
def client():
    with FakeRegistry() as registry:
        for project in CASES:
            registry.deploy_folder(ROOT / "fragments" / project)
        with TinyClient(registry.url, loader=LoaderSettings(cache_dir=None)) as client:
            yield client


@pytest.mark.parametrize(
    ("project", "number"),
    [(project, number) for project, (_, many) in CASES.items() for number in range(len(many))],
)
def test_engine_and_node_write_the_same_bytes(client, project, number):
    runtime, many = CASES[project]
    props_json = canonical_json(many[number])
    command = ["node", str(Path(__file__).with_name("render.mjs")), runtime]
    printed = subprocess.run(
        [*command, str(built_bundle(project)), props_json],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    name = json.loads((ROOT / "fragments" / project / "tiny.json").read_text())["name"]
    assert client.load(name, "1.0.0").render(many[number]).encode() == printed
