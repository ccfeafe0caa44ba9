"""The tables of the registry, in SQLAlchemy Core, portable between SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment that goes in and comes out as an aware UTC datetime on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes; SQLite then stores the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the registry stores aware datetimes only")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """SQLite gives back a naive datetime, which is UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# Names for all constraints, so that a later migration can drop them on every database.
metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
# SQLite numbers rows by itself only where the type is INTEGER.
_RowId: Final = BigInteger().with_variant(Integer, "sqlite")

# One row for each distinct content; the same bytes in two releases are stored once.
blob: Final = Table(
    "blob",
    metadata,
    Column("sha384", String(96), primary_key=True),
    Column("identity_bytes", Integer, nullable=False),
    Column("br_bytes", Integer, nullable=False),
    Column("zstd_bytes", Integer, nullable=False),
    Column("gzip_bytes", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
# A row for each encoding, so that a read fetches the one encoding that it sends.
blob_body: Final = Table(
    "blob_body",
    metadata,
    Column("sha384", ForeignKey(blob.c.sha384, ondelete="CASCADE"), primary_key=True),
    Column("encoding", String(8), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
bundle: Final = Table(
    "bundle",
    metadata,
    Column("file", String(160), primary_key=True),
    Column("sha384", ForeignKey(blob.c.sha384), nullable=False, index=True),
    Column("media_type", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
release: Final = Table(
    "release",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("fragment", String(64), nullable=False),
    Column("contract_version", String(64), nullable=False),
    Column("release", String(64), nullable=False),
    # "runtime", "fragment" or what else the metadata says under "kind".
    Column("kind", String(64), nullable=False, index=True),
    # What the deploy sent, and what it became once the runtime was inferred.
    Column("given_digest", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("metadata", Text, nullable=False),
    # The very bytes that readers get: a read is one row and no work.
    Column("config", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(64), nullable=False),
    UniqueConstraint("fragment", "contract_version", "release"),
    sqlite_autoincrement=True,
)
Index("ix_release_fragment_contract_version_id", *release.c["fragment", "contract_version", "id"])
release_bundle: Final = Table(
    "release_bundle",
    metadata,
    Column("release_id", ForeignKey(release.c.id, ondelete="CASCADE"), primary_key=True),
    Column("role", String(64), primary_key=True),
    Column("file", ForeignKey(bundle.c.file), nullable=False, index=True),
)
current: Final = Table(
    "current",
    metadata,
    Column("fragment", String(64), primary_key=True),
    Column("contract_version", String(64), primary_key=True),
    Column("release_id", ForeignKey(release.c.id), nullable=False, index=True),
    Column("changed_at", UtcDateTime, nullable=False),
)
# Append-only: what was current before and after each deploy, in the order of the commits.
deploy_log: Final = Table(
    "deploy_log",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("deployed_by", String(64), nullable=False),
    Column("fragment", String(64), nullable=False),
    Column("contract_version", String(64), nullable=False),
    Column("from_release", String(64), nullable=True),
    Column("to_release", String(64), nullable=False),
    Index("ix_deploy_log_fragment_contract_version_id", "fragment", "contract_version", "id"),
    sqlite_autoincrement=True,
)
token: Final = Table(
    "token",
    metadata,
    Column("id", _RowId, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    # No fragment: the token may deploy all of them.
    Column("fragment", String(64), nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=True),
    Column("last_used_at", UtcDateTime, nullable=True),
    sqlite_autoincrement=True,
)
