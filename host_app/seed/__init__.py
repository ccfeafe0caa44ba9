"""What the database is filled with: one TOML file and one SVG picture a product."""

from __future__ import annotations

import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SeedProduct", "read_products", "seed_version"]

_FOLDER = Path(__file__).parent / "products"


@dataclass(frozen=True, slots=True)
class SeedProduct:
    """One product: `columns` in the order of its table after id and position, rows of reviews."""

    id: str
    columns: tuple[str | int, ...]
    reviews: tuple[tuple[str | int, ...], ...]


def seed_version(schema: str) -> int:
    """Return a number that changes with `schema` and with any file of this folder.

    It fits SQLite's `user_version`, a signed 32-bit number, and is never 0.
    """
    checksum = zlib.crc32(schema.encode())
    for file in sorted(_FOLDER.iterdir()):
        checksum = zlib.crc32(file.name.encode() + file.read_bytes(), checksum)
    return checksum & 0x7FFFFFFF or 1


def read_products() -> list[SeedProduct]:
    """Return every product in the order in which the shop shows them."""
    found = [(tomllib.loads(file.read_text("utf-8")), file) for file in _FOLDER.glob("*.toml")]
    found.sort(key=lambda entry: entry[0]["position"])
    return [_product(data, file) for data, file in found]


def _product(data: dict[str, object], file: Path) -> SeedProduct:
    slug = file.stem
    reviews = data["reviews"]
    details = data["details"]
    goes_with = data["goes_with"]
    assert isinstance(reviews, list)
    assert isinstance(details, list)
    assert isinstance(goes_with, list)
    return SeedProduct(
        id=slug,
        columns=(
            str(data["name"]),
            str(data["category"]),
            int(str(data["price_cents"])),
            str(data["blurb"]),
            str(data["description"]).strip(),
            "\n".join(details),
            "\n".join(goes_with),
            file.with_suffix(".svg").read_text("utf-8").strip(),
        ),
        reviews=tuple(
            (
                f"{slug}-{number}",
                slug,
                review["rating"],
                review["title"],
                review["body"],
                review["author"],
                str(review["created_at"]),
                review["helpful"],
            )
            for number, review in enumerate(reviews, start=1)
        ),
    )
