"""Runs the migrations on the connection that `tiny_api.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from tiny_api.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite alters most things by copying the table.
    render_as_batch=True,
    # The caller holds the transaction: all steps happen, or none.
    transactional_ddl=True,
)
context.run_migrations()
