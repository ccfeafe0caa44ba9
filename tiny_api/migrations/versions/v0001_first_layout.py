"""The first layout: bundles, releases, what is current, the deploy log, tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "blob",
        sa.Column("sha384", sa.String(length=96), nullable=False),
        sa.Column("identity_bytes", sa.Integer(), nullable=False),
        sa.Column("br_bytes", sa.Integer(), nullable=False),
        sa.Column("zstd_bytes", sa.Integer(), nullable=False),
        sa.Column("gzip_bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha384", name=op.f("pk_blob")),
    )
    op.create_table(
        "deploy_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.String(length=64), nullable=False),
        sa.Column("fragment", sa.String(length=64), nullable=False),
        sa.Column("contract_version", sa.String(length=64), nullable=False),
        sa.Column("from_release", sa.String(length=64), nullable=True),
        sa.Column("to_release", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deploy_log")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_deploy_log_fragment_contract_version_id",
        "deploy_log",
        ["fragment", "contract_version", "id"],
        unique=False,
    )
    op.create_table(
        "release",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fragment", sa.String(length=64), nullable=False),
        sa.Column("contract_version", sa.String(length=64), nullable=False),
        sa.Column("release", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("given_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("metadata", sa.Text(), nullable=False),
        sa.Column("config", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint(
            "fragment",
            "contract_version",
            "release",
            name=op.f("uq_release_fragment_contract_version_release"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_release_fragment_contract_version_id",
        "release",
        ["fragment", "contract_version", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_release_kind"), "release", ["kind"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("fragment", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("name", name=op.f("uq_token_name")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_token_secret_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "blob_body",
        sa.Column("sha384", sa.String(length=96), nullable=False),
        sa.Column("encoding", sa.String(length=8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha384"], ["blob.sha384"], name=op.f("fk_blob_body_sha384_blob"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sha384", "encoding", name=op.f("pk_blob_body")),
    )
    op.create_table(
        "bundle",
        sa.Column("file", sa.String(length=160), nullable=False),
        sa.Column("sha384", sa.String(length=96), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sha384"], ["blob.sha384"], name=op.f("fk_bundle_sha384_blob")),
        sa.PrimaryKeyConstraint("file", name=op.f("pk_bundle")),
    )
    op.create_index(op.f("ix_bundle_sha384"), "bundle", ["sha384"], unique=False)
    op.create_table(
        "current",
        sa.Column("fragment", sa.String(length=64), nullable=False),
        sa.Column("contract_version", sa.String(length=64), nullable=False),
        sa.Column(
            "release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_current_release_id_release")
        ),
        sa.PrimaryKeyConstraint("fragment", "contract_version", name=op.f("pk_current")),
    )
    op.create_index(op.f("ix_current_release_id"), "current", ["release_id"], unique=False)
    op.create_table(
        "release_bundle",
        sa.Column(
            "release_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("file", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["file"], ["bundle.file"], name=op.f("fk_release_bundle_file_bundle")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["release.id"],
            name=op.f("fk_release_bundle_release_id_release"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("release_id", "role", name=op.f("pk_release_bundle")),
    )
    op.create_index(op.f("ix_release_bundle_file"), "release_bundle", ["file"], unique=False)


def downgrade() -> None:
    """Drop every table."""
    op.drop_index(op.f("ix_release_bundle_file"), table_name="release_bundle")
    op.drop_table("release_bundle")
    op.drop_index(op.f("ix_current_release_id"), table_name="current")
    op.drop_table("current")
    op.drop_index(op.f("ix_bundle_sha384"), table_name="bundle")
    op.drop_table("bundle")
    op.drop_table("blob_body")
    op.drop_table("token")
    op.drop_index(op.f("ix_release_kind"), table_name="release")
    op.drop_index("ix_release_fragment_contract_version_id", table_name="release")
    op.drop_table("release")
    op.drop_index("ix_deploy_log_fragment_contract_version_id", table_name="deploy_log")
    op.drop_table("deploy_log")
    op.drop_table("blob")
