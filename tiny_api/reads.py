"""What readers ask the database: each answer is one short query, with no objects built on top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Row, bindparam, func, select

from tiny_api.bundles import ENCODINGS, integrity_of, role_order
from tiny_api.store.schema import blob, blob_body, bundle, current, release, release_bundle

_LINE: Final = (
    release.c.fragment == bindparam("fragment"),
    release.c.contract_version == bindparam("contract_version"),
)
_LATEST: Final = (
    select(release.c.config)
    .join(current, current.c.release_id == release.c.id)
    .where(
        current.c.fragment == bindparam("fragment"),
        current.c.contract_version == bindparam("contract_version"),
    )
)
_EXACT: Final = select(release.c.config).where(*_LINE, release.c.release == bindparam("release"))
_BUNDLE: Final = (
    select(
        bundle.c.sha384,
        bundle.c.media_type,
        *(blob.c[f"{encoding}_bytes"] for encoding in ENCODINGS),
    )
    .join(blob, blob.c.sha384 == bundle.c.sha384)
    .where(bundle.c.file == bindparam("file"))
)
_BODY: Final = select(blob_body.c.body).where(
    blob_body.c.sha384 == bindparam("sha384"), blob_body.c.encoding == bindparam("encoding")
)
_CURRENT: Final = (
    select(release.c.release)
    .join(current, current.c.release_id == release.c.id)
    .where(
        current.c.fragment == bindparam("fragment"),
        current.c.contract_version == bindparam("contract_version"),
    )
)
_BEFORE: Final = select(release.c.id).where(*_LINE, release.c.release == bindparam("release"))
_RELEASES: Final = (
    select(release.c.id, release.c.release, release.c.created_at, release.c.created_by)
    .where(*_LINE, release.c.id < bindparam("before_id"))
    .order_by(release.c.id.desc())
    .limit(bindparam("limit"))
)
_NEWEST_ID: Final = select(func.max(release.c.id)).where(*_LINE)
_FRAGMENT_NAMES: Final = (
    select(current.c.fragment)
    .group_by(current.c.fragment)
    .order_by(current.c.fragment)
    .limit(bindparam("limit"))
)
_NAMES_AFTER: Final = _FRAGMENT_NAMES.where(current.c.fragment > bindparam("name"))
_ONE_NAME: Final = _FRAGMENT_NAMES.where(current.c.fragment == bindparam("name"))


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """A bundle's facts without its bytes; `sizes` is in bytes, by content encoding."""

    sha384: str
    media_type: str
    sizes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a longer list, and where the next ones begin (None at the end)."""

    items: tuple[dict[str, Any], ...]
    next: str | None


def latest_config(engine: Engine, name: str, contract_version: str) -> str | None:
    """Find the config of the current release as JSON text, or None."""
    with engine.connect() as connection:
        text: str | None = connection.execute(
            _LATEST, {"fragment": name, "contract_version": contract_version}
        ).scalar()
    return text


def exact_config(engine: Engine, name: str, contract_version: str, release_id: str) -> str | None:
    """Find the config of one release as JSON text, or None."""
    with engine.connect() as connection:
        text: str | None = connection.execute(
            _EXACT,
            {"fragment": name, "contract_version": contract_version, "release": release_id},
        ).scalar()
    return text


def stored_bundle(engine: Engine, file: str) -> StoredBundle | None:
    """Find the facts about a bundle, or None."""
    with engine.connect() as connection:
        row = connection.execute(_BUNDLE, {"file": file}).first()
    if row is None:
        return None
    sizes = {encoding: getattr(row, f"{encoding}_bytes") for encoding in ENCODINGS}
    return StoredBundle(row.sha384, row.media_type, sizes)


def bundle_body(engine: Engine, sha384: str, encoding: str) -> bytes:
    """Read a bundle's bytes in one content encoding."""
    with engine.connect() as connection:
        body: bytes = connection.execute(
            _BODY, {"sha384": sha384, "encoding": encoding}
        ).scalar_one()
    return bytes(body)


def current_release(engine: Engine, name: str, contract_version: str) -> str | None:
    """Find the id of the current release, or None."""
    with engine.connect() as connection:
        found: str | None = connection.execute(
            _CURRENT, {"fragment": name, "contract_version": contract_version}
        ).scalar()
    return found


def release_page(
    engine: Engine, name: str, contract_version: str, *, limit: int, before: str | None
) -> Page | None:
    """Releases of one line, the newest first; None if there are none, or `before` is unknown."""
    line = {"fragment": name, "contract_version": contract_version}
    with engine.connect() as connection:
        if before is None:
            newest = connection.execute(_NEWEST_ID, line).scalar()
            start = None if newest is None else newest + 1
        else:
            start = connection.execute(_BEFORE, {**line, "release": before}).scalar()
        if start is None:
            return None
        rows = connection.execute(_RELEASES, {**line, "before_id": start, "limit": limit + 1}).all()
        now_current = connection.execute(_CURRENT, line).scalar()
        shown = rows[:limit]
        bundles = _bundles_of(connection.execute(_bundle_query([row.id for row in shown])).all())
    items = tuple(
        {
            "release": row.release,
            "current": row.release == now_current,
            "createdAt": iso(row.created_at),
            "deployedBy": row.created_by,
            "bundles": bundles.get(row.id, []),
        }
        for row in shown
    )
    return Page(items, shown[-1].release if len(rows) > limit else None)


def release_bundles(
    engine: Engine, name: str, contract_version: str, release_id: str
) -> list[dict[str, Any]]:
    """List the bundles of one release with their sizes, `umdBundle` first."""
    with engine.connect() as connection:
        row_id = connection.execute(
            _BEFORE,
            {"fragment": name, "contract_version": contract_version, "release": release_id},
        ).scalar_one()
        return _bundles_of(connection.execute(_bundle_query([row_id])).all())[row_id]


def fragment_page(engine: Engine, *, limit: int, after: str = "", name: str = "") -> Page:
    """Fragments by name with each contract version's current release; `name` finds that one."""
    query = _ONE_NAME if name else _NAMES_AFTER
    with engine.connect() as connection:
        bound = {"name": name or after, "limit": limit + 1}
        names = list(connection.execute(query, bound).scalars())
        shown = names[:limit]
        rows = connection.execute(
            select(
                current.c.fragment,
                current.c.contract_version,
                current.c.changed_at,
                release.c.release,
                release.c.kind,
            )
            .join(release, release.c.id == current.c.release_id)
            .where(current.c.fragment.in_(shown))
            .order_by(current.c.fragment, current.c.contract_version)
        ).all()
    lines: dict[str, list[dict[str, Any]]] = {name: [] for name in shown}
    for row in rows:
        lines[row.fragment].append(
            {
                "contractVersion": row.contract_version,
                "release": row.release,
                "kind": row.kind,
                "changedAt": iso(row.changed_at),
            }
        )
    items = tuple({"name": name, "contractVersions": found} for name, found in lines.items())
    return Page(items, shown[-1] if len(names) > limit else None)


def iso(moment: datetime) -> str:
    """Write a UTC moment as the API writes it (RFC 3339, microseconds, Z)."""
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _bundle_query(release_ids: Iterable[int]) -> Any:
    return (
        select(
            release_bundle.c.release_id,
            release_bundle.c.role,
            bundle.c.file,
            bundle.c.media_type,
            bundle.c.sha384,
            *(blob.c[f"{encoding}_bytes"] for encoding in ENCODINGS),
        )
        .join(bundle, bundle.c.file == release_bundle.c.file)
        .join(blob, blob.c.sha384 == bundle.c.sha384)
        .where(release_bundle.c.release_id.in_(list(release_ids)))
    )


def _bundles_of(rows: Sequence[Row[Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: role_order(row.role)):
        found.setdefault(row.release_id, []).append(
            {
                "role": row.role,
                "file": row.file,
                "mediaType": row.media_type,
                "integrity": integrity_of(bytes.fromhex(row.sha384)),
                "bytes": {
                    encoding: getattr(row, f"{encoding}_bytes")
                    for encoding in ("identity", "br", "zstd", "gzip")
                },
            }
        )
    return found
