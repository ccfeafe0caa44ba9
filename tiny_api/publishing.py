"""Make an upload the current release, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from tenacity import retry, retry_if_exception_type, stop_after_attempt

from tiny_api import bundles as bundle_forms
from tiny_api.bundles import Bundle, make_bundle, role_order
from tiny_api.modules import asked_modules
from tiny_api.runtimes import DeployedRuntime, Inference, Runtime, infer_runtime
from tiny_api.store.engine import write_transaction
from tiny_api.store.schema import (
    blob,
    blob_body,
    bundle,
    current,
    deploy_log,
    release,
    release_bundle,
    token,
)
from tiny_api.tokens import Token
from tiny_api.upload import Upload

RELEASE_ID_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """A release worked out in full, ready to be stored.

    `given_digest` stands for what was sent, `digest` for what it became with its runtime.
    """

    name: str
    contract_version: str
    release: str
    named: bool
    given_digest: str
    digest: str
    metadata: dict[str, Any]
    config: bytes
    bundles: tuple[Bundle, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What a deploy did: the stored config, when and by whom the release was first deployed."""

    config: bytes
    release: str
    created_at: datetime
    deployed_by: str
    previous: str | None
    redeployed: bool


class ReleaseConflictError(Exception):
    """That release exists with other bytes or metadata; `existing` is its digest."""

    def __init__(self, plan: Plan, existing: Any) -> None:
        self.plan = plan
        self.existing_digest: str = existing.given_digest
        self.existing_at: datetime = existing.created_at
        self.existing_by: str = existing.created_by
        super().__init__(
            f"Release {plan.release} of {plan.name} {plan.contract_version} exists with other "
            f"bytes or metadata: it is {self.existing_digest[:12]}, deployed by "
            f"{self.existing_by} at {self.existing_at:%Y-%m-%d %H:%M:%S} UTC; "
            f"yours is {plan.given_digest[:12]}."
        )


def plan_release(upload: Upload, deployed: tuple[DeployedRuntime, ...]) -> Plan:
    """Work out names, hashes, runtime, release id and config; no input or output."""
    made = tuple(
        make_bundle(upload.name, role, upload.bundles[role])
        for role in sorted(upload.bundles, key=role_order)
    )
    hashes = {each.role: each.sha384_hex for each in made}
    inference = _runtime_of(upload, deployed)
    effective = dict(upload.metadata)
    if inference.runtime is not None:
        effective["runtime"] = inference.runtime.to_json()
    digest = _digest(hashes, effective)
    release_id = upload.version or digest[:RELEASE_ID_DIGITS]
    return Plan(
        name=upload.name,
        contract_version=upload.contract_version,
        release=release_id,
        named=upload.version is not None,
        given_digest=_digest(hashes, upload.metadata),
        digest=digest,
        metadata=effective,
        config=_config(upload, made, release_id, effective),
        bundles=made,
        warnings=() if inference.warning is None else (inference.warning,),
    )


def deployed_runtimes(engine: Engine) -> tuple[DeployedRuntime, ...]:
    """List the runtimes that are current in this registry."""
    query = (
        select(release.c.fragment, release.c.contract_version, release.c.metadata)
        .join(current, current.c.release_id == release.c.id)
        .where(release.c.kind == "runtime")
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return tuple(
        DeployedRuntime(
            Runtime(row.fragment, row.contract_version),
            frozenset(msgspec.json.decode(row.metadata)["modules"]),
        )
        for row in rows
    )


# A database that lets two writers in at once may make both insert the same row: one tries again.
@retry(retry=retry_if_exception_type(IntegrityError), stop=stop_after_attempt(3), reraise=True)
def publish(engine: Engine, plan: Plan, author: Token, brotli_quality: int) -> Published:
    """Store what is new of `plan` and make it current.

    Raises `ReleaseConflictError` if the release id is taken by something else.
    """
    stored = _stored_blobs(engine, plan)
    # Compressing takes longer than all the rest and needs no lock.
    encoded = {
        each.sha384_hex: bundle_forms.compressed(each.body, brotli_quality)
        for each in plan.bundles
        if each.sha384_hex not in stored
    }
    now = datetime.now(UTC)
    with write_transaction(engine) as connection:
        existing = _existing(connection, plan)
        if existing is None:
            _store_bundles(connection, plan, encoded, now)
            release_id = _store_release(connection, plan, author, now)
        elif plan.digest == existing.digest or (
            plan.named and plan.given_digest == existing.given_digest
        ):
            release_id = existing.id
        else:
            raise ReleaseConflictError(plan, existing)
        previous = _make_current(connection, plan, release_id, author, now)
        connection.execute(update(token).where(token.c.id == author.id).values(last_used_at=now))
    return Published(
        config=plan.config if existing is None else existing.config.encode(),
        release=plan.release,
        created_at=now if existing is None else existing.created_at,
        deployed_by=author.name if existing is None else existing.created_by,
        previous=previous,
        redeployed=existing is not None,
    )


def _runtime_of(upload: Upload, deployed: tuple[DeployedRuntime, ...]) -> Inference:
    if "runtime" in upload.metadata or upload.metadata.get("kind") == "runtime":
        return Inference(None)
    return infer_runtime(asked_modules(upload.bundles["umdBundle"].decode()), deployed)


def _digest(hashes: Mapping[str, str], metadata: Mapping[str, Any]) -> str:
    content = {"bundles": hashes, "metadata": metadata}
    return sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _config(
    upload: Upload, made: tuple[Bundle, ...], release_id: str, metadata: Mapping[str, Any]
) -> bytes:
    config: dict[str, Any] = {each.role: each.file for each in made}
    config["name"] = upload.name
    config["release"] = release_id
    config["contractVersion"] = upload.contract_version
    config["integrity"] = {each.file: each.integrity for each in made}
    if "runtime" in metadata:
        config["runtime"] = metadata["runtime"]
    config.update((key, value) for key, value in metadata.items() if key != "runtime")
    return msgspec.json.encode(config)


def _stored_blobs(engine: Engine, plan: Plan) -> set[str]:
    hashes = [each.sha384_hex for each in plan.bundles]
    with engine.connect() as connection:
        rows = connection.execute(select(blob.c.sha384).where(blob.c.sha384.in_(hashes)))
        return set(rows.scalars())


_EXISTING: Final = select(
    release.c.id,
    release.c.given_digest,
    release.c.digest,
    release.c.config,
    release.c.created_at,
    release.c.created_by,
).where(
    release.c.fragment == bindparam("fragment"),
    release.c.contract_version == bindparam("contract_version"),
    release.c.release == bindparam("release"),
)


def _existing(connection: Connection, plan: Plan) -> Any:
    return connection.execute(
        _EXISTING,
        {
            "fragment": plan.name,
            "contract_version": plan.contract_version,
            "release": plan.release,
        },
    ).first()


def _store_bundles(
    connection: Connection,
    plan: Plan,
    encoded: Mapping[str, Mapping[str, bytes]],
    now: datetime,
) -> None:
    hashes = [each.sha384_hex for each in plan.bundles]
    known = set(
        connection.execute(select(blob.c.sha384).where(blob.c.sha384.in_(hashes))).scalars()
    )
    for sha384, forms in encoded.items():
        if sha384 in known:
            continue
        sizes = {f"{encoding}_bytes": len(body) for encoding, body in forms.items()}
        connection.execute(insert(blob), {"sha384": sha384, "created_at": now, **sizes})
        connection.execute(
            insert(blob_body),
            [
                {"sha384": sha384, "encoding": encoding, "body": body}
                for encoding, body in forms.items()
            ],
        )
    files = [each.file for each in plan.bundles]
    named = set(connection.execute(select(bundle.c.file).where(bundle.c.file.in_(files))).scalars())
    rows = [
        {
            "file": each.file,
            "sha384": each.sha384_hex,
            "media_type": each.media_type,
            "created_at": now,
        }
        for each in plan.bundles
        if each.file not in named
    ]
    if rows:
        connection.execute(insert(bundle), rows)


def _store_release(connection: Connection, plan: Plan, author: Token, now: datetime) -> int:
    result = connection.execute(
        insert(release).values(
            fragment=plan.name,
            contract_version=plan.contract_version,
            release=plan.release,
            kind=plan.metadata.get("kind", "fragment"),
            given_digest=plan.given_digest,
            digest=plan.digest,
            metadata=msgspec.json.encode(plan.metadata).decode(),
            config=plan.config.decode(),
            created_at=now,
            created_by=author.name,
        )
    )
    primary_key = result.inserted_primary_key
    if primary_key is None:
        raise RuntimeError("the database gave no id to a new release")
    release_id = int(primary_key[0])
    connection.execute(
        insert(release_bundle),
        [{"release_id": release_id, "role": each.role, "file": each.file} for each in plan.bundles],
    )
    return release_id


def _make_current(
    connection: Connection, plan: Plan, release_id: int, author: Token, now: datetime
) -> str | None:
    this = (
        current.c.fragment == plan.name,
        current.c.contract_version == plan.contract_version,
    )
    previous = connection.execute(
        select(release.c.release)
        .join(current, current.c.release_id == release.c.id)
        .where(*this)
        .with_for_update()
    ).scalar()
    values = {"release_id": release_id, "changed_at": now}
    if previous is None:
        key = {"fragment": plan.name, "contract_version": plan.contract_version}
        connection.execute(insert(current), {**key, **values})
    else:
        connection.execute(update(current).where(*this).values(**values))
    connection.execute(
        insert(deploy_log),
        {
            "at": now,
            "deployed_by": author.name,
            "fragment": plan.name,
            "contract_version": plan.contract_version,
            "from_release": previous,
            "to_release": plan.release,
        },
    )
    return previous
